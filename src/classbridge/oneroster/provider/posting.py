"""Answers POST (OneRoster 1.2, gradebook): a collection with temporary sourcedIds, for which we choose our own.

Either the whole body is valid and all of it is stored, or nothing is.
"""

import uuid
from collections.abc import Sequence

import msgspec

from classbridge.oneroster.models import Class, LineItem, Record, Ref, Result
from classbridge.oneroster.provider.errors import invalid, unknown
from classbridge.oneroster.provider.operations import Operation
from classbridge.oneroster.provider.source import Source
from classbridge.oneroster.provider.writing import Writer, opened, read

_rows = msgspec.json.Decoder(list[msgspec.Raw])


def post(operation: Operation, ids: list[str], raw: bytes, writer: Writer) -> bytes:
    """Store the body's records and answer their `sourcedIdPairs`.

    Raises `ProviderError`: 404 for an unknown parent, 400 or 422 for a body that cannot be stored.
    """
    for entity, sourced_id in operation.parents(ids):
        if writer.source.record(entity, sourced_id) is None:
            raise unknown(entity)
    records = _records(operation, raw)
    supplied = [record.sourced_id for record in records]
    if len(set(supplied)) < len(supplied):
        raise invalid("Two records of the body have the same sourcedId.")
    for record in records:
        _place(operation, ids, record)
        _require_same_class(record, writer.source)
        record.sourced_id = str(uuid.uuid4())
    writer.put_all([writer.checked(record, operation.version) for record in records])
    return msgspec.json.encode({operation.envelope: _pairs(supplied, records)})


def _records(operation: Operation, raw: bytes) -> list[Record]:
    try:
        rows = _rows.decode(opened(raw, operation.taken))
    except msgspec.ValidationError:
        raise invalid(f"{operation.taken} must be a list.") from None
    return [read(operation.entity, row, operation.version) for row in rows]


def _place(operation: Operation, ids: list[str], record: Record) -> None:
    """Give the record the references that the path names. Raises `ProviderError` 422 where it has others."""
    for attribute, position in operation.posted:
        given: Ref | None = getattr(record, attribute)
        if given and given.sourced_id != ids[position]:
            raise invalid(f"The {attribute.strip('_')} of a record is not that of the address.")
        setattr(record, attribute, Ref(sourced_id=ids[position]))


def _require_same_class(record: Record, source: Source) -> None:
    """A line item's class must be of its school, a result's line item of its class, where both are named."""
    match record:
        case LineItem(school=Ref(sourced_id=school)):
            class_ = source.record("class", record.class_.sourced_id)
            if isinstance(class_, Class) and class_.school and class_.school.sourced_id != school:
                raise invalid("The class of a line item is not of its school.")
        case Result(class_=Ref(sourced_id=wanted)):
            item = source.record("lineItem", record.line_item.sourced_id)
            if isinstance(item, LineItem) and item.class_.sourced_id != wanted:
                raise invalid("The line item of a result is not of its class.")


def _pairs(supplied: Sequence[str], records: Sequence[Record]) -> list[dict[str, str]]:
    return [
        {"suppliedSourcedId": temporary, "allocatedSourcedId": record.sourced_id}
        for temporary, record in zip(supplied, records, strict=True)
    ]
