"""Runs that nobody waits for: begun by a clock, by a folder that is watched, or by another run."""

from classbridge.jobs.engine import current
from classbridge.jobs.runtime import now
from classbridge.store import runs
from classbridge.store.database import District
from classbridge.store.rows import Rows
from classbridge.store.runs import Run


def start(
    district: District,
    kind: str,
    *,
    partition: str,
    dedup: str = "",
    connection_id: str | None = None,
    side: str | None = None,
    request: dict[str, object] | None = None,
) -> str:
    """Write a run down and queue its job; the id of the run, or of the one under way that it joins."""
    with district.write() as rows:
        run = write(rows, kind, connection_id=connection_id, side=side, request=request)
    return queue(district, run, partition=partition, dedup=dedup)


def write(
    rows: Rows,
    kind: str,
    *,
    run_id: str | None = None,
    connection_id: str | None = None,
    side: str | None = None,
    course_id: str | None = None,
    requested_by: str | None = None,
    on_behalf_of: str | None = None,
    request: dict[str, object] | None = None,
) -> Run:
    """Write a run down in a transaction of the caller's, who queues it after that.

    `requested_by`: whose rights are asked as it begins; None: nobody's, where nothing of a class is moved.
    """
    return runs.create(
        rows,
        kind=kind,
        at=now(),
        request=request or {},
        connection_id=connection_id,
        side=side,
        course_id=course_id,
        requested_by=requested_by,
        on_behalf_of=on_behalf_of,
        attended=False,
        run_id=run_id,
    )


def queue(district: District, run: Run, *, partition: str, dedup: str = "") -> str:
    """Queue a run's job, again with the same effect; the id of the run, or of the one under way that it joins."""
    joined = current().client.enqueue(
        run.kind,
        run.id,
        (district.id, run.id),
        partition=f"{district.id}:{partition}",
        dedup_id=f"{district.id}:{dedup}" if dedup else "",
    )
    if joined.joined:
        with district.write() as rows:
            runs.remove(rows, run.id)
    return joined.run_id
