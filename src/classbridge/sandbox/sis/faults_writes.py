"""Faults of writing grades: what is accepted is not what is kept."""

from typing import Any

import msgspec
from litestar.types import Scope

from classbridge.sandbox.sis.exchange import Answer, segments
from classbridge.sandbox.sis.faults_exchange import Exchange, Fault, api, collection

_LONGEST = 100
_MOST = 100


def _write(method: str, name: str = "") -> Any:
    def meets(scope: Scope) -> bool:
        writes = api(scope) and scope.get("method") == method
        return writes and name in ("", segments(scope["path"])[0])

    return meets


def _class_line_items(scope: Scope) -> bool:
    return collection(scope) and len(segments(scope["path"])) == 3 and segments(scope["path"])[-1] == "lineItems"


async def _changed(exchange: Exchange, **members: Any) -> Answer:
    """Let a result through with other members than were sent."""
    body = await exchange.sent()
    body["result"].update(members)
    return await exchange.forward(body=msgspec.json.encode(body))


async def _clamp_score(exchange: Exchange) -> Answer:
    body = await exchange.sent()
    body["result"]["score"] = min(body["result"].get("score") or 0, _MOST)
    return await exchange.forward(body=msgspec.json.encode(body))


async def _forget_exempt(exchange: Exchange) -> Answer:
    return await _changed(exchange, scoreStatus="fully graded")


async def _refuse_long_title(exchange: Exchange) -> Answer:
    body = await exchange.sent()
    if len(body["lineItem"]["title"]) > _LONGEST:
        return exchange.error(422, "invaliddata", "The title is too long.")
    return await exchange.forward(body=msgspec.json.encode(body))


async def _lock(exchange: Exchange) -> Answer:
    return exchange.error(422, "invaliddata", "The grading period of this assignment is closed.")


async def _create_200(exchange: Exchange) -> Answer:
    answer = await exchange.forward()
    answer.status = 200 if answer.status == 201 else answer.status
    return answer


async def _accepted(exchange: Exchange) -> Answer:  # noqa: ARG001 - nothing is done
    return Answer(status=204)


async def _drop_edit(exchange: Exchange) -> Answer:
    """Take what is new, and pass over what is there already."""
    known = Exchange(exchange.app, {**exchange.scope, "method": "GET"}, exchange.receive, exchange.switch)  # type: ignore[arg-type]
    body = msgspec.json.encode(await exchange.sent())
    if (await known.forward(body=b"")).status == 200:
        return Answer(status=200)
    return await exchange.forward(body=body)


async def _hidden(exchange: Exchange) -> Answer:
    answer = await exchange.forward()
    answer.body = b'{"lineItems":[]}'
    return answer


FAULTS: tuple[Fault, ...] = (
    Fault("clamp-score", "Scores above 100 are kept as 100.", _write("PUT", "results"), _clamp_score),
    Fault("forget-exempt", "exempt is kept as fully graded.", _write("PUT", "results"), _forget_exempt),
    Fault(
        "refuse-long-title",
        "422 for a title of more than 100 characters.",
        _write("PUT", "lineItems"),
        _refuse_long_title,
    ),
    Fault(
        "lock-line-items",
        "422 for a line item or a result: the grading period is closed.",
        lambda scope: _write("PUT", "lineItems")(scope) or _write("PUT", "results")(scope),
        _lock,
    ),
    Fault("create-200", "A new line item is answered 200.", _write("PUT", "lineItems"), _create_200),
    Fault(
        "keep-deleted-results",
        "DELETE of a result is answered 204 and does nothing.",
        _write("DELETE", "results"),
        _accepted,
    ),
    Fault("keep-deleted-line-items", "The same for line items.", _write("DELETE", "lineItems"), _accepted),
    Fault("drop-edit", "A result that is there already is not changed.", _write("PUT", "results"), _drop_edit),
    Fault("hide-line-items", "A class's line items are an empty list.", _class_line_items, _hidden),
)
"""The faults of writing."""
