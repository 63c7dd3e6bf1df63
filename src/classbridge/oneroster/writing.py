"""What a server answered to a write (quirks Q31 to Q33)."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from classbridge.oneroster.errors import MalformedAnswer, Rejected, parse_status
from classbridge.oneroster.transport import Answer

CANNOT = (405, 501)
"""The statuses of a server that does not offer a call at all."""


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A record that the server took.

    `sourced_id` is the id it is kept under: the server's own when it assigned one. `created` is the server's
    word only (201 yes, 200 no, else unknown); some always say 201.
    """

    status: int
    created: bool | None
    sourced_id: str


class Deleted(msgspec.Struct, frozen=True, kw_only=True):
    """A delete: `done` (also when nothing was there), or `refused` by a server that can't delete."""

    outcome: Literal["done", "refused"]
    status: int


class Posted(msgspec.Struct, frozen=True, kw_only=True):
    """One record of a POST: the id we supplied and the one that the server allocated to it."""

    supplied: str = msgspec.field(name="suppliedSourcedId")
    allocated: str = msgspec.field(name="allocatedSourcedId")


class _Pairs(msgspec.Struct):
    pairs: list[Posted] = msgspec.field(name="sourcedIdPairs")


def posted(answer: Answer, path: str, supplied: Sequence[str]) -> list[Posted]:
    """Read the answer to a POST (1.2, "sourcedIdPairs"), in the order of what was supplied.

    Raises like `written`, and `MalformedAnswer` when it does not say what became of each record.
    """
    _refuse_failure(answer, "POST", path)
    try:
        pairs = {pair.supplied: pair for pair in msgspec.json.decode(answer.body, type=_Pairs).pairs}
        return [pairs[sourced_id] for sourced_id in supplied]
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError):
        detail = "without the sourcedIds that were allocated"
        raise MalformedAnswer(detail, method="POST", path=path, status=answer.status) from None


def _refuse_failure(answer: Answer, method: str, path: str) -> None:
    if "html" in answer.content_type.lower():
        raise MalformedAnswer("a web page", method=method, path=path, status=answer.status)
    infos = parse_status(answer.body, answer.content_type)
    if any(info.code_major.lower() == "failure" for info in infos):
        raise Rejected(method=method, path=path, status=answer.status, infos=infos)


def written(answer: Answer, path: str, entity: str, sourced_id: str) -> Written:
    """Read the answer to a PUT: any 2xx is success, with or without a body.

    Raises `Rejected` for a failure told in a 2xx body, `MalformedAnswer` for a page of HTML: that is a proxy or
    a sign-in page, not the SIS.
    """
    _refuse_failure(answer, "PUT", path)
    return Written(
        status=answer.status,
        created={200: False, 201: True}.get(answer.status),
        sourced_id=_assigned(answer.body, entity) or sourced_id,
    )


def _assigned(body: bytes, entity: str) -> str | None:
    """Find the id of the record in an echoed body, or the one allocated in its place."""
    try:
        value: Any = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    for name in (entity, "sourcedIdPairs"):
        inner = value.get(name) if isinstance(value, dict) else None
        value = inner[0] if isinstance(inner, list) and inner else inner or value
    if not isinstance(value, dict):
        return None
    found = value.get("allocatedSourcedId") or value.get("sourcedId")
    return found if isinstance(found, str) and found else None
