"""Which fields of an entity can be asked for, and the form in which a Source keeps and compares each.

Derived from the model, so that a new member can be filtered by without a line here. Comparison of text ignores
case; sourcedIds are exact (the standard's text on this is not public: this is our reading, for both versions).
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from struct import pack, unpack
from typing import Any, cast

from msgspec import Struct

from classbridge.oneroster.codec import role_in_1_1
from classbridge.oneroster.models import LineItem, Record, Ref, User, Version, type_of
from classbridge.oneroster.shape import Member, members, written


class Kind(StrEnum):
    """How a field's values are kept and compared."""

    ID = "id"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    MOMENT = "moment"
    LIST = "list"
    """Several plain values: compared whole as a comma separated text, and searched one by one."""


class Field(Struct, frozen=True, kw_only=True):
    """One field: the neutral dotted path it is kept under, its kind and how to read it from a record.

    A field of `many` lies in a list of structs and is only kept value by value, each as text (`text_kept`).
    """

    path: str
    kind: Kind
    read: Callable[[Record], Any]
    many: bool = False


_PROFILE = [
    *("profileId", "profileType", "vendorId", "applicationId", "description"),
    *("credentials.type", "credentials.username"),
]
"""The members of a user's profiles, which the model keeps as they are."""
_KINDS = {
    "text": Kind.TEXT,
    "choice": Kind.TEXT,
    "flag": Kind.TEXT,
    "moment": Kind.MOMENT,
    "day": Kind.DATE,
    "number": Kind.NUMBER,
}


@cache
def fields(entity: str) -> dict[str, Field]:
    """Every field of an entity by its neutral path (OneRoster 1.2 names)."""
    found = [field for member in members(type_of[entity]) for field in _fields(member)]
    if entity in _SAID_IN_1_1:
        found.append(_SAID_IN_1_1[entity])
    return {field.path: field for field in found}


def _fields(member: Member) -> Iterator[Field]:
    attribute = member.attribute
    if member.name == "sourcedId":
        yield Field(path=member.name, kind=Kind.ID, read=lambda record: record.sourced_id)
    elif member.kind in _KINDS:
        yield Field(path=member.name, kind=_KINDS[member.kind], read=_plain(attribute))
    elif member.kind == "struct" and member.struct is Ref:
        yield Field(path=f"{member.name}.sourcedId", kind=Kind.ID, read=_ref(attribute))
    elif member.kind == "list" and member.item is not None:
        yield from _list_fields(member, member.item)


def _list_fields(member: Member, item: Member) -> Iterator[Field]:
    attribute = member.attribute
    if item.kind == "text":
        yield Field(path=member.name, kind=Kind.LIST, read=_texts(attribute))
    elif item.struct is Ref:
        yield _among(f"{member.name}.sourcedId", Kind.ID, (attribute, "sourced_id"))
    elif item.struct is not None:
        yield from _deeper(member.name, (attribute,), item.struct)
    elif member.name == "userProfiles":
        for name in _PROFILE:
            yield _among(f"{member.name}.{name}", Kind.TEXT, (attribute, *name.split(".")))


def _deeper(path: str, steps: tuple[str, ...], struct: type[Struct]) -> Iterator[Field]:
    """The fields of the structs in a list, however deep."""
    for member in members(struct):
        inner, way = f"{path}.{member.name}", (*steps, member.attribute)
        item = member.item or member
        if item.struct is Ref:
            yield _among(f"{inner}.sourcedId", Kind.ID, (*way, "sourced_id"))
        elif item.struct is not None:
            yield from _deeper(inner, way, item.struct)
        elif item.kind in _KINDS:
            yield _among(inner, _KINDS[item.kind], way)


def _among(path: str, kind: Kind, steps: tuple[str, ...]) -> Field:
    """A field whose values are found by walking the record's attributes and members."""

    def read(record: Record) -> list[str]:
        found: list[Any] = [record]
        for step in steps:
            found = [value for one in found for value in _step(one, step)]
        return [text_kept(kind, value) for value in found]

    return Field(path=path, kind=kind, read=read, many=True)


def _step(value: Any, name: str) -> list[Any]:
    inner = value.get(name) if isinstance(value, dict) else getattr(value, name, None)
    found = inner if isinstance(inner, list) else [inner]
    return [one for one in found if one is not None]


def _plain(attribute: str) -> Callable[[Record], Any]:
    def read(record: Record) -> Any:
        return kept(getattr(record, attribute))

    return read


def _ref(attribute: str) -> Callable[[Record], Any]:
    def read(record: Record) -> Any:
        ref = getattr(record, attribute)
        return ref.sourced_id if ref else None

    return read


def _texts(attribute: str) -> Callable[[Record], Any]:
    return lambda record: [str(kept(value)) for value in getattr(record, attribute)]


def kept(value: Any) -> Any:
    """A value in the form in which it is kept and compared."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value.casefold()
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case Decimal():
            return float(value)
    return value


def text_kept(kind: Kind, value: Any) -> str:
    """A value of many in the form in which it is kept: a text that is ordered as the value is."""
    if kind is Kind.NUMBER:
        return _sortable(float(value))
    return str(value if kind is Kind.ID else kept(value))


def _sortable(number: float) -> str:
    """The bits of a number in hexadecimal, negative ones inverted, so that texts are ordered as numbers."""
    (bits,) = unpack(">Q", pack(">d", number + 0.0))  # -0.0 is 0.0
    return f"{bits ^ (2**64 - 1) if bits >> 63 else bits | 2**63:016x}"


@cache
def _lists(entity: str) -> tuple[Field, ...]:
    return tuple(field for field in fields(entity).values() if field.many or field.kind is Kind.LIST)


def many_values(record: Record) -> Iterator[tuple[str, str]]:
    """The (path, value) pairs of a record's lists, of its `metadata`, and of a user's roles at their orgs."""
    for field in _lists(_entity_of[type(record)]):
        for value in field.read(record):
            yield field.path, value
    if record.metadata:
        for name, value in record.metadata.items():
            yield from _open_values(f"metadata.{name}", value)
    if isinstance(record, User):
        for role in record.roles:
            yield "roles.role@org", f"{role.role}@{role.org.sourced_id}"


def _open_values(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _open_values(f"{path}.{name}", inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _open_values(path, inner)
    elif value is not None:
        yield path, str(kept(value))


_entity_of = {struct: entity for entity, struct in type_of.items()}


def entity_of(record: Record) -> str:
    """The entity's name of a record."""
    return _entity_of[type(record)]


_ALIASES_1_1 = {
    "user": {"role": "said.role", "orgs.sourcedId": "roles.org.sourcedId"},
    "lineItem": {"gradingPeriod.sourcedId": "said.gradingPeriod"},
}
"""Where a field is kept that OneRoster 1.1 calls otherwise than 1.2, or says something else in."""


def _said_role(user: User) -> str | None:
    role = role_in_1_1(user)
    return role.casefold() if role else None


def _said_grading_period(item: LineItem) -> str | None:
    ref = item.grading_period or item.academic_session
    return ref.sourced_id if ref else None


_SAID_IN_1_1 = {
    "user": Field(path="said.role", kind=Kind.TEXT, read=cast(Callable[[Record], Any], _said_role)),
    "lineItem": Field(
        path="said.gradingPeriod", kind=Kind.ID, read=cast(Callable[[Record], Any], _said_grading_period)
    ),
}
"""Fields in which 1.1 says one thing that 1.2 says in another way."""


@cache
def askable(entity: str, version: Version) -> dict[str, Field]:
    """The fields that a filter or a sort of a version may name; `metadata.*` is open beside them."""
    named = {"sourcedId", "status", "dateLastModified"}
    named |= {member.name for member in written(entity, type_of[entity], version)}
    known = fields(entity)
    offered = {path: field for path, field in known.items() if path.split(".")[0] in named}
    if version is Version.V1_1:
        offered |= {alias: known[path] for alias, path in _ALIASES_1_1.get(entity, {}).items()}
    return offered


@cache
def selectable(entity: str, version: Version) -> frozenset[str]:
    """The top-level members that `fields=` may name."""
    named = {"sourcedId", "status", "dateLastModified", "metadata"}
    named |= {member.name for member in written(entity, type_of[entity], version)}
    if version is Version.V1_1 and entity == "user":
        named |= {"role", "orgs"}
    return frozenset(named)
