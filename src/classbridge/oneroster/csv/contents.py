"""What a scan of a folder or zip found."""

from msgspec import Struct

from classbridge.oneroster.csv.finding import Finding

JUNK = frozenset({"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"})
"""What operating systems leave behind unasked; passed over in silence."""


class Contents(Struct, frozen=True, kw_only=True):
    """The reasons to refuse a package, and the announced size in bytes of each file at its root."""

    errors: list[Finding]
    sizes: dict[str, int]
