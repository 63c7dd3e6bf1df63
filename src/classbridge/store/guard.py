"""The guard of districts: a statement may touch a district's tables only when bound to one district.

A forgotten filter is an error before the database sees the statement, not a leak.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, Table
from sqlalchemy.sql import visitors
from sqlalchemy.sql.dml import Insert, UpdateBase
from sqlalchemy.sql.elements import BinaryExpression, BooleanClauseList, ClauseElement, ColumnClause
from sqlalchemy.sql.operators import and_, eq
from sqlalchemy.sql.selectable import AliasedReturnsRows, FromClause, Join, Select, SelectBase

from classbridge.store.tables import GLOBAL, metadata

DISTRICT = "district_id"


class DistrictError(Exception):
    """A statement that would leave its district: a mistake in our code, never a user's."""


def district_tables(statement: ClauseElement) -> set[str]:
    """The names of the district tables that a statement touches."""
    return {
        element.name
        for element in visitors.iterate(statement)
        if isinstance(element, Table) and element.metadata is metadata and element.name not in GLOBAL
    }


def check(statement: ClauseElement, district_id: str, rows: Sequence[Mapping[str, Any]] = ()) -> None:
    """Refuse a statement with a table that is not bound to the district, on any level.

    `rows` are an insert's values; each must be the district's own. Raises `DistrictError`.
    """
    if isinstance(statement, Insert) and any(row.get(DISTRICT) != district_id for row in rows):
        raise DistrictError(f"a row for {statement.table.name} is of no or another district")
    form = statement._generate_cache_key()
    if form is None:
        _check_form(statement, district_id)
        return
    places = _allowed.get(form.key)
    if places is None or any(form.bindparams[place].value != district_id for place in places):
        _check_form(statement, district_id)
        if len(_allowed) >= MOST_FORMS:
            _allowed.clear()
        _allowed[form.key] = tuple(
            place for place, value in enumerate(form.bindparams) if value.value == district_id
        )


MOST_FORMS = 2000
_allowed: dict[Any, tuple[int, ...]] = {}
"""Where the district stood in statements that were allowed, by their form.

The form is SQLAlchemy's cache key: all of a statement but its values. A statement of the same form that names its
district in the same places is bound just as well, and need not be taken apart again.
"""


def _check_form(statement: ClauseElement, district_id: str) -> None:
    for element in visitors.iterate(statement):
        if isinstance(element, Table) and element.name in GLOBAL:
            raise DistrictError(f"{element.name} is a global table")
        if isinstance(element, Select):
            _check_bound(_sources(element), element.whereclause, district_id)
    if isinstance(statement, UpdateBase) and not isinstance(statement, Insert):
        condition = getattr(statement, "whereclause", None)
        _check_bound({statement.table, *_named_tables(condition)}, condition, district_id)


def _sources(statement: Select[Any]) -> list[FromClause]:
    """What a SELECT reads from: tables, joins, subselects.

    `get_final_froms` names them too, but compiles the whole statement for it, at every use. What this names beyond
    it (a table beside the join it is in) is checked as well; what `Select.join` puts together is refused: our
    statements say `select_from(one.join(other, ...))`.
    """
    return [part for part in statement.get_children() if isinstance(part, FromClause)]


def _check_bound(froms: Iterable[FromClause], criteria: ClauseElement | None, district_id: str) -> None:
    tables: list[FromClause] = []
    conditions = [] if criteria is None else [criteria]
    for source in froms:
        _flatten(source, tables, conditions)
    bound, pairs = _district_conditions(conditions, district_id)
    grown = True
    while grown:
        reached = {right for left, right in pairs if left in bound} | {
            left for left, right in pairs if right in bound
        }
        grown = not reached <= bound
        bound |= reached
    for table in tables:
        if table not in bound:
            raise DistrictError(f"{table} is not bound to a district")


def _named_tables(condition: ClauseElement | None) -> Iterator[FromClause]:
    """The tables that a condition names itself: an UPDATE takes them as further sources."""
    if isinstance(condition, ColumnClause) and condition.table is not None:
        yield condition.table
    if condition is not None and not isinstance(condition, SelectBase):
        for part in condition.get_children():
            if isinstance(part, ClauseElement):
                yield from _named_tables(part)


def _flatten(source: FromClause, tables: list[FromClause], conditions: list[ClauseElement]) -> None:
    """Take joins apart. What is no table (a subselect) is checked on its own."""
    if isinstance(source, Join):
        _flatten(source.left, tables, conditions)
        _flatten(source.right, tables, conditions)
        if source.onclause is not None:
            conditions.append(source.onclause)
    elif isinstance(source, Table) or (
        isinstance(source, AliasedReturnsRows) and isinstance(source.element, Table)
    ):
        tables.append(source)


def _district_conditions(
    conditions: Iterable[ClauseElement], district_id: str
) -> tuple[set[FromClause], list[tuple[FromClause, FromClause]]]:
    """Which tables are equal to the district, and which pairs of tables are equal to each other."""
    bound: set[FromClause] = set()
    pairs: list[tuple[FromClause, FromClause]] = []
    for condition in conditions:
        for element in _own(condition):
            if not (isinstance(element, BinaryExpression) and element.operator is eq):
                continue
            left, right = element.left, element.right
            if not _is_district(left):
                continue
            if isinstance(right, BindParameter) and right.value == district_id:
                bound.add(left.table)
            elif _is_district(right):
                pairs.append((left.table, right.table))
    return bound, pairs


def _is_district(element: Any) -> bool:
    return getattr(element, "name", None) == DISTRICT and getattr(element, "table", None) is not None


def _own(clause: ClauseElement) -> Iterator[ClauseElement]:
    """A clause's parts that all must hold: through AND, not into OR, NOT or a subselect."""
    if isinstance(clause, BooleanClauseList):
        if clause.operator is and_:
            for part in clause.clauses:
                yield from _own(part)
    else:
        yield clause
