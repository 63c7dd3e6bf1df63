"""The tolerant second look at a record that the strict types refused (vendor quirks Q18 and Q37).

Every repair has one meaning only: null or "" is "absent", a bare value is a list of one, a date-time where
a date belongs keeps its written day, a date where a date-time belongs is midnight UTC, a date-time without
an offset is UTC. What cannot be read without guessing is left for the types to refuse.
"""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec

from classbridge.oneroster.shape import Member, members

_ABSENT = object()
_FLAGS = {"true": True, "yes": True, "y": True, "1": True, "false": False, "no": False, "n": False, "0": False}
_STATUSES = {"active": "active", "tobedeleted": "tobedeleted", "inactive": "tobedeleted"}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NAMES = ("given_name", "family_name")

_decoder = msgspec.json.Decoder(float_hook=Decimal)


def loads(raw: bytes | msgspec.Raw) -> Any:
    """Parse JSON with exact decimal numbers. Raises `msgspec.DecodeError`."""
    return _decoder.decode(raw)


def repair(value: Any, struct: type[msgspec.Struct]) -> Any:
    """Return the members of `struct` found in a parsed JSON object, repaired; anything else as it is."""
    if not isinstance(value, dict):
        return value
    repaired = {}
    for member in members(struct):
        mended = _mend(value.get(member.name), member)
        if mended is not _ABSENT:
            repaired[member.name] = mended
        elif member.attribute in _NAMES:
            repaired[member.name] = ""  # some people have one name; they are still on the roster
    return repaired


def _mend(value: Any, member: Member) -> Any:
    if value is None or (value == "" and not (member.required and member.kind == "text")):
        return _ABSENT
    match member.kind:
        case "list":
            return _list(value, member)
        case "struct":
            return _struct(value, member)
        case "open":
            return _plain(value) if isinstance(value, dict) else _ABSENT
        case _:
            return _SCALARS[member.kind](value)


def _list(value: Any, member: Member) -> list[Any]:
    if member.item is None:  # pragma: no cover - a list always has an item
        return []
    items = value if isinstance(value, list) else [value]
    mended = (_mend(item, member.item) for item in items)
    return [item for item in mended if item is not _ABSENT and item != ""]


def _struct(value: Any, member: Member) -> Any:
    """Repair a nested object; one that lacks what it must have points nowhere and counts as absent."""
    if member.struct is None:  # pragma: no cover - a struct member always has one
        return _ABSENT
    if isinstance(value, str):
        value = {"sourcedId": value}
    mended = repair(value, member.struct)
    if not isinstance(mended, dict):
        return mended
    required = (inner.name for inner in members(member.struct) if inner.required)
    return _ABSENT if any(mended.get(name, "") == "" for name in required) else mended


def _text(value: Any) -> Any:
    number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    return str(value) if number else value


def _flag(value: Any) -> Any:
    return _FLAGS.get(str(value).strip().lower(), value)


def _choice(value: Any) -> Any:
    return _STATUSES.get(value.strip().lower(), value) if isinstance(value, str) else value


def _moment(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        moment = datetime.fromisoformat(value.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):  # a moment of year 1 or 9999 may lie outside the calendar in UTC
        return value


def _day(value: Any) -> Any:
    found = _DAY.match(value.strip()) if isinstance(value, str) else None
    return found.group() if found else value


def _number(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _plain(value: Any) -> Any:
    """Give extension data back as plain JSON values, as the strict path does."""
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return float(value) if isinstance(value, Decimal) else value


_SCALARS = {
    "text": _text,
    "flag": _flag,
    "choice": _choice,
    "moment": _moment,
    "day": _day,
    "number": _number,
}
