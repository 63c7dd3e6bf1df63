"""Whether the installation lives, is ready, and its figures. Open to monitors; they name no district."""

import time
from collections import Counter
from threading import Lock

import sqlalchemy as sa
from litestar import Response, Router, get
from litestar.types import Message, Scope

import classbridge
from classbridge.service.context import Context
from classbridge.web.security import PUBLIC

WORKER_SECONDS = 60.0
"""A worker whose last sign of life is older than this counts as gone."""

PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


class Meter:
    """Counts this process's answers by class of status."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._answers: Counter[str] = Counter()

    async def hook(self, message: Message, scope: Scope) -> None:
        """Count an answer when its head is sent."""
        if message["type"] == "http.response.start":
            with self._lock:
                self._answers[f"{message['status'] // 100}xx"] += 1

    def text(self) -> str:
        """Write the figures in Prometheus's text format (version 0.0.4)."""
        with self._lock:
            answers = dict(self._answers)
        lines = [
            "# HELP classbridge_info The release that runs.",
            "# TYPE classbridge_info gauge",
            f'classbridge_info{{version="{classbridge.__version__}"}} 1',
            "# HELP classbridge_http_responses_total Answers since this process started, by class of status.",
            "# TYPE classbridge_http_responses_total counter",
        ]
        lines += [
            f'classbridge_http_responses_total{{status="{status}"}} {answers[status]}'
            for status in sorted(answers)
        ]
        return "\n".join(lines) + "\n"


def routes(ctx: Context, meter: Meter) -> Router:
    """Make the three routes that monitors ask."""

    @get("/healthz", sync_to_thread=False)
    def healthz() -> dict[str, str]:
        """Say that this process answers."""
        return {"status": "ok"}

    @get("/readyz", sync_to_thread=True)
    def readyz() -> Response[dict[str, bool]]:
        """Say whether work can be done: the database answers and a worker lives. 503 when not."""
        found = {"database": _database_answers(ctx), "worker": _worker_lives(ctx)}
        return Response(found, status_code=200 if all(found.values()) else 503)

    @get("/metrics", sync_to_thread=True, media_type=PROMETHEUS)
    def metrics() -> str:
        """Write the figures that Prometheus collects."""
        ready = (("database", _database_answers(ctx)), ("worker", _worker_lives(ctx)))
        lines = ["# HELP classbridge_up Whether a part works.", "# TYPE classbridge_up gauge"]
        lines += [f'classbridge_up{{part="{part}"}} {int(works)}' for part, works in ready]
        lines += ["# HELP classbridge_time_seconds This machine's clock.", "# TYPE classbridge_time_seconds gauge"]
        lines += [f"classbridge_time_seconds {time.time():.0f}"]
        return meter.text() + "\n".join(lines) + "\n"

    return Router("/", route_handlers=[healthz, readyz, metrics], opt=PUBLIC, include_in_schema=False)


def _database_answers(ctx: Context) -> bool:
    try:
        with ctx.database.read() as connection:
            connection.execute(sa.select(1))
    except sa.exc.SQLAlchemyError:
        return False
    return True


def _worker_lives(ctx: Context) -> bool:
    try:
        return bool(ctx.jobs.workers(WORKER_SECONDS))
    except sa.exc.SQLAlchemyError:
        return False
