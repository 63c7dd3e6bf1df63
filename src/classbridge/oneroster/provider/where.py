"""Turns conditions and filters into SQL expressions with bound parameters; no text of a caller becomes SQL."""

import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from classbridge.oneroster.provider.errors import bad_filter
from classbridge.oneroster.provider.fields import Field, Kind, askable, fields, kept, text_kept
from classbridge.oneroster.provider.selection import Condition, Is
from classbridge.oneroster.provider.source import Query
from classbridge.oneroster.provider.tables import column_name, tables, value_table
from classbridge.oneroster.query import Clause

Expression = sa.ColumnElement[bool]
_MILLISECONDS = len("2026-08-20T07:30:00.000")


def condition(entity: str, wanted: Condition) -> Expression:
    """A condition on the records of an entity."""
    if isinstance(wanted, Is):
        return _is(entity, wanted)
    inner = tables[wanted.entity]
    where = [condition(wanted.entity, nested) for nested in wanted.where]
    field = fields(wanted.entity)[wanted.select]
    if field.many:
        owners = sa.select(inner.c.sourced_id).where(*where)
        selected = sa.select(value_table.c.value).where(
            value_table.c.entity == wanted.entity,
            value_table.c.path == wanted.select,
            value_table.c.sourced_id.in_(owners),
        )
    else:
        selected = sa.select(inner.c[column_name(wanted.select)]).where(*where)
    return tables[entity].c[column_name(wanted.path)].in_(selected)


def _is(entity: str, wanted: Is) -> Expression:
    field = fields(entity).get(wanted.path)
    text = field is not None and field.kind is Kind.TEXT
    exact = wanted.value.casefold() if text else wanted.value
    if field is None or field.many:
        met = _any_value(entity, wanted.path, lambda value: value == exact)
        missing = sa.not_(_any_value(entity, wanted.path, lambda _: sa.true()))
    else:
        column = tables[entity].c[column_name(wanted.path)]
        met, missing = column == exact, column.is_(None)
    return sa.or_(met, missing) if wanted.or_missing else met


def _any_value(entity: str, path: str, test: Callable[[sa.ColumnElement[Any]], Expression]) -> Expression:
    found = sa.select(value_table.c.sourced_id).where(
        value_table.c.entity == entity, value_table.c.path == path, test(value_table.c.value)
    )
    return tables[entity].c.sourced_id.in_(found)


def order(query: Query) -> list[sa.UnaryExpression[Any] | sa.ColumnElement[Any]]:
    """The order of a query: its sort field by code points, then the sourcedId, so that pages are stable."""
    columns = tables[query.entity].c
    by: list[Any] = [columns.sourced_id]
    if query.sort:
        field = askable(query.entity, query.version)[query.sort]
        column = columns[column_name(field.path)]
        by.insert(0, column.desc().nulls_last() if query.descending else column.asc().nulls_first())
    return by


def filter_clause(query: Query, dialect: str) -> Expression:
    """The filter of a query. Raises `ProviderError` for a field or a value that cannot be asked for."""
    clauses = query.filter.clauses if query.filter else ()
    joined = sa.or_ if query.filter and query.filter.operator == "OR" else sa.and_
    return joined(sa.true() if joined is sa.and_ else sa.false(), *(_clause(query, c, dialect) for c in clauses))


def _clause(query: Query, clause: Clause, dialect: str) -> Expression:
    field = askable(query.entity, query.version).get(clause.field)
    if field is None and not clause.field.startswith("metadata."):
        raise bad_filter(f"There is no such field: {clause.field}")
    if field is None or field.many or field.kind is Kind.LIST:
        return _among_many(query.entity, clause, field, dialect)
    column: sa.ColumnElement[Any] = tables[query.entity].c[column_name(field.path)]
    if field.kind is Kind.MOMENT and clause.predicate == "~":
        column = sa.func.substr(column, 1, _MILLISECONDS) + "Z"  # as it is shown
    return _compared(column, clause.predicate, _wanted(field.kind, clause), dialect)


def _among_many(entity: str, clause: Clause, field: Field | None, dialect: str) -> Expression:
    """A list meets a comparison when one of its members does, or, for `=`, when it is the whole list."""
    path = field.path if field else clause.field
    kind = field.kind if field and field.many else Kind.TEXT
    wanted = _wanted(kind, clause)
    wanted = text_kept(kind, wanted) if kind is Kind.NUMBER else wanted
    predicate = "=" if clause.predicate == "!=" else clause.predicate
    met = _any_value(entity, path, lambda value: _compared(value, predicate, wanted, dialect))
    if predicate == "=" and field and field.kind is Kind.LIST:
        met = sa.or_(met, tables[entity].c[column_name(path)] == wanted)
    return sa.not_(met) if clause.predicate == "!=" else met


def _compared(column: sa.ColumnElement[Any], predicate: str, wanted: Any, dialect: str) -> Expression:
    if predicate == "~":
        position = sa.func.strpos if dialect == "postgresql" else sa.func.instr
        return position(column, wanted) > 0
    return _COMPARISONS[predicate](column, wanted)


_COMPARISONS: dict[str, Callable[[sa.ColumnElement[Any], Any], Expression]] = {
    "=": lambda column, wanted: column == wanted,
    "!=": lambda column, wanted: column.is_distinct_from(wanted),
    ">": lambda column, wanted: column > wanted,
    ">=": lambda column, wanted: column >= wanted,
    "<": lambda column, wanted: column < wanted,
    "<=": lambda column, wanted: column <= wanted,
}


def _wanted(kind: Kind, clause: Clause) -> Any:
    """The clause's value in the form in which the field is kept."""
    if kind is Kind.ID:
        return clause.value
    if kind is Kind.TEXT:
        return clause.value.casefold()
    if kind is Kind.NUMBER:
        return _number(clause)
    return clause.value.upper() if clause.predicate == "~" else _moment(kind, clause)


def _number(clause: Clause) -> float:
    try:
        number = float(clause.value)
    except ValueError:
        number = math.nan
    if clause.predicate == "~" or not math.isfinite(number):
        raise bad_filter(f"{clause.field} can only be compared with a number.")
    return number


def _moment(kind: Kind, clause: Clause) -> Any:
    """A day is midnight UTC; a moment other than midnight lies after the day that it begins with."""
    try:
        moment = datetime.fromisoformat(clause.value.strip())
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        text = str(kept(moment))
    except (ValueError, OverflowError):
        raise bad_filter(f"{clause.field} can only be compared with a date or a date-time.") from None
    return text.removesuffix("T00:00:00.000000Z") if kind is Kind.DATE else text
