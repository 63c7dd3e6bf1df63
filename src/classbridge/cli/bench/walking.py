"""A cheap load generator: keep-alive connections that walk a collection's pages over raw sockets.

It shares the machine with the server that it measures, so it reads no more of an answer than its length and its
next link.
"""

import re
import socket
import threading
from collections.abc import Callable
from time import perf_counter

from msgspec import Struct, field

CONNECTIONS = 4
_LARGEST = 1 << 24
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_NEXT = re.compile(rb'<https?://[^/]+([^>]*)>; rel="next"')


class Answer(Struct, frozen=True):
    """One answer: its length in bytes, without headers, and the path of its next page."""

    length: int
    next: str | None


class Walked(Struct):
    """What the connections got together. `latencies` are milliseconds, of each page."""

    seconds: float = 0.0
    length: int = 0
    latencies: list[float] = field(default_factory=list)

    @property
    def pages(self) -> float:
        """Pages a second."""
        return round(len(self.latencies) / self.seconds, 1)

    @property
    def megabytes(self) -> float:
        """Megabytes a second, without headers."""
        return round(self.length / self.seconds / 1e6, 1)


class Connection:
    """One keep-alive connection that carries a bearer token."""

    def __init__(self, address: tuple[str, int], token: str) -> None:
        self._socket = socket.create_connection(address, timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._rest = f" HTTP/1.1\r\nHost: {address[0]}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
        self._buffer = memoryview(bytearray(_LARGEST))

    def get(self, path: str) -> Answer:
        """Ask for a path. Raises `RuntimeError` unless it is answered 200."""
        self._socket.sendall(b"GET " + path.encode() + self._rest)
        got, end = 0, -1
        while end < 0:
            got += self._more(got)
            end = bytes(self._buffer[: min(got, 4096)]).find(b"\r\n\r\n")
        head = bytes(self._buffer[:end])
        length = _LENGTH.search(head)
        if not head.startswith(b"HTTP/1.1 200 ") or length is None:
            raise RuntimeError(f"{path} was answered {head[:40]!r}.")
        whole = end + 4 + int(length[1])
        while got < whole:
            got += self._more(got)
        found = _NEXT.search(head)
        return Answer(int(length[1]), found[1].decode() if found else None)

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _more(self, got: int) -> int:
        read = self._socket.recv_into(self._buffer[got:])
        if not read:
            raise RuntimeError("The server hung up.")
        return read


Step = Callable[[str, Answer], str]
"""The path to ask for after one and its answer."""


def walk(address: tuple[str, int], token: str, starts: list[str], step: Step, seconds: float) -> Walked:
    """Walk from each of `starts` on a connection of its own, all at once, for some seconds."""
    connections = [Connection(address, token) for _ in starts]
    walked = Walked()
    began = perf_counter()
    threads = [
        threading.Thread(target=_walk, args=(connection, start, step, began + seconds, walked))
        for connection, start in zip(connections, starts, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    walked.seconds = perf_counter() - began
    for connection in connections:
        connection.close()
    return walked


def _walk(connection: Connection, path: str, step: Step, until: float, walked: Walked) -> None:
    while (began := perf_counter()) < until:
        answer = connection.get(path)
        walked.latencies.append((perf_counter() - began) * 1000)
        walked.length += answer.length
        path = step(path, answer)
