"""The Source over a database: SQLite or PostgreSQL, in tables of its own (`tables`)."""

import threading
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import sqlalchemy as sa

from classbridge.oneroster.codec import decode, encode
from classbridge.oneroster.models import Record, Version
from classbridge.oneroster.provider import tables
from classbridge.oneroster.provider.bulk import insert_rows
from classbridge.oneroster.provider.fields import entity_of
from classbridge.oneroster.provider.pages import Pages
from classbridge.oneroster.provider.selection import DEPENDENTS, Condition, Is
from classbridge.oneroster.provider.source import Page, Query
from classbridge.oneroster.provider.where import condition
from classbridge.oneroster.roots import Roots

_BATCH = 10_000
_PRAGMAS = (
    "page_size=16384",
    "journal_mode=WAL",
    "synchronous=NORMAL",
    f"mmap_size={1 << 30}",
    "cache_size=-65536",
)
"""Documents are some hundred bytes long: a large page holds several. Readers share the mapped file; the cache is
the writer's."""


def sqlite_engine(path: Path) -> sa.Engine:
    """An engine on a SQLite file, set up for many readers beside one writer."""
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: sa.pool.ConnectionPoolEntry, _: object) -> None:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]

    return engine


class SqlSource:
    """Records in a database, with each version's JSON ready to be sent.

    Any number of processes may read and write one database, as long as each writes through a source.
    `roots` says which versions are kept and where the hrefs of their references start (`codec.encode`).
    """

    def __init__(self, engine: sa.Engine, roots: Mapping[Version, str | Roots]) -> None:
        self.engine = engine
        self.roots = dict(roots)
        self._writing = threading.Lock()
        self._pages = Pages(engine)
        tables.metadata.create_all(engine)

    def close(self) -> None:
        """Close the database's connections."""
        self.engine.dispose()

    def load(self, records: Iterable[Record]) -> int:
        """Add many records that are not there yet; returns how many."""
        count = 0
        for batch in _batches(records):
            with self._transaction() as connection:
                for entity, members in _by_entity(batch).items():
                    self._insert(connection, entity, members)
            count += len(batch)
        return count

    def page(self, query: Query) -> Page:
        """Read one page, ordered by the sort field and then by sourcedId."""
        return self._pages.read(query)

    def doc(self, entity: str, sourced_id: str, version: Version, where: Sequence[Condition] = ()) -> bytes | None:
        """Read one record's JSON object."""
        table = tables.tables[entity]
        wanted = self._where(entity, (Is("sourcedId", sourced_id), *where))
        with self.engine.connect() as connection:
            doc = connection.scalar(sa.select(table.c[tables.doc_column(version)]).where(*wanted))
        return bytes(doc) if doc is not None else None

    def record(self, entity: str, sourced_id: str) -> Record | None:
        """Read one record into the model."""
        return next(self.records(entity, (Is("sourcedId", sourced_id),)), None)

    def records(self, entity: str, where: Sequence[Condition] = ()) -> Iterator[Record]:
        """Read all records of an entity that meet `where`, by sourcedId."""
        version = max(self.roots)  # the newest says the most
        table = tables.tables[entity]
        docs = sa.select(table.c[tables.doc_column(version)]).where(*self._where(entity, where))
        with self.engine.connect() as connection:
            found = connection.scalars(docs.order_by(table.c.sourced_id)).all()
        return (decode(entity, bytes(doc), version) for doc in found)

    def put(self, record: Record) -> bool:
        """Create or replace a record; True when it is new."""
        entity = entity_of(record)
        with self._transaction() as connection:
            existed = _remove(connection, entity, record.sourced_id)
            self._insert(connection, entity, [record])
        return not existed

    def put_all(self, records: Sequence[Record]) -> None:
        """Create or replace records: all of them, or none when one fails."""
        with self._transaction() as connection:
            for record in records:
                _remove(connection, entity_of(record), record.sourced_id)
                self._insert(connection, entity_of(record), [record])

    def take(self, records: Iterable[Record], replaced: Collection[str] = ()) -> int:
        """Take in a package, all of it or nothing; returns how many records it had.

        What an entity in `replaced` had before is gone. Of the others each record takes the place of its earlier
        one, and one that is to be deleted takes it away. Readers see what was there before until the end.
        """
        count = 0
        with self._transaction() as connection:
            for entity in replaced:
                connection.execute(sa.delete(tables.tables[entity]))
                connection.execute(sa.delete(tables.value_table).where(tables.value_table.c.entity == entity))
            for batch in _batches(records):
                for entity, members in _by_entity(batch).items():
                    if entity not in replaced:
                        members = _in_place(connection, entity, members)
                    self._insert(connection, entity, members)
                count += len(batch)
        return count

    def count(self, entity: str) -> int:
        """How many records of an entity there are."""
        with self.engine.connect() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(tables.tables[entity])) or 0

    def delete(self, entity: str, sourced_id: str) -> bool:
        """Take a record away; a line item takes its results with it, of either kind."""
        with self._transaction() as connection:
            for dependent, reference in DEPENDENTS.get(entity, {}).items():
                table = tables.tables[dependent]
                column = table.c[tables.column_name(reference)]
                connection.execute(sa.delete(table).where(column == sourced_id))
            return _remove(connection, entity, sourced_id)

    @contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        """One writer at a time; what was remembered of the data holds no longer."""
        with self._writing, self.engine.begin() as connection:
            yield connection
            connection.execute(tables.CHANGED)

    def _where(self, entity: str, where: Sequence[Condition]) -> list[sa.ColumnElement[bool]]:
        return [condition(entity, wanted) for wanted in where]

    def _insert(self, connection: sa.Connection, entity: str, records: Sequence[Record]) -> None:
        rows = [tables.row_of(entity, record, self._docs(record)) for record in records]
        insert_rows(connection, tables.tables[entity], rows)
        values = [row for record in records for row in tables.value_rows(entity, record)]
        if values:
            insert_rows(connection, tables.value_table, values)

    def _docs(self, record: Record) -> dict[Version, bytes]:
        return {version: encode(record, version, href_base=roots) for version, roots in self.roots.items()}


def _remove(connection: sa.Connection, entity: str, sourced_id: str) -> bool:
    table, values = tables.tables[entity], tables.value_table
    removed = connection.execute(sa.delete(table).where(table.c.sourced_id == sourced_id)).rowcount
    owner = (values.c.entity == entity, values.c.sourced_id == sourced_id)
    connection.execute(sa.delete(values).where(*owner))
    return bool(removed)


def _by_entity(batch: Iterable[Record]) -> dict[str, list[Record]]:
    """A batch by entity, each in its table's order: neighbours are written together."""
    found = defaultdict(list)
    for record in batch:
        found[entity_of(record)].append(record)
    for members in found.values():
        members.sort(key=_sourced_id)
    return found


def _in_place(connection: sa.Connection, entity: str, members: list[Record]) -> list[Record]:
    """Take the records' earlier selves away; those of them that are to be there."""
    for member in members:
        _remove(connection, entity, member.sourced_id)
    return [member for member in members if member.active]


def _sourced_id(record: Record) -> str:
    return record.sourced_id


def _batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    iterator = iter(records)
    while batch := list(islice(iterator, _BATCH)):
        yield batch
