"""Where a provider's records come from: the protocol that `SqlSource` fulfils and others may."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from msgspec import Struct

from classbridge.oneroster.models import Record, Version
from classbridge.oneroster.provider.selection import Condition
from classbridge.oneroster.query import Filter


class Query(Struct, frozen=True, kw_only=True):
    """One page of a collection: what to select, in which order, from which row."""

    entity: str
    version: Version
    where: tuple[Condition, ...] = ()
    filter: Filter | None = None
    sort: str | None = None
    descending: bool = False
    limit: int = 100
    offset: int = 0


class Page(Struct, frozen=True):
    """The JSON objects of a page, joined by commas, and how many records there are in all."""

    docs: bytes
    total: int


class Source(Protocol):
    """A store of OneRoster records. Every method may block: the provider calls them in threads."""

    def page(self, query: Query) -> Page:
        """Read one page. Raises `ProviderError` for a field that cannot be asked for."""

    def doc(self, entity: str, sourced_id: str, version: Version, where: Sequence[Condition] = ()) -> bytes | None:
        """Read one record's JSON object, or None where there is none that meets `where`."""

    def record(self, entity: str, sourced_id: str) -> Record | None:
        """Read one record into the model."""

    def records(self, entity: str, where: Sequence[Condition] = ()) -> Iterator[Record]:
        """Read all records of an entity that meet `where`."""

    def put(self, record: Record) -> bool:
        """Create or replace a record; True when it is new."""

    def put_all(self, records: Sequence[Record]) -> None:
        """Create or replace records: all of them, or none when one fails."""

    def delete(self, entity: str, sourced_id: str) -> bool:
        """Take a record away, with its `selection.DEPENDENTS`; False when it was not there."""
