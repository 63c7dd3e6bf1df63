"""Where a long read stands, so that another process can go on with it."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Self

import msgspec

from classbridge.oneroster.ask import Ask
from classbridge.oneroster.models import Version


class Position(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The last page that was handed out, and what the read knew when it asked for it.

    Keep it as JSON (`to_json`, `from_json`) beside the records of the pages before it, best in the same
    transaction. It holds no record, but `url` may hold a filter's value.
    """

    question: str
    """What was read, as a digest: a position is of no use for anything else."""
    offset: int = 0
    url: str | None = None
    distinct: int = 0
    total: int | None = None
    page: str = ""
    """The last page's sourcedIds, as a digest."""
    done: bool = False
    began: datetime | None = None
    latest: datetime | None = None
    refused: tuple[str, ...] = ()

    def to_json(self) -> bytes:
        """Write it as JSON."""
        return msgspec.json.encode(self)

    @classmethod
    def from_json(cls, text: bytes | str) -> Self:
        """Read it back. Raises ValueError (msgspec's) for anything else."""
        return msgspec.json.decode(text, type=cls)


def question(root: str, version: Version, ask: Ask) -> str:
    """Return the digest of what is asked, and of whom."""
    return digest((root, version, ask.path, ask.filter.text if ask.filter else "", *ask.fields))


def digest(parts: Iterable[str | None]) -> str:
    """Return one digest of several texts in their order."""
    return hashlib.sha256(msgspec.json.encode(list(parts))).hexdigest()
