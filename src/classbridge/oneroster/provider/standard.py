"""What each version of the standard asks of a record beyond its shape: required members and vocabularies.

Sources: the schemas of the 1.2 OpenAPI files; for 1.1 its public implementations, where they agree. Paths are
`entity.member`, or `struct.member` for a part of an entity, as in `role.roleType`.
"""

import re
from functools import cache
from importlib.resources import files

import msgspec

from classbridge.oneroster.models import Version

EXTENSION = "^ext:[a-zA-Z0-9._-]+$"
"""How a value of one's own is written where a vocabulary of 1.2 is extensible."""


class Standard(msgspec.Struct, frozen=True, rename="camel"):
    """One version's demands."""

    required: dict[str, tuple[str, ...]]
    """By entity; sourcedId, status and dateLastModified go without saying."""
    filled: frozenset[str]
    """Lists that hold at least one item."""
    vocabularies: dict[str, tuple[str, ...]]
    closed: frozenset[str]
    """Vocabularies that take no values of one's own."""
    uris: frozenset[str]
    minor_codes: dict[str, tuple[str, ...]]
    """The minor codes of failures by service ("" where there is only one)."""

    def allows(self, path: str, value: str) -> bool:
        """Whether the vocabulary of a member, if it has one, has the value or lets it be added."""
        known = self.vocabularies.get(path)
        if known is None or value in known:
            return True
        return path not in self.closed and re.search(EXTENSION, value) is not None


@cache
def standard(version: Version) -> Standard:
    """The demands of a version."""
    raw = files(__package__).joinpath("data", f"schema-{version}.json").read_bytes()
    return msgspec.json.decode(raw, type=Standard)
