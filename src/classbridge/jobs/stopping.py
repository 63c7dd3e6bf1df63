"""Stopping a run: its job ends before its next step, and what it leaves undone is written down."""

from collections.abc import Callable
from typing import Any

import msgspec

from classbridge.bridge.outcome import Code, Outcome
from classbridge.bridge.undo import UndoPlan
from classbridge.jobs.client import JobsClient
from classbridge.jobs.export_plans import ExportPlan
from classbridge.jobs.outcomes import of_line, of_undone
from classbridge.jobs.runtime import now
from classbridge.store import runs
from classbridge.store.database import District
from classbridge.store.runs import Run


def stop(jobs: JobsClient, district: District, run: Run, code: Code) -> None:
    """Cancel an unfinished run with this outcome; what it has done already stays, and stays accounted for."""
    with district.write() as rows:
        ended = runs.finish(rows, run.id, "cancelled", at=now(), code=str(code), params={})
        if ended and run.kind in LEFT:
            runs.record_missing_outcomes(rows, run.id, LEFT[run.kind](runs.plan(rows, run.id)))
    if ended:
        jobs.cancel(run.id)


def _unsent(plan: Any) -> list[runs.Outcome]:
    """Each planned grade of an export gets an outcome, where it has none.

    A step at work just now writes its own over these: what the SIS took counts as sent.
    """
    if plan is None:
        return []
    unsent = [line for line in msgspec.convert(plan, ExportPlan).grades.results() if line.send]
    return [of_line(line, Outcome.of(Code.SKIPPED_CANCELLED)) for line in unsent]


def _not_put_back(plan: Any) -> list[runs.Outcome]:
    """The same of an undo."""
    if plan is None:
        return []
    return [of_undone(line, Outcome.of(Code.UNDO_CANCELLED)) for line in msgspec.convert(plan, UndoPlan).lines()]


LEFT: dict[str, Callable[[Any], list[runs.Outcome]]] = {"export": _unsent, "undo": _not_put_back}
"""What a cancelled run of this kind leaves undone, from its plan."""
