"""Takes an answer's body apart: a collection record by record, or one record in its envelope.

A body that is not what was asked for is `MalformedAnswer`, never an empty collection; a record that can't be
read is set aside with its reason, and the rest of its page lives.
"""

from collections.abc import Sequence

import msgspec

from classbridge.oneroster.codec import decode, decode_list
from classbridge.oneroster.errors import MalformedAnswer, RecordError, parse_status
from classbridge.oneroster.models import Record, Version
from classbridge.oneroster.shape import collections

_other_names = {
    "academicSession": ("terms", "term", "gradingPeriods", "gradingPeriod"),
    "org": ("schools", "school"),
    "user": ("students", "student", "teachers", "teacher"),
}
_members = msgspec.json.Decoder(dict[str, msgspec.Raw])
_rows = msgspec.json.Decoder(list[msgspec.Raw])
_BOM = b"\xef\xbb\xbf"


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a collection: `rows` in the server's order, each a record or the reason why it is none."""

    rows: tuple[Record | RecordError, ...]
    key: str

    @property
    def records(self) -> list[Record]:
        """The records that could be read."""
        return [row for row in self.rows if isinstance(row, Record)]

    @property
    def set_aside(self) -> list[RecordError]:
        """The reasons of those that could not."""
        return [row for row in self.rows if isinstance(row, RecordError)]


def page(entity: str, body: bytes, version: Version, *, keys: Sequence[str] = ()) -> Page:
    """Read a collection's body (quirk Q18).

    Its member may be the standard's, another name of the same entity, or one of `keys`; an object instead of
    a list is a list of one. Raises `MalformedAnswer`.
    """
    members = _open(body)
    names = (collections[entity], *keys, *_other_names.get(entity, ()), entity)
    key = _find(members, names)
    if key is None:
        raise _without(collections[entity], body)
    records = decode_list(entity, members[key], version)
    if records is not None:
        return Page(rows=tuple(records), key=key)
    return Page(rows=tuple(_row(entity, raw, version) for raw in _items(members[key])), key=key)


def single(entity: str, body: bytes, version: Version) -> Record:
    """Read one record, in its envelope or bare. Raises `MalformedAnswer` or `RecordError`."""
    members = _open(body)
    if "sourcedId" in members:
        return decode(entity, body, version)
    key = _find(members, (entity, *_other_names.get(entity, ()), collections[entity]))
    items = _items(members[key]) if key else []
    if len(items) != 1:
        raise _without(entity, body)
    return decode(entity, items[0], version)


def _open(body: bytes) -> dict[str, msgspec.Raw]:
    try:
        return _members.decode(body.removeprefix(_BOM))
    except msgspec.ValidationError:
        raise MalformedAnswer("not a JSON object") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise MalformedAnswer("not JSON, or cut off") from None


def _find(members: dict[str, msgspec.Raw], names: Sequence[str]) -> str | None:
    found = {name.lower(): name for name in members}
    return next((found[name.lower()] for name in names if name.lower() in found), None)


def _items(raw: msgspec.Raw) -> list[msgspec.Raw]:
    text = bytes(raw).lstrip()
    if text.startswith(b"{"):
        return [raw]
    if not text.startswith(b"["):
        raise MalformedAnswer("its member is neither a list nor a record")
    return _rows.decode(raw)


def _row(entity: str, raw: msgspec.Raw, version: Version) -> Record | RecordError:
    try:
        # A copy: a view into the page would keep the whole body alive.
        return decode(entity, bytes(raw), version)
    except RecordError as error:
        return error.with_traceback(None)


def _without(name: str, body: bytes) -> MalformedAnswer:
    return MalformedAnswer(f'no member "{name}" in it', infos=parse_status(body))
