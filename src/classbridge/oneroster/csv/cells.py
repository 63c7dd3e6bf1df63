"""The text of a cell and the value that it stands for (CSV binding, data types)."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from classbridge.oneroster.csv.mapping import PAIRS, Field
from classbridge.oneroster.models import Ref

_PAIR = re.compile(r"\{([^{}:]*):([^{}]*)\}")
_BREAKS = re.compile(r"\s*[\r\n]+\s*|\0")

Read = Callable[[str], Any]


def items(text: str) -> list[str]:
    """The items of a list, without the blanks around them."""
    return [item for item in map(str.strip, text.split(",")) if item]


def reader(field: Field) -> Read | None:
    """What makes a column's text the value that REST 1.2 has; None where it is the text itself."""
    match field.form:
        case "ref":
            return _ref
        case "refs":
            return lambda text: [_ref(item) for item in items(text)]
        case "texts":
            return items
        case "day":
            return _midnight
        case "pairs":
            return _pairs_reader(field)
    return None


def _ref(text: str) -> dict[str, str]:
    return {"sourcedId": text}


def _midnight(text: str) -> str:
    return f"{text}T00:00:00Z" if len(text) == 10 else text


def _pairs_reader(field: Field) -> Read:
    left, right = _names(field)
    return lambda text: [{left: a.strip(), right: b.strip()} for a, b in _PAIR.findall(text)]


def _names(field: Field) -> tuple[str, str]:
    item = field.known.item if field.known else None
    if item is None or item.struct is None:
        raise TypeError(field.name)
    return PAIRS[item.struct]


def text_of(value: Any) -> str:
    """A single value as a cell holds it; None is blank."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case Ref():
            return value.sourced_id
        case dict() | list():
            return msgspec.json.encode(value).decode()
    return str(value)


def day_of(value: datetime | None) -> str:
    """The day of a moment, in UTC."""
    return value.astimezone(UTC).date().isoformat() if value else ""


def pair_texts(values: list[msgspec.Struct]) -> list[tuple[str, str]]:
    """The two sides of each pair."""
    names = [value.__struct_fields__ for value in values]
    return [(getattr(value, a), getattr(value, b)) for value, (a, b) in zip(values, names, strict=True)]


def one_line(text: str) -> str:
    """The text without line breaks and NUL, which a field must not have."""
    return _BREAKS.sub(" ", text) if "\n" in text or "\r" in text or "\0" in text else text
