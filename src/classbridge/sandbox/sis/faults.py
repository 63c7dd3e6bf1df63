"""The faults of a made-up SIS: each by its name, what it does, and to which requests.

Those without an `act` are in what the SIS stores (`state`) or asks (`gates`); the others answer, change or cut
what goes over the wire.
"""

import asyncio

import msgspec
from litestar.types import ASGIApp, Receive, Scope, Send

from classbridge.sandbox.faults import FaultBoard
from classbridge.sandbox.sis import faults_reads, faults_records, faults_writes
from classbridge.sandbox.sis.exchange import Answer, deliver
from classbridge.sandbox.sis.faults_exchange import (
    Exchange,
    Fault,
    anything,
    api,
    collection,
    later_page,
    people,
)

_HTML = b"<!doctype html><title>502 Bad Gateway</title><h1>Bad Gateway</h1>"


async def _outage(exchange: Exchange) -> Answer:
    return exchange.error(503, "server_busy", "The system is not available.")


async def _server_error(exchange: Exchange) -> Answer:
    return exchange.error(500, "internal_server_error", "The server failed.")


def _results(scope: Scope) -> bool:
    return collection(scope) and scope["path"].endswith("/results")


async def _rate_limit(exchange: Exchange) -> Answer:
    wait = int(exchange.switch.value if exchange.switch.value is not None else 1)
    return exchange.error(429, "server_busy", "Too many requests.", retry_after=str(wait))


async def _expired_token(exchange: Exchange) -> Answer:
    return exchange.error(401, "unauthorisedrequest", "The access token has expired.", www_authenticate="Bearer")


async def _html_error(exchange: Exchange) -> Answer:  # noqa: ARG001 - a proxy knows nothing of the request
    return Answer(status=502, body=_HTML, headers={"content-type": "text/html"})


async def _slow(exchange: Exchange) -> Answer:
    await asyncio.sleep(exchange.switch.value if exchange.switch.value is not None else 2)
    return await exchange.forward()


async def _cut(exchange: Exchange) -> Answer:
    answer = await exchange.forward()
    answer.cut = True
    return answer


async def _empty_collection(exchange: Exchange) -> Answer:
    answer = await exchange.forward()
    members = msgspec.json.decode(answer.body)
    answer.body = msgspec.json.encode({name: [] for name in members})
    answer.headers |= {name: "0" for name in answer.headers if name == "x-total-count"}
    answer.headers.pop("link", None)
    return answer


async def _no_collection_key(exchange: Exchange) -> Answer:
    answer = await exchange.forward()
    answer.body = b"{}"
    return answer


async def _truncated_body(exchange: Exchange) -> Answer:
    answer = await exchange.forward()
    answer.body = answer.body[: max(1, len(answer.body) // 2)]
    return answer


async def _malformed_json(exchange: Exchange) -> Answer:
    answer = await exchange.forward()
    answer.body = answer.body.replace(b":", b"=", 1)
    return answer


async def _shifted_pages(exchange: Exchange) -> Answer:
    return await exchange.forward(offset=int(exchange.query["offset"]) + 1)


async def _ignore_paging(exchange: Exchange) -> Answer:
    return await exchange.forward(limit=1_000_000, offset=0)


async def _wrong_total(exchange: Exchange) -> Answer:
    answer = await exchange.forward()
    answer.headers["x-total-count"] = str(int(answer.headers.get("x-total-count", "0")) + 7)
    return answer


async def _no_headers(exchange: Exchange) -> Answer:
    answer = await exchange.forward()
    answer.headers = {name: v for name, v in answer.headers.items() if name not in ("link", "x-total-count")}
    return answer


FAULTS: tuple[Fault, ...] = (
    Fault("drop-write", "A PUT of a result is answered as if it had worked, and nothing is stored."),
    Fault("outage", "Everything, tokens too, is answered 503.", anything, _outage),
    Fault("cut", "The connection is cut in the middle of an answer.", api, _cut),
    Fault("slow", "Answers wait for some seconds (value; 2).", anything, _slow),
    Fault("rate-limit", "429 with Retry-After (value; 1 second).", api, _rate_limit),
    Fault("server-error", "500.", api, _server_error),
    Fault("server-error-page-2", "500 on every page but the first.", later_page, _server_error),
    Fault("server-error-results", "500 where results are read.", _results, _server_error),
    Fault("expired-token", "401, as for a token that has expired.", api, _expired_token),
    Fault("empty-collection", "200 with an empty collection where there were people.", people, _empty_collection),
    Fault("no-collection-key", "200 without the collection's key.", collection, _no_collection_key),
    Fault("truncated-body", "Half of the body, as if it were the whole.", collection, _truncated_body),
    Fault("malformed-json", "A body that is not JSON.", collection, _malformed_json),
    Fault("html-error", "502 with a page of HTML, as from a proxy.", anything, _html_error),
    Fault("shifted-pages", "Rows move while paging: later pages leave one out.", later_page, _shifted_pages),
    Fault("ignore-paging", "limit and offset are ignored: every page is the whole.", collection, _ignore_paging),
    Fault("wrong-total", "X-Total-Count is 7 too high.", collection, _wrong_total),
    Fault("no-headers", "Neither Link nor X-Total-Count.", collection, _no_headers),
    Fault("change-score", "A result is stored with another score (value; one more)."),
    Fault("refuse-student", "422 for a student's result; the count says for how many."),
    Fault("no-write-licence", "PUT and DELETE are answered 403, as without the licence."),
    *faults_reads.FAULTS,
    *faults_records.FAULTS,
    *faults_writes.FAULTS,
)
"""Every fault; the first is the one that only reading back finds."""


def board() -> FaultBoard:
    """A board with these faults, all off."""
    return FaultBoard(tuple(fault.name for fault in FAULTS))


class Faulty:
    """Middleware: lets the first fault that is on and meets the request answer it."""

    def __init__(self, app: ASGIApp, board: FaultBoard) -> None:
        self._app = app
        self._board = board

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, with a fault or without."""
        for fault in FAULTS:
            if fault.act and fault.meets(scope) and (switch := self._board.take(fault.name)):
                await deliver(await fault.act(Exchange(self._app, scope, receive, switch)), send)
                return
        await self._app(scope, receive, send)
