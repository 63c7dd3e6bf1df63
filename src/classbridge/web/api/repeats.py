"""Idempotency-Key: a write that is sent again gets the first answer again and does nothing twice."""

import time
from collections.abc import Callable
from hashlib import sha256
from threading import Lock
from typing import Any

from litestar.types import ASGIApp, Message, Receive, Scope, Send

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
KEEP_SECONDS = 24 * 3600
MOST = 10_000
GOOD = range(200, 300)


class Memory:
    """This process's good answers, by account, district, request and key."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._answers: dict[str, tuple[float, list[Message]]] = {}

    def recall(self, name: str) -> list[Message] | None:
        """Return an answer that is not too old."""
        with self._lock:
            found = self._answers.get(name)
        return found[1] if found and found[0] > time.monotonic() else None

    def keep(self, name: str, messages: list[Message]) -> None:
        """Keep an answer; the oldest goes when there are too many."""
        with self._lock:
            while len(self._answers) >= MOST:
                del self._answers[next(iter(self._answers))]
            self._answers[name] = (time.monotonic() + KEEP_SECONDS, messages)


def repeats(memory: Memory) -> Callable[[ASGIApp], ASGIApp]:
    """Make the middleware that answers from memory, or remembers."""

    def around(app: ASGIApp) -> ASGIApp:
        async def handle(scope: Scope, receive: Receive, send: Send) -> None:
            name = _name(scope)
            known = memory.recall(name) if name else None
            if known is not None:
                for message in known:
                    await send(message)
                return
            messages: list[Message] = []

            async def note(message: Message) -> None:
                messages.append(message.copy())
                await send(message)

            await app(scope, receive, note if name else send)
            if messages and messages[0]["type"] == "http.response.start" and messages[0]["status"] in GOOD:
                memory.keep(name, messages)

        return handle

    return around


def _name(scope: Scope) -> str:
    """Name the request; empty when it is no write or carries no key."""
    headers = dict(scope["headers"])
    key = headers.get(b"idempotency-key", b"")
    if not key or scope["method"] not in WRITES:  # type: ignore[typeddict-item]
        return ""
    session: Any = scope.get("session") or {}
    who = (session.get("account_id"), session.get("district_id"))
    return sha256(repr((*who, scope["method"], scope["path"], key)).encode()).hexdigest()  # type: ignore[typeddict-item]
