"""The faults of a made-up SIS: each by its name, what it does, and to which requests.

Those without an `act` are in what the SIS stores (`state`) or asks (`gates`); the others answer, change or cut
what goes over the wire.
"""

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl, urlencode

import msgspec
from litestar.types import ASGIApp, Receive, Scope, Send
from msgspec import Struct

from classbridge.oneroster.models import Version
from classbridge.oneroster.provider.errors import body as error_body
from classbridge.sandbox.faults import FaultBoard, Switch
from classbridge.sandbox.sis.exchange import Answer, collect, deliver

_PEOPLE = ("students", "teachers", "users", "enrollments")
_HTML = b"<!doctype html><title>502 Bad Gateway</title><h1>Bad Gateway</h1>"


class Exchange(Struct, frozen=True):
    """A request that meets a fault, and the way on to the SIS."""

    app: ASGIApp
    scope: Scope
    receive: Receive
    switch: Switch

    @property
    def version(self) -> Version:
        """The OneRoster version that was called."""
        return Version.V1_1 if "/v1p1/" in self.scope["path"] else Version.V1_2

    @property
    def query(self) -> dict[str, str]:
        """The query parameters."""
        return dict(parse_qsl(self.scope["query_string"].decode("latin-1"), keep_blank_values=True))

    async def forward(self, **query: int) -> Answer:
        """The SIS's own answer, to the request with these query parameters changed."""
        scope = (
            {**self.scope, "query_string": urlencode({**self.query, **query}).encode()} if query else self.scope
        )
        return await collect(self.app, scope, self.receive)  # type: ignore[arg-type]

    def error(self, status: int, minor: str, text: str, **headers: str) -> Answer:
        """An error in the words of the version that was called."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        content = error_body(self.version, minor, text)
        return Answer(status=status, body=content, headers={"content-type": "application/json", **headers})


class Fault(Struct, frozen=True):
    """One fault: its name, what it does in a sentence, the requests it meets, and how it answers them."""

    name: str
    says: str
    meets: Callable[[Scope], bool] = lambda _: False
    act: Callable[[Exchange], Awaitable[Answer]] | None = None


def _any(scope: Scope) -> bool:  # noqa: ARG001 - every fault asks about the request
    return True


def _api(scope: Scope) -> bool:
    return "/ims/oneroster/" in scope["path"]


def _segments(scope: Scope) -> list[str]:
    rest = scope["path"].partition("/ims/oneroster/")[2].split("/")
    return rest[1:] if rest[0] == "v1p1" else rest[2:]


def _collection(scope: Scope) -> bool:
    return _api(scope) and scope.get("method") == "GET" and len(_segments(scope)) % 2 == 1


def _people(scope: Scope) -> bool:
    return _collection(scope) and _segments(scope)[-1] in _PEOPLE


def _later_page(scope: Scope) -> bool:
    query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
    return _collection(scope) and query.get("offset", "0") not in ("", "0")


async def _outage(exchange: Exchange) -> Answer:
    return exchange.error(503, "server_busy", "The system is not available.")


async def _server_error(exchange: Exchange) -> Answer:
    return exchange.error(500, "internal_server_error", "The server failed.")


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
    Fault("outage", "Everything, tokens too, is answered 503.", _any, _outage),
    Fault("cut", "The connection is cut in the middle of an answer.", _api, _cut),
    Fault("slow", "Answers wait for some seconds (value; 2).", _any, _slow),
    Fault("rate-limit", "429 with Retry-After (value; 1 second).", _api, _rate_limit),
    Fault("server-error", "500.", _api, _server_error),
    Fault("server-error-page-2", "500 on every page but the first.", _later_page, _server_error),
    Fault("expired-token", "401, as for a token that has expired.", _api, _expired_token),
    Fault("empty-collection", "200 with an empty collection where there were people.", _people, _empty_collection),
    Fault("no-collection-key", "200 without the collection's key.", _collection, _no_collection_key),
    Fault("truncated-body", "Half of the body, as if it were the whole.", _collection, _truncated_body),
    Fault("malformed-json", "A body that is not JSON.", _collection, _malformed_json),
    Fault("html-error", "502 with a page of HTML, as from a proxy.", _any, _html_error),
    Fault("shifted-pages", "Rows move while paging: later pages leave one out.", _later_page, _shifted_pages),
    Fault("ignore-paging", "limit and offset are ignored: every page is the whole.", _collection, _ignore_paging),
    Fault("wrong-total", "X-Total-Count is 7 too high.", _collection, _wrong_total),
    Fault("no-headers", "Neither Link nor X-Total-Count.", _collection, _no_headers),
    Fault("change-score", "A result is stored with another score (value; one more)."),
    Fault("refuse-student", "422 for a student's result; the count says for how many."),
    Fault("no-write-licence", "PUT and DELETE are answered 403, as without the licence."),
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
