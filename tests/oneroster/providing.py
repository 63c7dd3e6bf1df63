"""The real provider in a process of its own, which a test may kill."""

import multiprocessing
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import uvicorn

from classbridge.oneroster.models import Record, Version
from classbridge.oneroster.provider import SqlSource, create_app, sqlite_engine

ROOTS = {Version.V1_1: "http://sis.example/ims/oneroster/v1p1", Version.V1_2: "http://sis.example/ims/oneroster"}
BASES = {Version.V1_1: "/ims/oneroster/v1p1", Version.V1_2: "/ims/oneroster"}


def fill(path: Path, records: Iterable[Record], roots: dict[Version, str] = ROOTS) -> None:
    """Put records into the file that a provider serves."""
    source = SqlSource(sqlite_engine(path), roots)
    source.load(records)
    source.close()


class Provider:
    """Serves a file at an address that stays the same when it is started again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._process: BaseProcess | None = None
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._process = context.Process(target=_serve, args=(self._path, self._listener), daemon=True)
        self._process.start()

    def kill(self) -> None:
        """End the process at once, as a power cut would; connections to it are refused or cut."""
        if self._process:
            self._process.kill()
            self._process.join(30)

    def close(self) -> None:
        self.kill()
        self._listener.close()


def _serve(path: Path, listener: socket.socket) -> None:
    app: Any = create_app(SqlSource(sqlite_engine(path), ROOTS))
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])


@contextmanager
def provided(path: Path) -> Iterator[Provider]:
    provider = Provider(path)
    provider.start()
    try:
        yield provider
    finally:
        provider.close()
