"""Which fields of an entity can be asked for, and the form in which a Source keeps and compares each.

Derived from the model, so that a new member can be filtered by without a line here. Comparison of text ignores
case; sourcedIds are exact (the standard's text on this is not public: this is our reading, for both versions).
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any

from msgspec import Struct

from classbridge.oneroster.models import Record, Ref, User, Version, type_of
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
    MANY_IDS = "many ids"
    MANY_TEXTS = "many texts"


class Field(Struct, frozen=True, kw_only=True):
    """One field: the neutral dotted path it is kept under, its kind and how to read it from a record."""

    path: str
    kind: Kind
    read: Callable[[Record], Any]

    @property
    def many(self) -> bool:
        """Whether the field is only kept value by value."""
        return self.kind in (Kind.MANY_IDS, Kind.MANY_TEXTS)


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
        yield Field(path=f"{member.name}.sourcedId", kind=Kind.MANY_IDS, read=_refs(attribute))
    elif item.struct is not None:
        for inner in members(item.struct):
            path = f"{member.name}.{inner.name}"
            if inner.struct is Ref:
                read = _inner_refs(attribute, inner.attribute)
                yield Field(path=f"{path}.sourcedId", kind=Kind.MANY_IDS, read=read)
            elif inner.kind in _KINDS:
                read = _inner_texts(attribute, inner.attribute)
                yield Field(path=path, kind=Kind.MANY_TEXTS, read=read)


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


def _refs(attribute: str) -> Callable[[Record], Any]:
    return lambda record: [ref.sourced_id for ref in getattr(record, attribute)]


def _inner_refs(attribute: str, inner: str) -> Callable[[Record], Any]:
    return lambda record: [getattr(item, inner).sourced_id for item in getattr(record, attribute)]


def _inner_texts(attribute: str, inner: str) -> Callable[[Record], Any]:
    def read(record: Record) -> Any:
        values = (getattr(item, inner) for item in getattr(record, attribute))
        return [str(kept(value)) for value in values if value is not None]

    return read


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


_ALIASES_1_1 = {"user": {"role": "roles.role", "orgs.sourcedId": "roles.org.sourcedId"}}
"""What OneRoster 1.1 calls a field that the neutral model keeps under 1.2's name."""


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
