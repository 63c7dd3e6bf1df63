"""Whether a record meets a filter: the local check behind every filtered read (quirks Q16 and Q17).

Servers disagree on details, so the check is lenient where the standard is silent: text is compared without
case, a list matches when one member does, a day is midnight UTC, and a field that the model does not know is
taken as met.
"""

import operator
import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from classbridge.oneroster.codec import to_wire
from classbridge.oneroster.models import Record, Version
from classbridge.oneroster.query import Clause, Filter
from classbridge.oneroster.shape import members

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def matches(record: Record, filter: Filter, version: Version) -> bool:  # noqa: A002 - the standard's own name
    """Return whether the record, as this version writes it, meets the filter."""
    wire = {**to_wire(record, Version.V1_2), **to_wire(record, version)}
    checks = (_meets(wire, clause, record) for clause in filter.clauses)
    return all(checks) if filter.operator == "AND" else any(checks)


def _meets(wire: dict[str, Any], clause: Clause, record: Record) -> bool:
    top = clause.field.partition(".")[0]
    if top not in wire and top not in {*record.__struct_encode_fields__, "role", "orgs"}:
        return True
    found = _values(wire, clause.field)
    if clause.predicate in ("=", "!=") and _is_plain_list(record, clause.field):
        found.append(",".join(str(value) for value in found))
    if clause.predicate == "!=":
        return not any(_compare(value, "=", clause.value) for value in found)
    return any(_compare(value, clause.predicate, clause.value) for value in found)


def _is_plain_list(record: Record, name: str) -> bool:
    lists = (member for member in members(type(record)) if member.kind == "list" and member.name == name)
    return any(member.item and member.item.kind == "text" for member in lists)


def _values(value: Any, path: str) -> list[Any]:
    if isinstance(value, list):
        return [found for item in value for found in _values(item, path)]
    if not isinstance(value, dict):
        return [value] if not path and value is not None else []
    # An extension's own name may hold dots (metadata.jp.kanaGivenName).
    names = [name for name in value if path == name or path.startswith(f"{name}.")]
    return [found for name in names for found in _values(value[name], path[len(name) + 1 :])]


def _compare(found: Any, predicate: str, wanted: str) -> bool:
    folded = str(found).casefold(), wanted.casefold()
    if predicate == "~":
        return folded[1] in folded[0]
    left, right = _number(found, wanted) or _moments(str(found), wanted) or folded
    return bool(_COMPARISONS[predicate](left, right))


_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def _number(found: Any, wanted: str) -> tuple[Any, Any] | None:
    if not isinstance(found, Decimal):
        return None
    try:
        number = Decimal(wanted)
    except InvalidOperation:
        return None
    return (found, number) if number.is_finite() else None


def _moments(found: str, wanted: str) -> tuple[Any, Any] | None:
    if not (_DAY.match(found) and _DAY.match(wanted)):
        return None
    try:
        pair = datetime.fromisoformat(found), datetime.fromisoformat(wanted)
    except ValueError:
        return None
    first, second = (moment if moment.tzinfo else moment.replace(tzinfo=UTC) for moment in pair)
    return first, second
