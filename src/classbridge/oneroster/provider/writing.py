"""Answers PUT: reads the body tolerantly, checks it against the store, lets the rules have their say, stores it.

Looser than the schemas where Google's consumer needs it: no status or dateLastModified, references with a
sourcedId only, a date-time as scoreDate, scores above the maximum (its conformance suite for SIS vendors).
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from classbridge.oneroster.codec import decode
from classbridge.oneroster.errors import RecordError
from classbridge.oneroster.models import LineItem, Record, Ref, Result
from classbridge.oneroster.provider.errors import ProviderError, invalid
from classbridge.oneroster.provider.operations import Operation
from classbridge.oneroster.provider.options import Options, Write
from classbridge.oneroster.provider.source import Source

_envelope = msgspec.json.Decoder(dict[str, msgspec.Raw])


def put(operation: Operation, sourced_id: str, raw: bytes, source: Source, options: Options) -> bool:
    """Store the record that the body holds; True when it is new. Raises `ProviderError` 400 or 422."""
    record = _record(operation, sourced_id, raw)
    for entity, ref in _references(record):
        if source.record(entity, ref.sourced_id) is None:
            raise invalid(f"There is no such {entity}.")
    existing = source.record(operation.entity, sourced_id)
    for rule in options.rules:
        record = rule(Write(record, existing, source))
    record.date_last_modified = datetime.now(UTC)
    return source.put(record)


def _record(operation: Operation, sourced_id: str, raw: bytes) -> Record:
    try:
        body = _envelope.decode(raw).get(operation.envelope)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ProviderError(400, "invaliddata", "The body is not a JSON object.") from None
    if body is None or b"\\u0000" in bytes(body):
        raise invalid(f"The body must hold a valid {operation.envelope}.")
    try:
        record = decode(operation.entity, body, operation.version)
    except RecordError as error:
        raise invalid(str(error)) from None
    if record.sourced_id != sourced_id:
        raise invalid("The sourcedId of the body is not that of the address.")
    return record


def _references(record: Record) -> Iterator[tuple[str, Ref]]:
    """The records that a line item or a result cannot be without."""
    match record:
        case LineItem():
            yield "class", record.class_
            if record.category:
                yield "category", record.category
        case Result():
            yield "lineItem", record.line_item
            yield "user", record.student
