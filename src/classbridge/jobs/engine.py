"""The durable job engine (DBOS), set up our way: JSON in its tables, a version of ours, no outside services."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Any, TypeVar

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, ScheduleInput
from dbos import error as engine_errors

from classbridge.jobs import heartbeat
from classbridge.jobs.adopt import Watch
from classbridge.jobs.client import APPLICATION, JobsClient
from classbridge.jobs.database import open_database
from classbridge.jobs.portal import portal
from classbridge.settings import Settings

T = TypeVar("T")

VERSION = "1"
"""Changes only when running jobs could not go on in the new code; jobs of another version wait for a worker
of theirs."""

BEAT_EVERY = 5.0
DEAD_AFTER = 30.0
GRACE = 10.0

schedules: list[ScheduleInput] = []
"""What `workflow.every` declared."""

# With a handler of its own in place the engine adds none, and its warnings go where all our logs go.
logging.getLogger("dbos").addHandler(logging.NullHandler())


class JobsError(Exception):
    """The engine cannot start; the message says what to do."""


def migrate(settings: Settings) -> None:
    """Make or update the engine's tables. Safe to repeat, and while workers run."""
    database = open_database(settings.jobs_url)
    try:
        with database.connect():
            pass  # The first connection puts a new SQLite file into WAL mode, before the engine writes to it.
        DBOS.migrate(settings.jobs_url)
        heartbeat.create(database)
    finally:
        database.dispose()


class Engine:
    """Runs the registered workflows in this process, from `launch` to `shutdown`; one per process at a time.

    `executor_id` names this worker (default: the settings'). Two live processes must never share a name:
    each would take the other's running jobs for its own unfinished ones.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        executor_id: str = "",
        beat_every: float = BEAT_EVERY,
        dead_after: float = DEAD_AFTER,
    ) -> None:
        self.settings = settings
        self.executor_id = executor_id or settings.executor_id
        self.stopping = threading.Event()
        self._beats = (beat_every, dead_after)
        self._resources = ExitStack()
        self._kept: dict[Callable[[Settings], Any], Any] = {}
        self._lock = threading.Lock()

    def launch(self) -> None:
        """Recover this executor's unfinished jobs, then take new ones.

        Raises `JobsError` when the tables are missing or old, or when an engine already runs here.
        """
        global _current
        if _current is not None:
            raise JobsError("A job engine already runs in this process.")
        self._database = open_database(self.settings.jobs_url)
        self._resources.callback(self._database.dispose)
        _current = self
        try:
            self.client = JobsClient(self.settings, self._database)
            self._start()
        except Exception:
            self._leave()
            raise
        self._watch = Watch(self._database, self.executor_id, *self._beats)
        self._watch.start()

    def shutdown(self, grace: float = GRACE) -> bool:
        """Stop taking jobs, let each running one end its present step, and close everything.

        A job that is not done stays unfinished in the tables and goes on from its last step at the next
        launch, or in another worker. False when a step was still running after `grace` seconds.
        """
        self.stopping.set()
        drained = self._drain(grace)
        self._watch.stop()
        self._leave()
        return drained

    def keep(self, make: Callable[[Settings], AbstractContextManager[T]]) -> T:
        """What `make(settings)` yields, made once per launch and left at shutdown: a store, a mailer."""
        with self._lock:
            if make not in self._kept:
                self._kept[make] = self._resources.enter_context(make(self.settings))
            kept: T = self._kept[make]
            return kept

    def _start(self) -> None:
        # The first beat comes before the first job, or another worker would adopt that job at once.
        try:
            heartbeat.beat(self._database, self.executor_id)
            self._dbos = DBOS(config=self._config())
            self._resources.callback(DBOS.destroy)
            # Before the launch: the engine looks for the lane then, and only a second later again.
            self.client.open_lane()
            DBOS.launch()
            DBOS.apply_schedules(schedules)
        except (sa.exc.DatabaseError, engine_errors.DBOSInitializationError) as error:
            raise JobsError(
                "The jobs' database has no tables, or those of an earlier release, or cannot be reached. "
                "Run `classbridge migrate`; if that fails too, look at CLASSBRIDGE_JOBS_DATABASE_URL."
            ) from error

    def _config(self) -> DBOSConfig:
        return DBOSConfig(
            name=APPLICATION,
            system_database_engine=self._database,
            serializer=DBOSPortableJSONSerializer(),
            application_version=VERSION,
            executor_id=self.executor_id,
            enable_otlp=False,
            log_level="WARNING",
            run_migrations=False,
            # Nothing here waits on the engine's own messages; without them no connection is held for LISTEN.
            use_listen_notify=False,
            notification_listener_polling_interval_sec=0.2,
        )

    def _drain(self, grace: float) -> bool:
        deadline = time.monotonic() + grace
        while self._dbos._active_workflows_set.activeList():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def _leave(self) -> None:
        global _current
        self._kept.clear()
        self._resources.close()  # what is kept may have to be closed on the portal's loop
        portal.close()
        _current = None


_current: Engine | None = None


def current() -> Engine:
    """The engine that runs in this process. Raises `JobsError` when none does."""
    if _current is None:
        raise JobsError("No job engine runs in this process.")
    return _current
