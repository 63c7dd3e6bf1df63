"""How long a stored page takes while a bulk write goes on in another process, beside the same page when idle."""

import multiprocessing
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

import httpx2

from classbridge.cli import main_job
from classbridge.cli.bench.bulk import enrollments
from classbridge.cli.bench.figure import Figure, percentile
from classbridge.cli.bench.stage import staged
from classbridge.cli.main_job import Stage
from classbridge.sandbox.sis import SisServer
from classbridge.service import classes
from classbridge.service.context import Context
from classbridge.settings import Settings
from classbridge.store import bulk
from classbridge.store.database import Database
from classbridge.store.tables import sis_enrollment

SECONDS = 4.0
WANTED = 200.0
"""Milliseconds that a stored page may take while anything else goes on."""
STARTS_IN = 20.0


def measure() -> Figure:
    """The grades page of a class from `classbridge serve`, asked again and again by a signed-in teacher."""
    port, password = _free_port(), main_job.password()
    with staged(_serve, password, port) as (ctx, stage), _signed_in(ctx, stage, password) as http:
        page = f"/classes/{_linked(ctx, stage)}/grades"
        _latencies(http, page, 0.5)
        idle = _latencies(http, page, SECONDS)
        process = _writer(ctx.settings.app_url, stage.admin.district_id)
        process.start()
        try:
            _wait_for_rows(ctx)
            busy = _latencies(http, page, SECONDS)
            wrote_on = process.is_alive()
        finally:
            process.join(timeout=30)
    if not wrote_on:
        raise RuntimeError("The write ended before the measuring did.")
    return Figure(
        name="page-under-write",
        what=f"a stored page during a bulk write on SQLite, p95 (at most {WANTED:g} is wanted)",
        unit="ms",
        figure=percentile(busy, 95),
        floor=percentile(idle, 95),
        floor_is="the same page when nothing is written",
        more={
            "p50 ms": percentile(busy, 50),
            "max ms": max(busy),
            "pages": len(busy),
            "idle p50 ms": percentile(idle, 50),
            "idle max ms": max(idle),
        },
    )


@contextmanager
def _serve(used: Settings) -> Iterator[None]:
    """`classbridge serve` as an operator runs it, worker included."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("CLASSBRIDGE_")},
        "CLASSBRIDGE_DATA_DIR": str(used.data_dir),
        "CLASSBRIDGE_PORT": str(used.port),
        "CLASSBRIDGE_ALLOWED_HOSTS": "127.0.0.1",
        "CLASSBRIDGE_LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-c", "from classbridge.cli import main; main()", "serve"]
    server = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)  # noqa: S603 # our own command
    try:
        _wait_until_up(used.base_url)
        yield
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait_until_up(base_url: str) -> None:
    deadline = time.monotonic() + STARTS_IN
    while True:
        try:
            httpx2.get(f"{base_url}/healthz").raise_for_status()
        except httpx2.HTTPError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


@contextmanager
def _signed_in(ctx: Context, stage: Stage[SisServer], password: str) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=ctx.settings.base_url, follow_redirects=True, timeout=30) as http:
        http.get("/signin").raise_for_status()
        form = {"_csrf_token": http.cookies["csrftoken"], "email": stage.teacher.email, "password": password}
        http.post("/signin", data={**form, "next": "/"}).raise_for_status()
        yield http


def _linked(ctx: Context, stage: Stage[SisServer]) -> str:
    return next(row.course_id for row in classes.class_list(ctx, stage.teacher).rows if row.sis_classes)


def _latencies(http: httpx2.Client, page: str, seconds: float) -> list[float]:
    """Milliseconds of each request, one after the other."""
    found: list[float] = []
    until = perf_counter() + seconds
    while (began := perf_counter()) < until:
        answer = http.get(page)
        found.append(round((perf_counter() - began) * 1000, 1))
        if answer.status_code != 200 or answer.url.path != page:
            raise RuntimeError(f"{page} was answered {answer.status_code} from {answer.url.path}.")
    return found


def _writer(url: str, district_id: str) -> multiprocessing.process.BaseProcess:
    """A process of its own, as the worker is one."""
    return multiprocessing.get_context("spawn").Process(target=write, args=(url, district_id))


def write(url: str, district_id: str) -> None:
    """Load enrolments again and again until some time after the measuring ends."""
    database = Database.open(url)
    rows = enrollments(100_000)
    until, number = time.monotonic() + SECONDS + 2, 0
    while time.monotonic() < until:
        bulk.load(database, district_id, f"bench-{number}", sis_enrollment, rows, "read-0")
        number += 1
    database.close()


def _wait_for_rows(ctx: Context) -> None:
    """Wait until the write has begun."""
    deadline = time.monotonic() + STARTS_IN
    while not _rows(ctx):
        if time.monotonic() > deadline:
            raise RuntimeError("The write did not begin.")
        time.sleep(0.05)


def _rows(ctx: Context) -> bool:
    with ctx.database.engine.connect() as connection:
        wanted = "SELECT 1 FROM sis_enrollment WHERE connection_id LIKE 'bench-%' LIMIT 1"
        return connection.exec_driver_sql(wanted).first() is not None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
