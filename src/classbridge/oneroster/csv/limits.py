"""How much of a package is read before it is refused."""

from msgspec import Struct


class Limits(Struct, frozen=True, kw_only=True):
    """Sizes in bytes. `ratio`: unpacked to packed, counted from `ratio_from` bytes on.

    A year's enrolments of a state compress about thirty to one; a bomb a thousand to one. `open_lines` is how many
    lines a quoted field with line breaks may take up.
    """

    entries: int = 1000
    zip_directory: int = 1 << 20
    file_bytes: int = 4 << 30
    total_bytes: int = 8 << 30
    ratio: int = 200
    ratio_from: int = 1 << 20
    manifest_bytes: int = 1 << 18
    line_bytes: int = 1 << 20
    columns: int = 1000
    open_lines: int = 100
