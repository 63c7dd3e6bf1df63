"""Runs whose job broke: each is ended visibly, so that nobody waits for it and the next one can begin."""

from datetime import timedelta

import structlog

from classbridge.bridge.outcome import Code, Outcome
from classbridge.jobs.client import JobStatus
from classbridge.jobs.engine import current
from classbridge.jobs.runtime import here, now
from classbridge.jobs.workflow import every, step
from classbridge.store import districts, runs
from classbridge.store.rows import Rows
from classbridge.store.runs import Run

log = structlog.get_logger(__name__)

GRACE = timedelta(minutes=15)
"""How old a run without a job is when its job counts as never queued: it is written down a moment before."""


def end(rows: Rows, run_id: str) -> bool:
    """End a run that our own fault broke; False: it had ended already."""
    outcome = Outcome.of(Code.INTERNAL_ERROR, reference=run_id)
    return runs.finish(rows, run_id, "failed", at=now(), code=str(outcome.code), params=outcome.params)


@every("breakage", "*/5 * * * *")
def breakage() -> None:
    """Look in every district."""
    for district_id in _district_ids():
        look(district_id)


@step("breakage.districts")
def _district_ids() -> list[str]:
    return [district.id for district in districts.list_all(here().database)]


@step("breakage.look")
def look(district_id: str) -> int:
    """End the runs that are unfinished although their job is over or was never queued; how many."""
    district = here().district(district_id)
    with district.read() as rows:
        unfinished = runs.unfinished(rows)
    jobs = current().client.statuses([run.id for run in unfinished])
    broken = [run.id for run in unfinished if _broken(run, jobs.get(run.id))]
    if not broken:
        return 0
    with district.write() as rows:
        # A run that its job ended since it was read stays as it is.
        ended = sum(end(rows, run_id) for run_id in broken)
    log.warning("runs.broken", district_id=district_id, runs=ended)
    return ended


def _broken(run: Run, job: JobStatus | None) -> bool:
    return run.created_at < now() - GRACE if job is None else job.ended
