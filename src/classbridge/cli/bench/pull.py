"""Seconds to pull a district's enrolments over loopback into SQLite, beside the same bytes and rows alone."""

import asyncio
import multiprocessing
import socket
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from msgspec import Struct

from classbridge.cli.bench.figure import Figure
from classbridge.cli.bench.walking import Connection
from classbridge.oneroster.auth import BearerToken
from classbridge.oneroster.client import Client
from classbridge.oneroster.models import Enrollment, Version
from classbridge.oneroster.options import Options
from classbridge.oneroster.roots import Roots

RECORDS = 1_000_000
PAGE = 1_000
Address = tuple[str, int]
Row = tuple[str | None, ...]

_TABLE = "CREATE TABLE enrollment (id, class, user, school, role, begins, ends, status, modified)"
_INSERT = "INSERT INTO enrollment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"


def measure(records: int = RECORDS) -> Figure:
    """Serve, pull in a process of its own, then download the same pages raw and insert the same rows plainly."""
    with tempfile.TemporaryDirectory() as directory:
        served, pulled, plain = (Path(directory) / name for name in ("served.db", "pulled.db", "plain.db"))
        _load(served, records)
        with _server(served) as (address, token):
            pulling, rows = _apart(pull, address, token, pulled)
            download, length = _download(address, token)
        if rows != records:
            raise RuntimeError(f"{rows} of {records} records arrived.")
        insert = _plain(pulled, plain)
    return Figure(
        name="pull",
        what=f"{records:,} enrolments from the provider, page by page, into SQLite (wanted: 2.0 times the floor)",
        unit="s",
        figure=round(pulling.seconds, 4),
        floor=round(download + insert, 4),
        floor_is="the same bytes downloaded raw, then the same rows inserted plainly",
        more={
            "records/s": round(records / pulling.seconds),
            "processor s of pulling": round(pulling.processor, 2),
            "peak MB (wanted: under 250)": round(pulling.peak, 1),
            "floor: download s": round(download, 4),
            "floor: insert s": round(insert, 4),
            "downloaded MB": round(length / 1e6, 1),
        },
    )


def _load(path: Path, records: int) -> None:
    # Imported here: the process that pulls has no use for the provider, and its memory is measured.
    from classbridge.cli.bench import provider
    from classbridge.oneroster.provider import SqlSource, sqlite_engine

    source = SqlSource(sqlite_engine(path), {Version.V1_2: "http://sis.example/ims/oneroster"})
    source.load(provider.enrollments(records))
    source.close()


class Pulled(Struct, frozen=True):
    """What a pull took: seconds by the clock and of the processor, and the process's peak memory in MB."""

    seconds: float
    processor: float
    peak: float


def pull(address: Address, token: str, path: Path) -> tuple[Pulled, int]:
    """Pull all enrolments into a table; what it took, and the rows that arrived."""
    began, worked = perf_counter(), process_time()
    with closing(_database(path)) as database:
        asyncio.run(_pull(address, token, database))
        pulled = Pulled(perf_counter() - began, process_time() - worked, _peak())
        rows = database.execute("SELECT count(*) FROM enrollment").fetchone()[0]
    return pulled, rows


async def _pull(address: Address, token: str, database: sqlite3.Connection) -> None:
    roots = Roots.of(f"http://{address[0]}:{address[1]}/ims/oneroster", Version.V1_2)
    options = Options(page_limit=PAGE)
    async with Client(roots, Version.V1_2, BearerToken(token), options=options) as client:
        async for page in client.stream("enrollments", Enrollment).pages():
            # On the loop itself: nothing else waits here, and a thread would only take turns with it.
            _store(database, page)


def _store(database: sqlite3.Connection, page: list[Enrollment]) -> None:
    with database:
        database.executemany(_INSERT, map(_row, page))


def _row(one: Enrollment) -> Row:
    school, begins, ends, modified = one.school, one.begin_date, one.end_date, one.date_last_modified
    return (
        one.sourced_id,
        one.class_.sourced_id,
        one.user.sourced_id,
        school.sourced_id if school else None,
        one.role,
        begins.isoformat() if begins else None,
        ends.isoformat() if ends else None,
        one.status,
        modified.isoformat() if modified else None,
    )


def _download(address: Address, token: str) -> tuple[float, int]:
    """Follow the pages with as little as a socket needs; seconds and bytes."""
    connection = Connection(address, token)
    path: str | None = f"/ims/oneroster/rostering/v1p2/enrollments?limit={PAGE}"
    length, began = 0, perf_counter()
    while path:
        answer = connection.get(path)
        length, path = length + answer.length, answer.next
    connection.close()
    return perf_counter() - began, length


def _plain(pulled: Path, plain: Path) -> float:
    """Insert the rows that were pulled into another file, a page a transaction; seconds of inserting alone."""
    seconds = 0.0
    with closing(sqlite3.connect(pulled)) as rows, closing(_database(plain)) as database:
        found = rows.execute("SELECT * FROM enrollment")
        while page := found.fetchmany(PAGE):
            began = perf_counter()
            with database:
                database.executemany(_INSERT, page)
            seconds += perf_counter() - began
    return seconds


def _database(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=NORMAL")
    database.execute(_TABLE)
    return database


def _peak() -> float:
    """The most memory that this process has held, in MB; 0 where the system does not say."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


@contextmanager
def _server(path: Path) -> Iterator[tuple[Address, str]]:
    from classbridge.cli.bench import provider

    listener = socket.create_server(("127.0.0.1", 0))
    with _process(provider.serve, path, listener) as pipe:
        yield listener.getsockname(), pipe.recv()
    listener.close()


def _apart(work: Callable[..., Any], *args: Any) -> Any:
    """What the work answers in a fresh process, whose memory and interpreter are its own."""
    with _process(_answering, work, args) as pipe:
        return pipe.recv()


def _answering(work: Callable[..., Any], args: tuple[Any, ...], pipe: Pipe) -> None:
    pipe.send(work(*args))


@contextmanager
def _process(target: Callable[..., None], *args: Any) -> Iterator[Pipe]:
    """A process whose last argument is the other end of the pipe; ended when the block is left."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=target, args=(*args, theirs))
    process.start()
    theirs.close()
    try:
        yield ours
    finally:
        process.terminate()
        process.join(timeout=30)
