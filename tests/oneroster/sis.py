"""A small OneRoster server whose misbehaviour is scripted: plain ASGI on loopback."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, unquote

import msgspec
import uvicorn

from classbridge.oneroster.query import parse_filter


class Seen(msgspec.Struct, kw_only=True):
    method: str
    path: str
    query: dict[str, str]
    raw_query: str
    headers: dict[str, str]
    body: bytes


class Reply(msgspec.Struct, kw_only=True):
    status: int = 200
    body: Any = None
    headers: dict[str, str] = {}
    delay: float = 0.0

    def content(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return b"" if self.body is None else msgspec.json.encode(self.body)


Fault = Callable[[Seen], Reply | None]


class Sis:
    """Rows by path, paged by the book until a knob says otherwise; `faults` are asked first."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.keys: dict[str, str] = {}
        self.stored: dict[str, Any] = {}
        self.faults: list[Fault] = []
        self.seen: list[Seen] = []
        self.cap: int | None = None
        self.total: Callable[[int, int], int] | None = lambda total, _page: total
        self.link: Callable[[Seen, int], str] | None = None
        self.ignore_offset = False
        self.ignore_limit = False
        self.ignore_filter = False
        self.refuse_filter: set[str] = set()
        self.token_reply: Callable[[Seen, int], Reply] = lambda _seen, number: Reply(
            body={"access_token": f"token-{number}", "token_type": "bearer", "expires_in": 3600}
        )
        self.tokens = 0
        self.valid: Callable[[str], bool] = lambda authorization: authorization.startswith("Bearer token-")
        self.before_page: Callable[[], None] = lambda: None
        self.busy = 0
        self.busiest = 0

    @property
    def paths(self) -> list[str]:
        return [seen.path for seen in self.seen]

    def data(self) -> list[Seen]:
        return [seen for seen in self.seen if seen.path != "/token"]

    def answer(self, seen: Seen) -> Reply:
        self.seen.append(seen)
        for fault in self.faults:
            if reply := fault(seen):
                return reply
        if seen.path == "/token":
            self.tokens += 1
            return self.token_reply(seen, self.tokens)
        if not self.valid(seen.headers.get("authorization", "")):
            return Reply(status=401, body={"imsx_codeMajor": "failure", "imsx_description": "no valid token"})
        return getattr(self, f"_{seen.method.lower()}")(seen)  # type: ignore[no-any-return]

    def _get(self, seen: Seen) -> Reply:
        if seen.path in self.rows:
            return self._page(seen)
        if seen.path in self.stored:
            return Reply(body=self.stored[seen.path])
        return Reply(status=404, body={"statusInfoSet": [{"CodeMajor": "failure", "CodeMinor": "unknown object"}]})

    def _put(self, seen: Seen) -> Reply:
        new = seen.path not in self.stored
        self.stored[seen.path] = msgspec.json.decode(seen.body)
        return Reply(status=201 if new else 200)

    def _delete(self, seen: Seen) -> Reply:
        return Reply(status=204 if self.stored.pop(seen.path, None) else 404)

    def _page(self, seen: Seen) -> Reply:
        self.before_page()
        rows = self.rows[seen.path]
        if "filter" in seen.query and not self.ignore_filter:
            clause = parse_filter(seen.query["filter"]).clauses[0]
            if clause.field in self.refuse_filter:
                return Reply(
                    status=400, body={"imsx_codeMajor": "failure", "imsx_codeMinor": "invalid_filter_field"}
                )
            rows = [row for row in rows if str(row.get(clause.field)) == clause.value]
        offset = 0 if self.ignore_offset else int(seen.query.get("offset", 0))
        limit = len(rows) if self.ignore_limit else int(seen.query.get("limit", 100))
        page = rows[offset : offset + min(limit, self.cap or limit)]
        headers = {}
        if self.total:
            headers["X-Total-Count"] = str(self.total(len(rows), len(page)))
        if self.link and offset + len(page) < len(rows):
            headers["Link"] = self.link(seen, offset + len(page))
        elif self.link:
            headers["Link"] = '</first>; rel="first"'
        key = self.keys.get(seen.path, seen.path.rpartition("/")[2])
        return Reply(body={key: page}, headers=headers)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        seen = await _seen(scope, receive)
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        try:
            reply = self.answer(seen)
            await asyncio.sleep(reply.delay)
            await _send(send, reply)
        finally:
            self.busy -= 1


async def _seen(scope: dict[str, Any], receive: Callable[[], Awaitable[dict[str, Any]]]) -> Seen:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    raw = scope["query_string"].decode()
    return Seen(
        method=scope["method"],
        path=unquote(scope["raw_path"].decode()),
        query={name: values[0] for name, values in parse_qs(raw, keep_blank_values=True).items()},
        raw_query=raw,
        headers={name.decode(): value.decode("latin-1") for name, value in scope["headers"]},
        body=body,
    )


async def _send(send: Any, reply: Reply) -> None:
    content = reply.content()
    headers = {"content-type": "application/json", "content-length": str(len(content)), **reply.headers}
    if reply.status == 204:
        headers.pop("content-length")
    pairs = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": pairs})
    await send({"type": "http.response.body", "body": content})


class Stage:
    """The ASGI app that plays whichever `Sis` the running test has put on."""

    def __init__(self) -> None:
        self.sis = Sis()
        self.url = ""

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        await self.sis(scope, receive, send)


@contextmanager
def served(app: Any, **settings: Any) -> Iterator[str]:
    """Serve an ASGI app on a free port of loopback; yields its address."""
    config = uvicorn.Config(
        app, port=0, lifespan="off", date_header=False, ws="none", log_level="warning", **settings
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        threading.Event().wait(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    scheme = "https" if settings.get("ssl_certfile") else "http"
    try:
        yield f"{scheme}://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(5)
