"""Whole HTTP answers of an ASGI application, so that what stands before it can change them."""

from litestar.types import ASGIApp, HTTPRequestEvent, Message, Receive, Scope, Send
from msgspec import Struct


class Answer(Struct, kw_only=True):
    """A whole HTTP answer; with `cut`, the connection is closed after half of its body."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = {}
    cut: bool = False


async def collect(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
    """What the application answers to a request."""
    answer = Answer(status=500)

    async def keep(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {n.decode("latin-1"): v.decode("latin-1") for n, v in message["headers"]}
        elif message["type"] == "http.response.body":
            answer.body += message["body"]

    await app(scope, receive, keep)
    return answer


async def deliver(answer: Answer, send: Send) -> None:
    """Send an answer, its length set anew."""
    headers = {**answer.headers, "content-length": str(len(answer.body) + answer.cut)}
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    body = answer.body[: len(answer.body) // 2] if answer.cut else answer.body
    # The server closes a connection whose answer was never finished.
    await send({"type": "http.response.body", "body": body, "more_body": answer.cut})


def segments(path: str) -> list[str]:
    """The segments of a path of the standard's, below its version."""
    rest = path.partition("/ims/oneroster/")[2].split("/")
    return rest[1:] if rest[0] == "v1p1" else rest[2:]


async def received(receive: Receive) -> bytes:
    """The whole body of a request."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            break
        body += message["body"]
        more = message["more_body"]
    return body


def replay(body: bytes) -> Receive:
    """A request's body once more, for the application behind."""

    async def receive() -> HTTPRequestEvent:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
