"""How a provider differs from the plain standard: limits, statuses and rules of its own."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Literal

from msgspec import Struct

from classbridge.oneroster.models import Record, Version
from classbridge.oneroster.provider.operations import Operation
from classbridge.oneroster.provider.source import Source

PageHeaders = Literal["both", "total", "link", "none"]


class Call(Struct, frozen=True):
    """An authenticated request, as a gate sees it. Header names are in lower case."""

    operation: Operation
    headers: Mapping[str, str]


class Write(Struct, frozen=True):
    """A record that is to be written, as a rule sees it, and what the store holds under its id."""

    record: Record
    existing: Record | None
    source: Source


Gate = Callable[[Call], None]
"""Refuses a call by raising `ProviderError`."""
Rule = Callable[[Write], Record]
"""Gives the record to store, changed or not, or refuses it by raising `ProviderError`."""


def _now() -> datetime:
    return datetime.now(UTC)


class Options(Struct, frozen=True, kw_only=True):
    """Defaults are the standard's own."""

    page_cap: int | None = 10_000
    """The most records on a page, whatever `limit` says; the links count in it. It bounds the server's memory:
    without it one answer may be the whole collection."""
    page_headers: PageHeaders = "both"
    filters_refused: frozenset[str] = frozenset()
    """`collection.field` pairs that are answered invalid_filter_field."""
    unserved: frozenset[str] = frozenset()
    """Operations (by id) that are answered 404."""
    token_url: str = ""
    """Where tokens are issued, as the discovery documents name it; without it `/token` of the same host."""
    put_update_status: int | None = None
    """Status of a PUT that replaces a record; without it 200 in 1.1 and 201 in 1.2."""
    tombstones: bool = False
    """Whether DELETE keeps the record as tobedeleted, with a new dateLastModified, so that delta reads tell of it.
    Without it the record is gone, as Google's consumer wants a deleted result to be."""
    stamp: bool = True
    """Whether every write sets dateLastModified; without it the caller's own is kept, where there is one."""
    now: Callable[[], datetime] = _now
    """The server's clock."""
    complete_records: bool = False
    """Whether a written record must have every member that the standard requires; Google's consumer sends less."""
    gates: tuple[Gate, ...] = ()
    rules: tuple[Rule, ...] = ()

    def updated(self, version: Version) -> int:
        """The status of a PUT that replaces a record."""
        return self.put_update_status or (200 if version is Version.V1_1 else 201)
