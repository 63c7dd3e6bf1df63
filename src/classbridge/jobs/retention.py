"""Deleting what is too old to be kept, a little every hour, for as long as anything is left."""

import time
from datetime import datetime, timedelta

import structlog

from classbridge.jobs.engine import current
from classbridge.jobs.runtime import here, now
from classbridge.jobs.workflow import every, step
from classbridge.store import accounts, districts
from classbridge.store.retention import Cutoffs, forget_some

log = structlog.get_logger(__name__)

BATCH = 500
"""Rows per transaction: it holds SQLite's writer place for well under 200 ms."""
SECONDS = 5.0
"""How long one step goes on; the next one begins where it ended, in whichever worker."""
PAUSE = 0.02
"""Seconds between two transactions, in which other writers get their turn."""
FAILURES = timedelta(days=7)
"""For how long failed tries to sign in are kept; the last minutes of them would do."""


@every("retention", "25 * * * *")
def retention() -> None:
    """Clean up in every district, then what belongs to none."""
    for district_id in _district_ids():
        while clean(district_id):
            pass
    while forget_jobs():
        pass
    finish()


@step("retention.districts")
def _district_ids() -> list[str]:
    return [district.id for district in districts.list_all(here().database)]


@step("retention.clean")
def clean(district_id: str) -> int:
    """Delete what is too old in a district, for some seconds; how many rows. 0: nothing is left."""
    district, cutoffs = here().district(district_id), _cutoffs()
    deadline, gone = time.monotonic() + SECONDS, 0
    while time.monotonic() < deadline:
        with district.write() as rows:
            count = forget_some(rows, cutoffs, BATCH)
        if not count:
            break
        gone += count
        time.sleep(PAUSE)
    if gone:
        log.info("retention.cleaned", district_id=district_id, rows=gone)
    return gone


def _cutoffs() -> Cutoffs:
    settings = here().settings
    return Cutoffs(runs=_before(settings.keep_run_days), snapshots=_before(settings.keep_snapshot_days))


def _before(days: int) -> datetime | None:
    return now() - timedelta(days=days) if days > 0 else None


@step("retention.jobs")
def forget_jobs() -> int:
    """Delete what the job engine keeps of jobs that ended long ago; how many, at most 1000."""
    before = _cutoffs().runs
    return current().client.forget(before) if before else 0


@step("retention.finish")
def finish() -> int:
    """Forget old tries to sign in, and take what was deleted out of SQLite's files."""
    database = here().database
    gone = accounts.forget_failures(database, now() - FAILURES)
    database.scrub()
    return gone
