"""Pages a second from the provider over SQLite, beside constant bytes of the same length from the same server."""

import multiprocessing
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from secrets import token_urlsafe
from time import perf_counter
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid5

import uvicorn

from classbridge.cli.bench.figure import Figure, percentile
from classbridge.cli.bench.walking import CONNECTIONS, Answer, Connection, Walked, walk
from classbridge.oneroster.models import Enrollment, Ref, Version
from classbridge.oneroster.provider import (
    Bearer,
    Client,
    SqlSource,
    TokenRules,
    TokenService,
    create_app,
    sqlite_engine,
    table,
)

RECORDS = 100_000
SECONDS = 3.0
LIMITS = (100, 1000)
WANTED = {100: 2500, 1000: 350}
"""Pages a second by limit, on two cores with the load generator beside the server."""
COLLECTION = "/ims/oneroster/rostering/v1p2/enrollments"
CONSTANT = "/constant"
Address = tuple[str, int]


def measure() -> Figure:
    """Walk enrolments by Link and by offset, at `limit=100` and `limit=1000`, over four connections."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "bench.sqlite"
        loaded = _load(path)
        with _server(path) as (address, token):
            found = {limit: _at(limit, address, token) for limit in LIMITS}
    more: dict[str, float] = {"loaded records/s": loaded}
    for limit, walks in found.items():
        more |= {f"limit={limit} {name}": value for name, value in _more(walks).items()}
    first = found[LIMITS[0]]
    return Figure(
        name="provider",
        what=f"pages of {LIMITS[0]} of {RECORDS:,} enrolments on SQLite, by Link (wanted: {WANTED[LIMITS[0]]:,})",
        unit="pages/s",
        figure=first["by Link"].pages,
        floor=first["floor"].pages,
        floor_is="constant bytes of the same length from the same server",
        more=more,
    )


def _load(path: Path) -> int:
    source = _source(path)
    made = list(enrollments(RECORDS))
    began = perf_counter()
    source.load(made)
    taken = perf_counter() - began
    source.close()
    return round(RECORDS / taken)


def _source(path: Path) -> SqlSource:
    roots = {
        Version.V1_1: "http://sis.example/ims/oneroster/v1p1",
        Version.V1_2: "http://sis.example/ims/oneroster",
    }
    return SqlSource(sqlite_engine(path), roots)


def enrollments(number: int) -> Iterator[Enrollment]:
    """Made-up enrolments whose sourcedIds are in no order, as in a SIS."""
    space = UUID(int=1)
    modified = datetime(2026, 8, 1, 12, tzinfo=UTC)
    for at in range(number):
        yield Enrollment(
            sourced_id=str(uuid5(space, str(at))),
            date_last_modified=modified,
            user=Ref(sourced_id=str(uuid5(space, f"user {at % 20_000}"))),
            class_=Ref(sourced_id=str(uuid5(space, f"class {at // 25}"))),
            school=Ref(sourced_id=f"school-{at // 5_000}"),
            role="student" if at % 25 else "teacher",
            begin_date=date(2026, 8, 17),
            end_date=date(2027, 6, 11),
        )


def _at(limit: int, address: Address, token: str) -> dict[str, Walked]:
    first = f"{COLLECTION}?limit={limit}"
    connection = Connection(address, token)
    length = connection.get(first).length
    connection.close()
    # Spread, so that no connection only repeats what another has just asked for.
    spread = [at * RECORDS // CONNECTIONS // limit * limit for at in range(CONNECTIONS)]
    starts = [f"{first}&offset={at}" for at in spread]

    def again(path: str, _: Answer) -> str:
        return path

    def linked(_: str, answer: Answer) -> str:
        return answer.next or first

    def counted(path: str, _: Answer) -> str:
        offset = int(path.rpartition("=")[2]) + limit
        return f"{first}&offset={offset % RECORDS}"

    return {
        "floor": walk(address, token, [f"{CONSTANT}?{length}"] * CONNECTIONS, again, SECONDS),
        "by Link": walk(address, token, starts, linked, SECONDS),
        "by offset": walk(address, token, starts, counted, SECONDS),
    }


def _more(walks: dict[str, Walked]) -> dict[str, float]:
    more: dict[str, float] = {}
    for name, walked in walks.items():
        more[f"{name} pages/s"] = walked.pages
        more[f"{name} p50 ms"] = round(percentile(walked.latencies, 50), 2)
        more[f"{name} p99 ms"] = round(percentile(walked.latencies, 99), 2)
        more[f"{name} MB/s"] = walked.megabytes
    return more


@contextmanager
def _server(path: Path) -> Iterator[tuple[Address, str]]:
    """The provider in a process of its own; its address and an access token."""
    listener = socket.create_server(("127.0.0.1", 0))
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(path, listener, theirs))
    process.start()
    try:
        yield listener.getsockname(), ours.recv()
    finally:
        process.terminate()
        process.join(timeout=30)
        listener.close()


def serve(path: Path, listener: socket.socket, pipe: Pipe) -> None:
    """Serve the file as an operator would, with access tokens; sends one that opens everything."""
    scopes = frozenset(scope for version in Version for operation in table(version) for scope in operation.scopes)
    client = Client(id="bench", secret=token_urlsafe())
    tokens = TokenService([client], TokenRules(scopes=scopes))
    form = {"grant_type": "client_credentials", "client_id": client.id, "client_secret": client.secret}
    source = _source(path)
    config = uvicorn.Config(
        beside_constants(create_app(source, auth=Bearer(tokens))),
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=2,
    )
    pipe.send(tokens.issue(urlencode({**form, "scope": " ".join(scopes)}).encode(), None).value)
    uvicorn.Server(config).run(sockets=[listener])
    source.close()


def beside_constants(application: Any) -> Any:
    """The application, and beside it a path that answers as many constant bytes as its query says."""
    bodies: dict[bytes, bytes] = {}

    async def serving(scope: Any, receive: Any, send: Any) -> None:
        if scope.get("path") != CONSTANT:
            await application(scope, receive, send)
            return
        wanted = scope["query_string"]
        body = bodies.setdefault(wanted, b" " * int(wanted))
        headers = [(b"content-type", b"application/json"), (b"content-length", wanted)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return serving
