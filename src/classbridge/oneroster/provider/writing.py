"""Answers PUT and DELETE: reads bodies tolerantly, checks them against the store and the rules, stamps and stores.

Looser than the schemas where Google's consumer needs it: no status or dateLastModified, references with a
sourcedId only, a date-time as scoreDate, scores above the maximum (its conformance suite for SIS vendors).
"""

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import msgspec

from classbridge.oneroster.codec import decode
from classbridge.oneroster.errors import RecordError
from classbridge.oneroster.models import Record, Ref, Version
from classbridge.oneroster.provider.errors import ProviderError, invalid, unknown
from classbridge.oneroster.provider.fields import entity_of
from classbridge.oneroster.provider.operations import Operation
from classbridge.oneroster.provider.options import Options, Write
from classbridge.oneroster.provider.selection import DEPENDENTS, Is
from classbridge.oneroster.provider.soundness import faults, missing
from classbridge.oneroster.provider.source import Source
from classbridge.oneroster.shape import members, ref_types

_members = msgspec.json.Decoder(dict[str, msgspec.Raw])
_T = TypeVar("_T")
_TICK = timedelta(milliseconds=1)


class Writer:
    """Writes to a source. Each write is stamped later than the one before, so that a delta read misses none."""

    def __init__(self, source: Source, options: Options) -> None:
        self.source = source
        self.options = options
        self._last = datetime.min.replace(tzinfo=UTC)
        self._storing = threading.Lock()

    def put(self, operation: Operation, sourced_id: str, raw: bytes) -> bool:
        """Store the record that the body holds; True when it is new. Raises `ProviderError` 400 or 422."""
        record = read(operation.entity, opened(raw, operation.taken), operation.version)
        if record.sourced_id != sourced_id:
            raise invalid("The sourcedId of the body is not that of the address.")
        return self._stored([self.checked(record, operation.version)], lambda found: self.source.put(found[0]))

    def put_all(self, records: Sequence[Record]) -> None:
        """Store checked records: all, or none."""
        self._stored(records, self.source.put_all)

    def delete(self, entity: str, sourced_id: str) -> None:
        """Take a record away, or mark it tobedeleted, as the options say. Raises `ProviderError` 404."""
        if not self.options.tombstones:
            if not self.source.delete(entity, sourced_id):
                raise unknown(entity)
            return
        record = self.source.record(entity, sourced_id)
        if record is None:
            raise unknown(entity)
        with_it = (
            dependent
            for name, reference in DEPENDENTS.get(entity, {}).items()
            for dependent in self.source.records(name, (Is(reference, sourced_id),))
        )
        marked = [one for one in (record, *with_it) if one.active]
        for one in marked:
            one.status = "tobedeleted"
            one.date_last_modified = None
        self.put_all(marked)

    def checked(self, record: Record, version: Version) -> Record:
        """The record as it may be stored. Raises `ProviderError` 422, or what a rule refuses it with."""
        wrong = [*faults(record, version), *self._missing(record, version)]
        if wrong:
            raise invalid(f"{wrong[0]}.")
        for member in members(type(record)):
            value = getattr(record, member.attribute)
            if isinstance(value, Ref):
                self._require(ref_types[member.attribute], value.sourced_id, version)
                # Its type and href are ours to say.
                setattr(record, member.attribute, Ref(sourced_id=value.sourced_id))
        existing = self.source.record(entity_of(record), record.sourced_id)
        for rule in self.options.rules:
            record = rule(Write(record, existing, self.source))
        return record

    def _missing(self, record: Record, version: Version) -> Sequence[str]:
        if not self.options.complete_records:
            return ()
        return [f"{name} is missing" for name in missing(record, version)]

    def _require(self, entity: str, sourced_id: str, version: Version) -> None:
        if self.source.doc(entity, sourced_id, version) is None:
            raise invalid(f"There is no such {entity}.")

    def _stored(self, records: Sequence[Record], store: Callable[[Sequence[Record]], _T]) -> _T:
        with self._storing:
            now = self.options.now().astimezone(UTC)
            whole = now.replace(microsecond=now.microsecond // 1000 * 1000)  # as it is read back
            self._last = max(whole, self._last + _TICK)
            for record in records:
                if self.options.stamp or record.date_last_modified is None:
                    record.date_last_modified = self._last
            return store(records)


def opened(raw: bytes, member: str) -> msgspec.Raw:
    """What the body's envelope holds. Raises `ProviderError`: 400 for what is no JSON object, else 422."""
    try:
        body = _members.decode(raw).get(member)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
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
    except (OverflowError, RecursionError):
        raise invalid("A value is out of range, or nested too deeply.") from None
