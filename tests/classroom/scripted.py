"""A server that answers as a test scripts it, and remembers what it was asked."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs

import msgspec
import uvicorn
from msgspec import Struct, field


class Request(Struct, frozen=True, kw_only=True):
    """A request that came; `path` is still percent-encoded."""

    method: str
    path: str
    query: dict[str, list[str]]
    token: str
    body: bytes


class Answer(Struct, frozen=True, kw_only=True):
    """What to answer; `cut` breaks the connection in the middle of the body instead."""

    status: int = 200
    body: Any = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else msgspec.json.encode(self.body)


def refusal(status: int, reason: str, message: str = "", **headers: str) -> Answer:
    """An error as google.rpc has it in JSON."""
    body = {"error": {"code": status, "message": message, "status": reason}}
    return Answer(status=status, body=body, headers={name.replace("_", "-"): v for name, v in headers.items()})


class Script:
    """Answers in order, the last one for ever; or what a function of the request gives."""

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[Request] = []
        self._answers: list[Answer] = []
        self._answerer: Callable[[Request], Answer] = lambda _: self._next()

    def answers(self, *answers: Answer | Any) -> None:
        """Set the answers; anything but an Answer is the JSON of a 200."""
        made = [answer if isinstance(answer, Answer) else Answer(body=answer) for answer in answers]
        self._answers = made
        self._answerer = lambda _: self._next()
        self.requests.clear()

    def by(self, answerer: Callable[[Request], Answer]) -> None:
        """Answer by a function of the request."""
        self._answerer = answerer
        self.requests.clear()

    def _next(self) -> Answer:
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        request = Request(
            method=scope["method"],
            path=scope["raw_path"].decode(),
            query=parse_qs(scope["query_string"].decode(), keep_blank_values=True),
            token=headers.get("authorization", "").removeprefix("Bearer "),
            body=body,
        )
        self.requests.append(request)
        await _answer(self._answerer(request), send)


async def _answer(answer: Answer, send: Any) -> None:
    length = len(answer.content) + (10 if answer.cut else 0)
    headers = {"content-type": "application/json", "content-length": str(length), **answer.headers}
    lines = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": lines})
    await send({"type": "http.response.body", "body": answer.content, "more_body": answer.cut})


@contextmanager
def served() -> Iterator[Script]:
    """Run a script on a loopback port."""
    script = Script()
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    script.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    config = uvicorn.Config(script, lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    pause = threading.Event()
    while not server.started:
        pause.wait(0.005)
    yield script
    server.should_exit = True
    thread.join(10)
    listener.close()
