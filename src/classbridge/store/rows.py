"""One district's rows within a transaction: every statement is bound to the district and checked to be."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    Connection,
    CursorResult,
    Row,
    Select,
    Table,
    and_,
    delete,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.expression import Executable

from classbridge.store.guard import DISTRICT, DistrictError, check

Values = Mapping[str, Any]
Record = TypeVar("Record", bound=Struct)


class NotFoundError(LookupError):
    """The one row that was asked for is not there; the message names its table."""


class Rows:
    """What a district's rows are read and written by. `connection` is open in a transaction of its own."""

    def __init__(self, connection: Connection, district_id: str) -> None:
        self.connection = connection
        self.district_id = district_id

    def mine(self, table: Any) -> ColumnElement[bool]:
        """The condition that binds a table (or an alias of one) to the district; for joins and subselects."""
        condition: ColumnElement[bool] = table.c[DISTRICT] == self.district_id
        return condition

    def select(self, table: Table, *columns: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
        """A select from the district's rows of a table: these columns, or all."""
        return select(*(columns or tuple(table.c))).select_from(table).where(self.mine(table))

    def all(self, statement: Select[*tuple[Any, ...]]) -> Sequence[Row[*tuple[Any, ...]]]:
        """Every row."""
        return self._execute(statement).all()

    def first(self, statement: Select[*tuple[Any, ...]]) -> Row[*tuple[Any, ...]] | None:
        """The first row, or None."""
        return self._execute(statement.limit(1)).first()

    def one(self, statement: Select[*tuple[Any, ...]]) -> Row[*tuple[Any, ...]]:
        """The one row; raises `NotFoundError`."""
        row = self.first(statement)
        if row is None:
            names = ", ".join(str(source) for source in statement.get_final_froms())
            raise NotFoundError(f"no such row in {names}")
        return row

    def insert(self, table: Table, values: Values | Iterable[Values]) -> None:
        """Add one row, or several with the same columns; `district_id` is filled in."""
        rows = self._own(table, values)
        if rows:
            self._execute(insert(table), rows)

    def insert_new(self, table: Table, values: Values | Iterable[Values]) -> None:
        """Add those rows whose primary key is not there yet; the others stay as they are."""
        rows = self._own(table, values)
        if rows:
            self._execute(_insert_new(self.connection.dialect.name, table), rows)

    def upsert(self, table: Table, values: Values | Iterable[Values], *, where_changed: bool = True) -> None:
        """Add rows, or give those with the same primary key these values; rows must name the same columns.

        With `where_changed` a row that already has the values is not written. Columns not named stay.
        """
        rows = self._own(table, values)
        if rows:
            self._execute(_upsert(self.connection.dialect.name, table, tuple(rows[0]), where_changed), rows)

    def update(self, table: Table, values: Values, *where: ColumnElement[bool]) -> int:
        """Give the district's rows that meet all conditions these values; how many there were."""
        if DISTRICT in values:
            raise DistrictError(f"a row of {table.name} cannot move to another district")
        return self._execute(update(table).where(and_(self.mine(table), *where)).values(dict(values))).rowcount

    def delete(self, table: Table, *where: ColumnElement[bool]) -> int:
        """Delete the district's rows that meet all conditions; how many there were."""
        return self._execute(delete(table).where(and_(self.mine(table), *where))).rowcount

    def _own(self, table: Table, values: Values | Iterable[Values]) -> list[dict[str, Any]]:
        rows = [values] if isinstance(values, Mapping) else values
        return [{DISTRICT: self.district_id, **row} for row in rows]

    def _execute(self, statement: Executable, rows: Sequence[Values] = ()) -> CursorResult[*tuple[Any, ...]]:
        check(statement, self.district_id, rows)  # type: ignore[arg-type] # an Executable of Core is a clause
        options = {DISTRICT: self.district_id}
        if rows:
            return self.connection.execute(statement, rows, execution_options=options)
        return self.connection.execute(statement, execution_options=options)


def dialect_insert(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insert that knows ON CONFLICT, for a database by its dialect's name."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


@cache
def _insert_new(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    return dialect_insert(dialect, table).on_conflict_do_nothing(index_elements=_keys(table))


@cache
def _upsert(
    dialect: str, table: Table, names: tuple[str, ...], where_changed: bool
) -> sqlite.Insert | postgresql.Insert:
    """Made once for each set of columns: putting it together takes longer than running it."""
    statement = dialect_insert(dialect, table)
    changing = {name: statement.excluded[name] for name in names if name not in _keys(table)}
    changed = or_(*(table.c[name].is_distinct_from(value) for name, value in changing.items()))
    where = changed if where_changed else None
    return statement.on_conflict_do_update(index_elements=_keys(table), set_=changing, where=where)


def _keys(table: Table) -> list[str]:
    return [column.name for column in table.primary_key]


def record(kind: type[Record], row: Row[*tuple[Any, ...]]) -> Record:
    """A row as a Struct whose fields are named as the columns are."""
    values = row._mapping
    return kind(**{name: values[name] for name in kind.__struct_fields__})


def records(kind: type[Record], found: Iterable[Row[*tuple[Any, ...]]]) -> list[Record]:
    """Rows of `columns(table, kind)`, for thousands of them: by place, which is quicker than by name."""
    names = kind.__struct_fields__
    return [kind(**dict(zip(names, row, strict=True))) for row in found]


def columns(table: Table, kind: type[Struct]) -> list[ColumnElement[Any]]:
    """The columns of a table that a Struct names."""
    return [table.c[name] for name in kind.__struct_fields__]


def values(struct: Struct) -> dict[str, Any]:
    """A Struct's fields as a row's values."""
    return {name: getattr(struct, name) for name in struct.__struct_fields__}
