"""Runs that nobody asked for: begun by a clock, by a folder that is watched, or by another run."""

from classbridge.jobs.engine import current
from classbridge.jobs.runtime import now
from classbridge.store import runs
from classbridge.store.database import District


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
        run = runs.create(
            rows,
            kind=kind,
            at=now(),
            request=request or {},
            connection_id=connection_id,
            side=side,
            attended=False,
        )
    joined = current().client.enqueue(
        kind,
        run.id,
        (district.id, run.id),
        partition=f"{district.id}:{partition}",
        dedup_id=f"{district.id}:{dedup}" if dedup else "",
    )
    if joined.joined:
        with district.write() as rows:
            runs.remove(rows, run.id)
    return joined.run_id
