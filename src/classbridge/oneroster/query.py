"""The query grammar of OneRoster REST: filter, sort, fields, paging. Servers parse it, clients build it.

    filter = clause *( 1*SP ("AND" / "OR") 1*SP clause )     one operator per filter
    clause = field predicate "'" value "'"
    field  = name *( "." name )

The standard allows two clauses at most; longer chains of one operator are read, never needed. It has no escape
for a quote inside a value: a doubled quote is one quote, and a quote with a letter after it is taken as part
of the value (O'Brien).
"""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Literal, cast
from urllib.parse import quote

from msgspec import Struct

from classbridge.oneroster.errors import FilterError

Predicate = Literal["=", "!=", ">", ">=", "<", "<=", "~"]
Operator = Literal["AND", "OR"]
Value = str | int | bool | Decimal | date | datetime

_FIELD = re.compile(r"[A-Za-z_][\w:-]*(\.[A-Za-z_][\w:-]*)*")
_PREDICATE = re.compile(r"!=|>=|<=|=|>|<|~")
_OPERATOR = re.compile(r"\s+(AND|OR)\s+", re.IGNORECASE)
_SPACE = re.compile(r"\s*")
_BARE = re.compile(r"(?:(?!\s+(?:AND|OR)\s)[^'])+", re.IGNORECASE)


class Clause(Struct, frozen=True):
    """One comparison; `~` is "contains"."""

    field: str
    predicate: Predicate
    value: str

    @property
    def text(self) -> str:
        """The clause as the standard writes it."""
        return f"{self.field}{self.predicate}'{self.value.replace(chr(39), chr(39) * 2)}'"


class Filter(Struct, frozen=True):
    """One or more clauses, all joined by the same operator."""

    clauses: tuple[Clause, ...]
    operator: Operator = "AND"

    @property
    def text(self) -> str:
        """The filter as the standard writes it, not yet percent-encoded."""
        return f" {self.operator} ".join(clause.text for clause in self.clauses)

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields it asks about."""
        return tuple(dict.fromkeys(clause.field for clause in self.clauses))

    def __and__(self, other: "Filter") -> "Filter":
        return self._joined(other, "AND")

    def __or__(self, other: "Filter") -> "Filter":
        return self._joined(other, "OR")

    def _joined(self, other: "Filter", operator: Operator) -> "Filter":
        for part in (self, other):
            if len(part.clauses) > 1 and part.operator != operator:
                raise FilterError("AND and OR cannot be mixed in one filter", 0)
        return Filter(self.clauses + other.clauses, operator)


def where(field: str, predicate: Predicate, value: Value) -> Filter:
    """Build a filter of one clause; join filters with `&` or `|`.

    >>> (where("status", "=", "active") & where("familyName", "~", "O'B")).text
    "status='active' AND familyName~'O''B'"
    """
    if not _FIELD.fullmatch(field):
        raise FilterError("not a field name", 0)
    return Filter((Clause(field, predicate, text_of(value)),))


def text_of(value: Value) -> str:
    """Write a value as a filter does: date-times in milliseconds with Z, flags as true and false."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else str(value)


def parse_filter(text: str, *, unquoted: bool = False) -> Filter:
    """Read a filter (already percent-decoded); `unquoted` also accepts values without quotes (quirk Q17).

    Raises `FilterError` with the rule and the place.
    """
    clauses: list[Clause] = []
    operators: list[Operator] = []
    position = _skip(text, 0)
    end = len(text.rstrip())
    while True:
        clause, position = _clause(text, position, unquoted=unquoted)
        clauses.append(clause)
        if position >= end:
            break
        position = _joint(text, position, operators)
    return Filter(tuple(clauses), operators[0] if operators else "AND")


def _clause(text: str, position: int, *, unquoted: bool) -> tuple[Clause, int]:
    field = _FIELD.match(text, position)
    if not field:
        raise FilterError("expected a field name", position)
    position = _skip(text, field.end())
    predicate = _PREDICATE.match(text, position)
    if not predicate:
        raise FilterError("expected one of = != > >= < <= ~", position)
    position = _skip(text, predicate.end())
    value, position = _value(text, position, unquoted=unquoted)
    return Clause(field.group(), cast(Predicate, predicate.group()), value), position


def _value(text: str, position: int, *, unquoted: bool) -> tuple[str, int]:
    if text.startswith("'", position):
        return _quoted(text, position + 1)
    bare = _BARE.match(text, position) if unquoted else None
    if not bare or not bare.group().strip():
        raise FilterError("expected a value in single quotes", position)
    return bare.group().rstrip(), position + len(bare.group().rstrip())


def _quoted(text: str, start: int) -> tuple[str, int]:
    value: list[str] = []
    position = start
    while (found := text.find("'", position)) >= 0:
        value.append(text[position:found])
        following = text[found + 1 : found + 2]
        if not following or following.isspace():
            return "".join(value), found + 1
        value.append("'")
        position = found + (2 if following == "'" else 1)
    raise FilterError("the value's closing quote is missing", start - 1)


def _joint(text: str, position: int, operators: list[Operator]) -> int:
    joint = _OPERATOR.match(text, position)
    if not joint:
        raise FilterError("expected AND or OR", _skip(text, position))
    operator = cast(Operator, joint.group(1).upper())
    if operators and operators[0] != operator:
        raise FilterError("AND and OR cannot be mixed in one filter", joint.start(1))
    operators.append(operator)
    return joint.end()


def _skip(text: str, position: int) -> int:
    space = _SPACE.match(text, position)
    return space.end() if space else position


def parse_fields(text: str) -> tuple[str, ...]:
    """Read a `fields` parameter: names separated by commas. Raises `FilterError` for a blank name."""
    names = tuple(name.strip() for name in text.split(","))
    if not all(names):
        raise FilterError("a field name is blank", 0)
    return names


def parameters(
    *,
    limit: int | None = None,
    offset: int | None = None,
    filter: Filter | None = None,  # noqa: A002 - the standard's own name
    sort: str | None = None,
    descending: bool = False,
    fields: Sequence[str] = (),
) -> list[tuple[str, str]]:
    """Build the query parameters of a collection read; `sort` and `fields` are the standard's field names."""
    pairs = [
        ("limit", None if limit is None else str(limit)),
        ("offset", None if offset is None else str(offset)),
        ("sort", sort),
        ("orderBy", ("desc" if descending else "asc") if sort else None),
        ("filter", filter.text if filter else None),
        ("fields", ",".join(fields) or None),
    ]
    return [(name, value) for name, value in pairs if value is not None]


def query_string(pairs: Sequence[tuple[str, str]]) -> str:
    """Percent-encode parameters as RFC 3986 (and OAuth 1.0a's base string) wants: a space is %20, ' is %27."""
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)
