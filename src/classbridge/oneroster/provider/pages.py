"""Reads pages through the database's driver, and remembers what makes the next page of a walk cheap.

Two things are remembered of a selection (all of a query but its limit and offset): how many records there are, and
the sourcedId that each page ended with, so that the next page begins behind it instead of counting up to its
offset. Both hold for one state of the data: `oneroster_change` says which one a transaction sees, whichever
process wrote it.
"""

from collections import OrderedDict
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from threading import Lock
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from msgspec import Struct, structs

from classbridge.oneroster.provider import tables
from classbridge.oneroster.provider.source import Page, Query
from classbridge.oneroster.provider.where import condition, filter_clause, order

T = TypeVar("T")
_REMEMBERED = 1_000
"""Selections, and places in them, that are remembered; the least recently used are forgotten first."""


class Pages:
    """The pages of a database. Safe to use from several threads."""

    def __init__(self, engine: sa.Engine) -> None:
        self._sqlite = engine.dialect.name == "sqlite"
        # One state of the data for the whole of a page; SQLite's transactions give that by themselves.
        self._engine = engine if self._sqlite else engine.execution_options(isolation_level="REPEATABLE READ")
        self._selections = _Recent[Selection]()
        self._totals = _Recent[int]()
        self._ends = _Recent[str]()

    def read(self, query: Query) -> Page:
        """Read one page, ordered by the sort field and then by sourcedId."""
        key = structs.replace(query, limit=0, offset=0)
        selection = self._selections.get(key) or self._selections.keep(key, Selection(key, self._engine.dialect))
        with self._snapshot() as driver:
            (state,) = driver.execute(_STATE).fetchone()
            total = self._totals.get((key, state))
            if total is None:
                (total,) = selection.count.rows(driver)[0]
                self._totals.keep((key, state), total)
            rows = self._rows(driver, selection, query, (key, state))
        return Page(b",".join([bytes(docs) for _, docs, count in rows if count]), total)

    def _rows(self, driver: Any, selection: "Selection", query: Query, known: Hashable) -> list[Any]:
        end = self._ends.get((known, query.offset)) if query.offset and not query.sort else None
        if end is None:
            rows = selection.page.rows(driver, page_limit=query.limit, page_offset=query.offset)
        else:
            rows = selection.after.rows(driver, page_limit=query.limit, page_end=end)
        if sum(count for *_, count in rows) == query.limit and not query.sort:
            self._ends.keep((known, query.offset + query.limit), rows[-1][0])
        return rows

    @contextmanager
    def _snapshot(self) -> Iterator[Any]:
        """The driver's own connection, in a transaction that sees one state of the data."""
        with self._engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            if self._sqlite:
                driver.execute("BEGIN")
            yield driver


_STATE = f"SELECT coalesce(max(number), 0) FROM {tables.change_table.name}"  # noqa: S608 - our own table's name


class Statement(Struct, frozen=True):
    """A statement in the driver's own words, with the values that are the same each time."""

    text: str
    values: Mapping[str, Any]
    positions: tuple[str, ...] | None

    def rows(self, driver: Any, **more: Any) -> list[Any]:
        """Run it on the driver's own connection, with the values that differ each time."""
        given = {**self.values, **more}
        found = driver.execute(self.text, given if self.positions is None else [given[n] for n in self.positions])
        rows: list[Any] = found.fetchall()
        return rows


def _statement(select: sa.ClauseElement, dialect: sa.Dialect) -> Statement:
    compiled: Any = select.compile(dialect=dialect)
    positions = tuple(compiled.positiontup) if compiled.positional else None
    return Statement(str(compiled), compiled.construct_params(), positions)


class Selection:
    """The statements of a selection, each made when it is first needed."""

    def __init__(self, query: Query, dialect: sa.Dialect) -> None:
        self._query = query
        self._dialect = dialect
        self._table = tables.tables[query.entity]
        self._where = [condition(query.entity, wanted) for wanted in query.where]
        if query.filter:
            self._where.append(filter_clause(query, dialect.name))

    @cached_property
    def count(self) -> Statement:
        """How many records there are."""
        return _statement(sa.select(sa.func.count()).select_from(self._table).where(*self._where), self._dialect)

    @cached_property
    def page(self) -> Statement:
        """The records from an offset on."""
        return self._page(self._wanted.offset(_OFFSET))

    @cached_property
    def after(self) -> Statement:
        """The records behind a sourcedId, in the order of their sourcedIds."""
        return self._page(self._wanted.where(self._table.c.sourced_id > _END))

    @property
    def _wanted(self) -> sa.Select[Any]:
        return sa.select(self._table.c.sourced_id).where(*self._where).order_by(*order(self._query)).limit(_LIMIT)

    def _page(self, wanted: sa.Select[Any]) -> Statement:
        """Rows of one or more records each: a sourcedId, the last one's; the documents; how many they are."""
        return _statement(
            (_joined if self._dialect.name == "sqlite" else _one_by_one)(self._docs(wanted)), self._dialect
        )

    def _docs(self, wanted: sa.Select[Any]) -> sa.Subquery:
        doc = self._table.c[tables.doc_column(self._query.version)].label("doc")
        if not (self._where or self._query.sort):
            return wanted.add_columns(doc).subquery("found")
        # The documents are looked up last: a sort that carries them along is slow.
        page = wanted.subquery("page")
        found = sa.select(self._table.c.sourced_id, doc).join(page, page.c.sourced_id == self._table.c.sourced_id)
        return found.order_by(*order(self._query)).subquery("found")


def _joined(found: sa.Subquery) -> sa.ClauseElement:
    """One row in all: sqlite3 lets another thread run at each row, and waits to run again itself.

    SQLite's `group_concat` keeps the order of its subquery.
    """
    docs = sa.cast(sa.func.group_concat(found.c.doc, ","), sa.LargeBinary)
    return sa.select(sa.func.max(found.c.sourced_id), docs, sa.func.count())


def _one_by_one(found: sa.Subquery) -> sa.ClauseElement:
    return sa.select(found.c.sourced_id, found.c.doc, sa.literal(1))


def _bound(name: str, value: int | str, kind: type[sa.types.TypeEngine[Any]]) -> sa.BindParameter[Any]:
    return sa.bindparam(name, value, type_=kind)


_LIMIT = _bound("page_limit", 0, sa.BigInteger)
_OFFSET = _bound("page_offset", 0, sa.BigInteger)
_END = _bound("page_end", "", sa.Text)


class _Recent(Generic[T]):
    """What was kept last, up to a number of things."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> T | None:
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key]

    def keep(self, key: Hashable, value: T) -> T:
        with self._lock:
            self._kept[key] = value
            if len(self._kept) > _REMEMBERED:
                self._kept.popitem(last=False)
        return value
