"""What is wrong with a record that was sent, beyond what its types refuse."""

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from classbridge.oneroster.codec import to_wire
from classbridge.oneroster.models import Record, Version
from classbridge.oneroster.provider.fields import entity_of
from classbridge.oneroster.provider.standard import Standard, standard
from classbridge.oneroster.shape import members


def faults(record: Record, version: Version) -> Iterator[str]:
    """The rules of `standard` that the record breaks: vocabularies, lists that must not be empty."""
    yield from _faults(record, entity_of(record), standard(version))


def missing(record: Record, version: Version) -> Iterator[str]:
    """The members that the version requires and the record does not have."""
    wire = to_wire(record, version)
    yield from (name for name in standard(version).required[entity_of(record)] if name not in wire)


def _faults(value: msgspec.Struct, owner: str, rules: Standard) -> Iterator[str]:
    for member in members(type(value)):
        inner = getattr(value, member.attribute)
        if inner == [] and f"{owner}.{member.name}" in rules.filled:
            yield f"{member.name} must not be empty"
        elif isinstance(inner, str) and not rules.allows(f"{owner}.{member.name}", inner):
            yield f"{member.name} has a value outside of its vocabulary"
        elif isinstance(inner, datetime) and not _in_utc(inner):
            yield f"{member.name} has no time in UTC"
        elif isinstance(inner, list):
            for item in inner:
                if isinstance(item, msgspec.Struct):
                    yield from _faults(item, _owner(item), rules)


def _owner(item: msgspec.Struct) -> str:
    name = type(item).__name__
    return name[0].lower() + name[1:]


def _in_utc(moment: datetime) -> bool:
    """Whether the moment lies within the years 1 to 9999 in UTC too."""
    try:
        moment.astimezone(UTC)
    except OverflowError:
        return False
    return True
