"""Made-up servers on loopback ports: how they listen, run in a thread, and are steered from another process."""

import asyncio
import secrets
import socket
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

import httpx2
import msgspec
import uvicorn

HOST = "127.0.0.1"
START_TIMEOUT = 30

PATH = "/_sandbox"
"""Where a made-up server's control API is."""

KEY_HEADER = "x-sandbox-key"


def control_key() -> str:
    """A random key that guards a control API."""
    return secrets.token_urlsafe(24)


def listening(port: int) -> socket.socket:
    """A socket on this loopback port; 0 takes a free one."""
    # Named TCP: without it asyncio leaves Nagle's delay on, and every answer waits 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, port))
    return listener


def origin(listener: socket.socket) -> str:
    """Scheme, host and port of a socket."""
    return f"http://{HOST}:{listener.getsockname()[1]}"


class Loopback:
    """Applications on sockets, served by uvicorn in a thread of their own. A subclass names them.

    `configs` are uvicorn's settings for each, where they differ.
    """

    def __init__(
        self,
        name: str,
        applications: Sequence[Any],
        sockets: Sequence[socket.socket],
        configs: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        self._sockets = list(sockets)
        settings = [*configs, *({} for _ in range(len(applications) - len(configs)))]
        pairs = zip(applications, settings, strict=True)
        self._servers = [uvicorn.Server(_quiet(application, config)) for application, config in pairs]
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def run(self) -> Self:
        """Start; returns when every application answers. Raises `TimeoutError`."""
        self._thread.start()
        pause = threading.Event()
        for _ in range(START_TIMEOUT * 200):
            if all(server.started for server in self._servers):
                return self
            pause.wait(0.005)
        raise TimeoutError(f"{self._thread.name} did not start in {START_TIMEOUT} seconds.")

    def stop(self) -> None:
        """Stop answering, at once: a request under way gets no answer."""
        self._loop.call_soon_threadsafe(self._serving.cancel)
        self._thread.join(timeout=START_TIMEOUT)
        for listener in self._sockets:
            listener.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        pairs = zip(self._servers, self._sockets, strict=True)
        self._serving = asyncio.gather(*(server.serve([listener]) for server, listener in pairs))
        # uvicorn's own way to stop looks for its flag every 0.1 s, and then waits as long again.
        with suppress(asyncio.CancelledError):
            await self._serving
        for server in self._servers:
            for accepting in server.servers:
                accepting.close()
            for connection in list(server.server_state.connections):
                getattr(connection, "transport").abort()  # noqa: B009 - not in uvicorn's types
        await asyncio.sleep(0)


def _quiet(application: Any, config: Mapping[str, Any]) -> uvicorn.Config:
    return uvicorn.Config(
        application, lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=1, **config
    )


class Control:
    """A client of a control API, from this or another process. Raises `httpx2.HTTPError`."""

    def __init__(self, url: str, key: str) -> None:
        self._http = httpx2.Client(base_url=url, headers={KEY_HEADER: key}, timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def call(self, method: str, path: str, body: bytes = b"", query: dict[str, str] | None = None) -> Any:
        """Ask the control API; the decoded answer."""
        answer = self._http.request(method, PATH + path, content=body, params=query)
        answer.raise_for_status()
        return msgspec.json.decode(answer.content)
