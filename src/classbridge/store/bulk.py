"""The fast load of SIS snapshots: rows go to a staging table, a few statements on whole sets do the rest.

SQLite stages by `executemany`, PostgreSQL by `COPY`. Each batch is a transaction of its own, short enough
(about 200 ms on SQLite) that other writers get their turn; readers are never kept waiting. A load that breaks
off leaves whole batches, and nothing is concluded from it: only `sweep`, after a complete read, marks rows gone.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from time import perf_counter
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Dialect,
    MetaData,
    Table,
    and_,
    case,
    delete,
    func,
    literal,
    or_,
    select,
    update,
)

from classbridge.store.database import Database
from classbridge.store.guard import DISTRICT
from classbridge.store.rows import dialect_insert
from classbridge.store.tables import SEEN

FIRST_BATCH = 2_000
LARGEST_BATCH = 50_000
TARGET_SECONDS = 0.15
"""How long a batch may hold SQLite's writer place; the next batch's size follows the last one's time."""
CACHE_KIB = 256 * 1024
"""SQLite's page cache during a load: the keys' index should fit."""

_KEY = ("district_id", "connection_id", "sourced_id")


class Loaded(Struct, frozen=True, kw_only=True):
    """What a load did, counted in records; a record given twice in a batch counts once."""

    inserted: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: "Loaded") -> "Loaded":
        return Loaded(
            inserted=self.inserted + other.inserted,
            changed=self.changed + other.changed,
            unchanged=self.unchanged + other.unchanged,
        )


def loaded_columns(table: Table) -> list[Column[Any]]:
    """The columns that a row for `load` has values of, in this order; the first is `sourced_id`."""
    return [column for column in table.columns if column.name not in (DISTRICT, "connection_id", SEEN)]


def load(
    database: Database,
    district_id: str,
    connection_id: str,
    table: Table,
    rows: Iterable[Sequence[Any]],
    seen_in: str,
) -> Loaded:
    """Add new rows, change those that differ, and mark all as seen in this read. Memory: one batch."""
    loading = _Loading(database, district_id, connection_id, table, seen_in)
    source = iter(rows)
    total = Loaded()
    size, told = FIRST_BATCH, 0
    while batch := list(islice(source, size)):
        began = perf_counter()
        total += loading.batch(batch)
        size = _next_size(size, perf_counter() - began)
        if not database.sqlite and total.inserted >= max(FIRST_BATCH, 2 * told):
            _tell_planner(database, table)
            told = total.inserted
    return total


def unseen(
    database: Database,
    district_id: str,
    connection_id: str,
    table: Table,
    seen_in: str,
    *,
    within: Mapping[str, str] | None = None,
) -> list[str]:
    """The sourcedIds of active rows that a read has not seen; `within` narrows to columns' values."""
    wanted = select(table.c.sourced_id).where(
        _scope(table, district_id, connection_id), table.c.status == "active", table.c[SEEN] != seen_in
    )
    for name, value in (within or {}).items():
        wanted = wanted.where(table.c[name] == value)
    with database.read() as connection:
        found = connection.execute(wanted.order_by(table.c.sourced_id), execution_options={DISTRICT: district_id})
        return [row[0] for row in found]


def sweep(
    database: Database,
    district_id: str,
    connection_id: str,
    table: Table,
    seen_in: str,
    *,
    complete: Literal[True],
    within: Mapping[str, str] | None = None,
) -> list[str]:
    """Mark active rows that a complete read has not seen as `tobedeleted`; gives their sourcedIds.

    `complete` is the caller's word that every page of the read was sound; nothing else may call this.
    """
    if complete is not True:
        raise ValueError("nothing is concluded from an incomplete read")
    gone = unseen(database, district_id, connection_id, table, seen_in, within=within)
    for start in range(0, len(gone), FIRST_BATCH):
        chosen = table.c.sourced_id.in_(gone[start : start + FIRST_BATCH])
        marked = update(table).where(_scope(table, district_id, connection_id), chosen, table.c[SEEN] != seen_in)
        with database.write() as connection:
            connection.execute(marked.values(status="tobedeleted"), execution_options={DISTRICT: district_id})
    return gone


class _Loading:
    """One load: its statements, made once."""

    def __init__(
        self, database: Database, district_id: str, connection_id: str, table: Table, seen_in: str
    ) -> None:
        self.database = database
        self.table = table
        self.columns = loaded_columns(table)
        self.staging = Table(
            f"staged_{table.name}",
            MetaData(),
            *(Column(column.name, column.type) for column in self.columns),
            prefixes=["TEMPORARY"],
            postgresql_on_commit="DROP",
        )
        self.convert = converter(self.columns, database.engine.dialect)
        self.fixed = {DISTRICT: district_id, "connection_id": connection_id, SEEN: seen_in}

    def batch(self, batch: Sequence[Sequence[Any]]) -> Loaded:
        """Load one batch in a transaction of its own."""
        latest = list({row[0]: row for row in batch}.values())
        with self.database.write() as connection:
            stage = _stage_sqlite if self.database.sqlite else _stage_postgresql
            stage(connection, self.staging, map(self.convert, latest))
            known, changed = self._compare(connection)
            connection.execute(self._merge(connection), execution_options={DISTRICT: self.fixed[DISTRICT]})
        return Loaded(inserted=len(latest) - known, changed=changed, unchanged=known - changed)

    def _compare(self, connection: Connection) -> tuple[int, int]:
        """How many staged rows the table knows, and how many of those differ."""
        table, staging = self.table, self.staging
        pairs = zip((table.c[column.name] for column in self.columns[1:]), list(staging.c)[1:], strict=True)
        differs = or_(*(kept.is_distinct_from(staged) for kept, staged in pairs))
        is_known = table.c.sourced_id.is_not(None)
        same_row = and_(
            _scope(table, self.fixed[DISTRICT], self.fixed["connection_id"]),
            table.c.sourced_id == staging.c.sourced_id,
        )
        # An outer join keeps SQLite from searching the unindexed staging table once for each row kept.
        counts = select(
            func.count(table.c.sourced_id), func.coalesce(func.sum(case((and_(is_known, differs), 1), else_=0)), 0)
        ).select_from(staging.outerjoin(table, same_row))
        known, changed = connection.execute(counts, execution_options={DISTRICT: self.fixed[DISTRICT]}).one()
        return known, changed

    def _merge(self, connection: Connection) -> Any:
        names = [*self.fixed, *(column.name for column in self.columns)]
        staged = select(*(literal(value) for value in self.fixed.values()), *self.staging.c)
        insert = dialect_insert(connection.dialect.name, self.table)
        statement = insert.from_select(names, staged.where(literal(1) == 1))
        written = {name: statement.excluded[name] for name in names if name not in _KEY}
        return statement.on_conflict_do_update(index_elements=list(_KEY), set_=written)


def _scope(table: Table, district_id: str, connection_id: str) -> ColumnElement[bool]:
    return and_(table.c[DISTRICT] == district_id, table.c.connection_id == connection_id)


def _tell_planner(database: Database, table: Table) -> None:
    """Without fresh statistics PostgreSQL takes a table just filled for an empty one, and joins it in squares."""
    with database.write() as connection:
        connection.exec_driver_sql(f"ANALYZE {table.name}")


def _next_size(size: int, seconds: float) -> int:
    """Aim at the target time, without jumping."""
    wanted = int(size * min(4.0, TARGET_SECONDS / max(seconds, 0.001)))
    return max(FIRST_BATCH // 4, min(LARGEST_BATCH, wanted))


def converter(columns: Sequence[Column[Any]], dialect: Dialect) -> Callable[[Sequence[Any]], list[Any]]:
    """From a row's values to the driver's, by the columns' own types."""
    processors = [
        (index, processor)
        for index, column in enumerate(columns)
        if (processor := column.type.dialect_impl(dialect).bind_processor(dialect)) is not None
    ]

    def convert(row: Sequence[Any]) -> list[Any]:
        values = list(row)
        for index, processor in processors:
            values[index] = processor(values[index])
        return values

    return convert


def _stage_sqlite(connection: Connection, staging: Table, rows: Iterator[list[Any]]) -> None:
    driver: Any = connection.connection.driver_connection
    driver.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    staging.create(connection, checkfirst=True)
    connection.execute(delete(staging))
    marks = ", ".join("?" * len(staging.columns))
    driver.executemany(f"INSERT INTO {staging.name} VALUES ({marks})", rows)  # noqa: S608 # our own names


def _stage_postgresql(connection: Connection, staging: Table, rows: Iterator[list[Any]]) -> None:
    driver: Any = connection.connection.driver_connection
    staging.create(connection)
    with driver.cursor() as cursor, cursor.copy(f"COPY {staging.name} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
