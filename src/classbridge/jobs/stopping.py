"""Stopping a run: its job ends before its next step, and what it leaves undone is written down."""

import msgspec

from classbridge.bridge.outcome import Code, Outcome
from classbridge.jobs.client import JobsClient
from classbridge.jobs.export_planning import ExportPlan
from classbridge.jobs.outcomes import of_line
from classbridge.jobs.runtime import now
from classbridge.store import runs
from classbridge.store.database import District
from classbridge.store.rows import Rows
from classbridge.store.runs import Run


def stop(jobs: JobsClient, district: District, run: Run, code: Code) -> None:
    """Cancel an unfinished run with this outcome; what it has done already stays, and stays accounted for."""
    with district.write() as rows:
        ended = runs.finish(rows, run.id, "cancelled", at=now(), code=str(code), params={})
        if ended and run.kind == "export":
            _account(rows, run.id)
    if ended:
        jobs.cancel(run.id)


def _account(rows: Rows, run_id: str) -> None:
    """Give each planned grade an outcome that has none.

    A step at work just now writes its own over these: what the SIS took counts as sent.
    """
    found = runs.plan(rows, run_id)
    if found is None:
        return
    unsent = [line for line in msgspec.convert(found, ExportPlan).grades.results() if line.send]
    left = [of_line(line, Outcome.of(Code.SKIPPED_CANCELLED)) for line in unsent]
    runs.record_missing_outcomes(rows, run_id, left)
