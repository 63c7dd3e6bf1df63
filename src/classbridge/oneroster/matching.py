"""Whether a record meets a filter: the local check behind every filtered read (quirks Q16 and Q17).

Servers disagree on details, so the check is lenient where the standard is silent: text is compared without
case, a list matches when one member does, a day is midnight UTC, and a field that the model does not know is
taken as met.
"""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from classbridge.oneroster.codec import to_wire
from classbridge.oneroster.models import Record, Version
from classbridge.oneroster.query import Clause, Filter


def matches(record: Record, filter: Filter, version: Version) -> bool:  # noqa: A002 - the standard's own name
    """Return whether the record, as this version writes it, meets the filter."""
    wire = {**to_wire(record, Version.V1_2), **to_wire(record, version)}
    checks = (_meets(wire, clause, record) for clause in filter.clauses)
    return all(checks) if filter.operator == "AND" else any(checks)


def _meets(wire: dict[str, Any], clause: Clause, record: Record) -> bool:
    path = clause.field.split(".")
    if path[0] not in wire and path[0] not in {*record.__struct_encode_fields__, "role", "orgs"}:
        return True
    found = _values(wire, path)
    if clause.predicate == "!=":
        return not any(_compare(value, "=", clause.value) for value in found)
    joined = ",".join(str(value) for value in found)
    return any(_compare(value, clause.predicate, clause.value) for value in [*found, joined][: len(found) + 1])


def _values(value: Any, path: list[str]) -> list[Any]:
    if isinstance(value, list):
        return [found for item in value for found in _values(item, path)]
    if not path:
        return [] if isinstance(value, dict) else [value]
    return _values(value[path[0]], path[1:]) if isinstance(value, dict) and path[0] in value else []


def _compare(found: Any, predicate: str, wanted: str) -> bool:
    text, other = _text(found), wanted.casefold()
    if predicate == "~":
        return other in text
    ordered: tuple[Any, Any] = _moments(text, other) or _numbers(text, other) or (text, other)
    left, right = ordered
    return {
        "=": left == right,
        ">": left > right,
        ">=": left >= right,
        "<": left < right,
        "<=": left <= right,
    }[predicate]


def _text(value: Any) -> str:
    return str(value).casefold()


def _moments(left: str, right: str) -> tuple[datetime, datetime] | None:
    try:
        pair = datetime.fromisoformat(left), datetime.fromisoformat(right)
    except ValueError:
        return None
    first, second = (moment if moment.tzinfo else moment.replace(tzinfo=UTC) for moment in pair)
    return first, second


def _numbers(left: str, right: str) -> tuple[Decimal, Decimal] | None:
    try:
        return Decimal(left), Decimal(right)
    except InvalidOperation:
        return None
