"""Taking over the jobs of workers that died: the engine itself only recovers its own executor's."""

import threading

import sqlalchemy as sa
import structlog
from dbos import DBOS

from classbridge.jobs import heartbeat

log = structlog.get_logger(__name__)


def adopt(living: set[str]) -> list[str]:
    """Put the running jobs of every executor that is not `living` back into their lane; their run ids.

    The engine's own recovery is used, not its public `resume_workflow`: that one moves a job out of its lane,
    drops its deduplication id, and would start a second copy when two workers adopt at the same moment.
    A slow worker may be taken for dead: steps are at-least-once, and the engine lets only the newest owner
    of a job record anything.
    """
    running = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
    dead = {run.executor_id for run in running if run.executor_id} - living
    if not dead:
        return []
    adopted = [handle.get_workflow_id() for handle in DBOS._recover_pending_workflows(sorted(dead))]
    log.info("jobs.adopted", executors=sorted(dead), runs=len(adopted))
    return adopted


class Watch:
    """A thread that beats for this executor and adopts the jobs of the dead."""

    def __init__(self, database: sa.Engine, executor_id: str, beat_every: float, dead_after: float) -> None:
        self._database = database
        self._executor_id = executor_id
        self._beat_every = beat_every
        self._dead_after = dead_after
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="jobs-watch", daemon=True)

    def start(self) -> None:
        """Start beating. The first beat must have been made before the engine takes any job."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and give up this executor's row."""
        self._stop.set()
        self._thread.join()
        try:
            heartbeat.leave(self._database, self._executor_id)
        except sa.exc.SQLAlchemyError as error:
            # The row grows old by itself; the end of the worker must not depend on the database.
            log.warning("jobs.heartbeat_failed", error=type(error).__name__)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                heartbeat.beat(self._database, self._executor_id)
                adopt(heartbeat.alive(self._database, self._dead_after))
            except sa.exc.SQLAlchemyError as error:
                # The database is away: the next beat tells.
                log.warning("jobs.heartbeat_failed", error=type(error).__name__)
            self._stop.wait(self._beat_every)
