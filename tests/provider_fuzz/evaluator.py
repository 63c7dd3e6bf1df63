"""A second reading of OneRoster's filter and sort, made to disagree with the provider's where one of them errs.

It shares no code with it: it judges the JSON that an unfiltered read answers, by the standard's rules and our
documented readings of them. Text is compared without case and by code points, sourcedIds by the letter, numbers
as numbers, a day as midnight UTC. A list meets a comparison when one member does and, for `=`, when it is the
comma separated whole. What a record does not have meets nothing but `!=`, which is the opposite of `=`.
"""

import operator
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec

from classbridge.oneroster.models import Ref, Version, type_of
from tests.oneroster.strategies import NEW_IN_1_2

Doc = dict[str, Any]

_PROFILE = ("profileId", "profileType", "vendorId", "applicationId", "credentials.type", "credentials.username")
_KINDS: dict[Any, str] = {Decimal: "number", date: "day", datetime: "moment"}
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


class Refused(Exception):  # noqa: N818 - it is an answer, not a failure
    """The value cannot be compared with the field: the provider answers 400."""


def fields(entity: str, version: Version) -> dict[str, str]:
    """Every field that a filter may name, with its kind: id, text, number, day, moment or list."""
    found: dict[str, str] = {}
    hints = get_type_hints(type_of[entity], include_extras=True)
    for member in msgspec.structs.fields(type_of[entity]):
        if version is Version.V1_1 and member.name in NEW_IN_1_2.get(entity, ()):
            continue
        found |= _leaves(member.encode_name, hints[member.name])
    found.pop("metadata")
    if entity == "scoreScale":
        found.pop("org.sourcedId")
    if entity == "user":
        found.pop("userProfiles", None)
        if version is Version.V1_1:
            found = {path: kind for path, kind in found.items() if not path.startswith("roles.")}
            found |= {"role": "text", "orgs.sourcedId": "id"}
        else:
            found |= {f"userProfiles.{name}": "text" for name in _PROFILE}
    return found


def _leaves(path: str, hint: Any, *, top: bool = True) -> dict[str, str]:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated or origin in (Union, UnionType):
        return _leaves(path, arguments[0], top=top)
    if origin is list:
        return {path: "list"} if arguments[0] is str and top else _leaves(path, arguments[0], top=False)
    if hint is Ref:
        return {f"{path}.sourcedId": "id"}
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        hints = get_type_hints(hint, include_extras=True)
        parts = [(one.encode_name, hints[one.name]) for one in msgspec.structs.fields(hint)]
        return {p: k for name, inner in parts for p, k in _leaves(f"{path}.{name}", inner, top=False).items()}
    return {path: "id" if path == "sourcedId" else _KINDS.get(hint, "text")}


def values(doc: Doc, path: str) -> list[Any]:
    """What a record says at a dotted path: no value, one or several. Null says nothing."""
    return [value for found, value in _walk(doc, "") if found == path and value is not None]


def _walk(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _walk(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner, path)
    else:
        yield path, value


def meets(doc: Doc, path: str, kind: str, predicate: str, wanted: str, *, ids_by_letter: bool = True) -> bool:
    """Whether a record meets a clause. Raises `Refused` for a value that the kind cannot be compared with."""
    found = values(doc, path)
    if kind == "id":
        kind = "exact" if ids_by_letter else "text"
    met = any(_compare(one, "text" if kind == "list" else kind, predicate, wanted) for one in found)
    _compare_kind(kind, predicate, wanted)
    if kind == "list" and predicate in ("=", "!="):
        met = met or ",".join(found).casefold() == wanted.casefold()
    return not met if predicate == "!=" else met


def _compare_kind(kind: str, predicate: str, wanted: str) -> None:
    """Refuse the value whether or not there is a record to compare it with."""
    if kind == "number":
        _number(wanted, predicate)
    if kind in ("day", "moment") and predicate != "~":
        _moment(wanted)


def _compare(found: Any, kind: str, predicate: str, wanted: str) -> bool:
    if kind == "number":
        return _COMPARISONS[predicate](Decimal(str(found)), _number(wanted, predicate))
    text = {True: "true", False: "false"}.get(found, str(found)) if isinstance(found, bool) else str(found)
    if predicate == "~":
        return wanted in text if kind == "exact" else wanted.casefold() in text.casefold()
    if kind in ("day", "moment"):
        return _COMPARISONS[predicate](_moment(text), _moment(wanted))
    folded = (text, wanted) if kind == "exact" else (text.casefold(), wanted.casefold())
    return _COMPARISONS[predicate](*folded)


def _number(wanted: str, predicate: str) -> Decimal:
    try:
        number = Decimal(wanted)
    except InvalidOperation:
        raise Refused from None
    if predicate == "~" or not number.is_finite():
        raise Refused
    return number


def _moment(text: str) -> datetime:
    if not re.match(r"\d{4}-\d\d-\d\d", text):
        raise Refused
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refused from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def ordered(docs: list[Doc], path: str | None, kind: str, *, descending: bool) -> list[str]:
    """The sourcedIds in the order of a sort: what is missing comes first, equals go by sourcedId upwards."""
    by_id = sorted(docs, key=lambda doc: str(doc["sourcedId"]))
    if path:
        by_id.sort(key=lambda doc: _sort_key(doc, path, kind), reverse=descending)
    return [doc["sourcedId"] for doc in by_id]


def _sort_key(doc: Doc, path: str, kind: str) -> tuple[bool, Any]:
    found = values(doc, path)
    if kind == "list":
        return True, ",".join(found).casefold()
    if not found:
        return False, 0
    match kind:
        case "number":
            return True, Decimal(str(found[0]))
        case "day" | "moment":
            return True, _moment(found[0])
        case "id":
            return True, found[0]
    return True, str(found[0]).casefold()
