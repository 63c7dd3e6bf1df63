"""Answers PUT: reads the body tolerantly, checks it against the store, lets the rules have their say, stores it.

Looser than the schemas where Google's consumer needs it: no status or dateLastModified, references with a
sourcedId only, a date-time as scoreDate, scores above the maximum (its conformance suite for SIS vendors).
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from classbridge.oneroster.codec import decode
from classbridge.oneroster.errors import RecordError
from classbridge.oneroster.models import Record, Ref, Version
from classbridge.oneroster.provider.errors import ProviderError, invalid
from classbridge.oneroster.provider.fields import entity_of
from classbridge.oneroster.provider.operations import Operation
from classbridge.oneroster.provider.options import Options, Write
from classbridge.oneroster.provider.source import Source
from classbridge.oneroster.shape import members, ref_types

_members = msgspec.json.Decoder(dict[str, msgspec.Raw])


def put(operation: Operation, sourced_id: str, raw: bytes, source: Source, options: Options) -> bool:
    """Store the record that the body holds; True when it is new. Raises `ProviderError` 400 or 422."""
    record = read(operation.entity, opened(raw, operation.taken), operation.version)
    if record.sourced_id != sourced_id:
        raise invalid("The sourcedId of the body is not that of the address.")
    return source.put(checked(record, source, options))


def opened(raw: bytes, member: str) -> msgspec.Raw:
    """What the body's envelope holds. Raises `ProviderError`: 400 for what is no JSON object, else 422."""
    try:
        body = _members.decode(raw).get(member)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ProviderError(400, "invaliddata", "The body is not a JSON object.") from None
    if body is None or b"\\u0000" in bytes(body):
        raise invalid(f"The body must hold valid {member}.")
    return body


def read(entity: str, raw: msgspec.Raw, version: Version) -> Record:
    """Read one record of a body. Raises `ProviderError` 422."""
    try:
        return decode(entity, raw, version)
    except RecordError as error:
        raise invalid(str(error)) from None


def checked(record: Record, source: Source, options: Options) -> Record:
    """The record as it may be stored: references point to something, the rules agree, and it has its time."""
    for entity, ref in _references(record):
        if source.record(entity, ref.sourced_id) is None:
            raise invalid(f"There is no such {entity}.")
    existing = source.record(entity_of(record), record.sourced_id)
    for rule in options.rules:
        record = rule(Write(record, existing, source))
    record.date_last_modified = datetime.now(UTC)
    return record


def _references(record: Record) -> Iterator[tuple[str, Ref]]:
    """Each record that this one points to, with its entity."""
    for member in members(type(record)):
        value = getattr(record, member.attribute)
        if isinstance(value, Ref):
            yield ref_types[member.attribute], value
