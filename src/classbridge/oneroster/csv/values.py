"""Tests of single values, by data type (CSV binding, table of data types)."""

import re
from collections.abc import Callable
from datetime import date

from classbridge.oneroster.csv.layout import Column, Layout

Test = Callable[[str], bool]
LONGEST = 255
"""Characters of a text that every importer must be able to keep."""

_FORMS = {
    "userIds": ("user-ids", re.compile(r"\{[^{}:,]+:[^{}]+\}(,\{[^{}:,]+:[^{}]+\})*")),
    "scoreScaleValue": ("score-scale-values", re.compile(r"\{[^{}:]+:[^{}]+\}(,\{[^{}:]+:[^{}]+\})*")),
}
"""Columns whose text has a form of its own: its rule and pattern."""

_RULE_OF_TYPE = {"enum": "vocabulary", "enum-list": "vocabulary", "guidref": "guid", "guidref-list": "guid"}


def form(column: Column, known: Layout) -> tuple[str, Test] | None:
    """The rule and test of a column's values; None where any text will do. Blank values are not tested."""
    if column.name in _FORMS:
        rule, pattern = _FORMS[column.name]
        return rule, lambda value: pattern.fullmatch(value) is not None
    if column.type in ("string", "string-list", "id"):
        return None
    rule = "boolean" if set(column.enum) == {"true", "false"} else _RULE_OF_TYPE.get(column.type, column.type)
    return rule, _test(column, known)


def _test(column: Column, known: Layout) -> Test:
    if column.enum:
        one = _vocabulary(column, known)
    elif column.type == "date":
        one = is_date
    elif column.type == "datetime":
        one = _datetime(known.patterns["datetime"])
    else:
        one = matches(known.patterns[column.type.removesuffix("-list")])
    return _each(one) if column.is_list else one


def matches(pattern: str) -> Test:
    """A test that the whole value matches a pattern; digits are those of ASCII alone."""
    compiled = re.compile(pattern.removeprefix("^").removesuffix("$"), re.ASCII)
    return lambda value: compiled.fullmatch(value) is not None


def is_date(value: str) -> bool:
    """True for a day of the calendar as YYYY-MM-DD."""
    if len(value) != 10 or not value.isascii() or value[4::3] != "--":
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _datetime(pattern: str) -> Test:
    written = matches(pattern)
    return lambda value: written(value) and is_date(value[:10]) and value[11:19] < "24" and _in_hour(value)


def _in_hour(value: str) -> bool:
    """Minutes up to 59, seconds up to 60 (a leap second)."""
    return value[14:16] < "60" and value[17:19] <= "60"


def _vocabulary(column: Column, known: Layout) -> Test:
    words = frozenset(column.enum)
    if not column.extensible:
        return words.__contains__
    extended = matches(known.extension)
    return lambda value: value in words or extended(value)


def _each(one: Test) -> Test:
    return lambda value: all(map(one, value.split(",")))
