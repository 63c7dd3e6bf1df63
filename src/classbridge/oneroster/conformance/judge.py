"""Strict looks at a raw answer: the one member that it must have, the error body that it should have."""

from collections.abc import Iterable
from typing import Any

from classbridge.oneroster.conformance.outcome import Failed, NotOffered
from classbridge.oneroster.conformance.wire import Reply
from classbridge.oneroster.models import Version
from classbridge.oneroster.shape import collections
from classbridge.oneroster.status import parse_status

Row = dict[str, Any]
_ABSENT = (403, 404, 405, 410, 501)
_SPELLINGS = {
    "unknown object": "unknownobject",
    "invalid data": "invaliddata",
    "unauthorized": "unauthorisedrequest",
}


def said(reply: Reply) -> str:
    """The request and what came back, in words."""
    return f"{reply.call}: {reply.error or f'HTTP {reply.status}'}"


def expect(condition: object, text: str) -> None:
    """Fail with `text` unless the condition holds."""
    if not condition:
        raise Failed(text)


def answered(reply: Reply, *statuses: int) -> Reply:
    """The reply, if its status is one of these (200); else a failure."""
    wanted = statuses or (200,)
    expect(reply.status in wanted, f"{said(reply)}, expected {' or '.join(map(str, wanted))}.")
    return reply


def offered(reply: Reply) -> Reply:
    """The reply; not offered where the server says that it does not have this or lends no right to it."""
    if reply.status in _ABSENT:
        raise NotOffered(f"{said(reply)}.")
    return answered(reply)


def members(reply: Reply) -> Row:
    """The JSON object of a 200."""
    value = answered(reply).json
    if value is None:
        raise Failed(f"{reply.call}: the body is not JSON, or it is cut off.")
    if not isinstance(value, dict):
        raise Failed(f"{reply.call}: the body is not a JSON object.")
    return value


def rows(reply: Reply, entity: str) -> list[Row]:
    """The records of a collection's answer, under the name that the standard gives it."""
    name = collections[entity]
    found = members(reply).get(name)
    expect(isinstance(found, list), f'{reply.call}: no list "{name}" in the body.')
    assert isinstance(found, list)  # noqa: S101 - tells mypy what was just expected
    expect(all(isinstance(row, dict) for row in found), f'{reply.call}: "{name}" holds more than records.')
    return found


def record(reply: Reply, entity: str) -> Row:
    """The record of a single answer, in its envelope."""
    found = members(reply).get(entity)
    if not isinstance(found, dict):
        raise Failed(f'{reply.call}: no object "{entity}" in the body.')
    return found


def ids(found: Iterable[Row]) -> list[str]:
    """The sourcedIds, as texts."""
    return [str(row.get("sourcedId")) for row in found]


def minor_code(reply: Reply) -> str:
    """The minor code of an error body in 1.2's spelling; empty where there is none."""
    codes = [info.code_minor for info in parse_status(reply.body, reply.content_type) if info.code_minor]
    return _SPELLINGS.get(codes[0].lower(), codes[0].lower()) if codes else ""


def error_code(reply: Reply, version: Version, *codes: str) -> str:
    """Judge an error's minor code: 1.2 must give one of these; 1.1 should, and a missing body is allowed."""
    code = minor_code(reply)
    if not code and version is Version.V1_1:
        return f"{said(reply)}, without a code (1.1 only recommends one)."
    shown = code if len(code) < 40 else "an unknown code"
    expect(code in codes, f"{said(reply)}, minor code {shown or 'missing'}, expected {' or '.join(codes)}.")
    return f"{said(reply)}, {code}."


def plural(count: int, noun: str) -> str:
    """A count with its noun."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
