"""Starting, cancelling and following jobs from a process that runs none: the web server, a command."""

import time
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from dbos import DBOSClient, DBOSPortableJSONSerializer, EnqueueOptions
from msgspec import Struct

from classbridge.jobs import heartbeat
from classbridge.jobs.database import open_database
from classbridge.jobs.queue import LANE, POLL_SECONDS, WORKER_JOBS
from classbridge.settings import Settings

APPLICATION = "classbridge"
"""The name that the engine's rows are kept under."""

WAKE = "wake"
"""The attribute of a job that holds the time (seconds since 1970) of its last wake-up call."""


class State(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


_STATES = {
    "ENQUEUED": State.QUEUED,
    "DELAYED": State.QUEUED,
    "PENDING": State.RUNNING,
    "SUCCESS": State.SUCCEEDED,
    "ERROR": State.FAILED,
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": State.FAILED,
    "CANCELLED": State.CANCELLED,
}

LISTED = 500
"""Jobs that are asked for in one statement."""

_OPEN = (State.QUEUED, State.RUNNING)


class Enqueued(Struct, frozen=True):
    """The run that does the work: the new one, or, when `joined`, the one already queued or running."""

    run_id: str
    joined: bool


class JobStatus(Struct, frozen=True):
    """A job's state; `result` is what its workflow returned, `error` the failure's text without any data."""

    state: State
    result: Any = None
    error: str = ""
    executor_id: str = ""
    woken_at: float = 0.0

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.state not in _OPEN


class JobsClient:
    """Talks to the job tables only. Its calls block for some milliseconds: never on an event loop.

    The tables must exist (`engine.migrate`). Any SQLAlchemy error means that the jobs' database is away.
    """

    def __init__(self, settings: Settings, database: sa.Engine | None = None) -> None:
        self._owned = database is None
        self._database = database or open_database(settings.jobs_url)
        self._client = DBOSClient(
            system_database_engine=self._database,
            serializer=DBOSPortableJSONSerializer(),
            application_name=APPLICATION,
            retry_connection_errors=False,
        )

    def enqueue(
        self,
        workflow: str,
        run_id: str,
        args: tuple[str | int, ...] = (),
        *,
        partition: str,
        dedup_id: str = "",
        delay: float = 0.0,
    ) -> Enqueued:
        """Queue the workflow named `workflow` as `run_id` (random, ours; a repeated call starts nothing new).

        `args` are ids only: they are stored in clear. `partition` is the SIS connection's key, of which
        one job runs at a time. While a job with the same `dedup_id` is queued or running, that one is joined; a
        finished one does not count. `delay` is in seconds.
        """
        options = EnqueueOptions(
            workflow_name=workflow,
            queue_name=LANE,
            workflow_id=run_id,
            queue_partition_key=partition,
        )
        if dedup_id:
            options["deduplication_id"] = dedup_id
            options["duplication_policy"] = "return-existing"
        if delay:
            options["delay_seconds"] = delay
        holder = self._client.enqueue(options, *args).get_workflow_id()
        return Enqueued(holder, joined=holder != run_id)

    def cancel(self, run_id: str) -> None:
        """Stop a job; a finished or unknown one is left as it is.

        A queued one never starts, a running one ends before its next step, a parked one within a second or
        two. The caller records the cancel in our own rows: the workflow may never run again to do so.
        """
        self._client.cancel_workflow(run_id)

    def wake(self, run_id: str) -> None:
        """Let a parked job go on now."""
        self._client.update_workflow_attributes(run_id, {WAKE: time.time()}, merge=True)

    def status(self, run_id: str) -> JobStatus | None:
        """Where the job stands; None when there is none of that id."""
        return self.statuses([run_id]).get(run_id)

    def statuses(self, run_ids: Sequence[str]) -> dict[str, JobStatus]:
        """Where each of these jobs stands; without those of which there is none."""
        listed = [
            job
            for first in range(0, len(run_ids), LISTED)
            for job in self._client.list_workflows(
                workflow_ids=list(run_ids[first : first + LISTED]), load_input=False
            )
        ]
        return {
            found.workflow_id: JobStatus(
                state=_STATES[found.status],
                result=found.output,
                error=str(found.error or ""),
                executor_id=found.executor_id or "",
                woken_at=float((found.attributes or {}).get(WAKE, 0.0)),
            )
            for found in listed
        }

    def forget(self, before: datetime, limit: int = 1000) -> int:
        """Delete what the engine keeps of at most `limit` jobs that ended before that moment; their number."""
        ended = self._client.list_workflows(
            status=[status for status, state in _STATES.items() if state not in _OPEN],
            completed_before=before.isoformat(),
            load_input=False,
            load_output=False,
            limit=limit,
        )
        self._client.delete_workflows([job.workflow_id for job in ended])
        return len(ended)

    def open_lane(self) -> None:
        """Write the lane's limits where the workers look them up. The engine does it at launch."""
        self._client.register_queue(
            LANE, partition_concurrency=1, worker_concurrency=WORKER_JOBS, polling_interval_sec=POLL_SECONDS
        )

    def workers(self, within: float = 30.0) -> set[str]:
        """The executors that gave a sign of life in the last `within` seconds."""
        return heartbeat.alive(self._database, within)

    def close(self) -> None:
        """Close the client's connections."""
        self._client.destroy()
        if self._owned:
            self._database.dispose()
