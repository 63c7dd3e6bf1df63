"""The preview of an export, as the pages show it."""

import msgspec

from classbridge.bridge.outcome import Code
from classbridge.jobs.export_planning import ExportPlan
from classbridge.service import runs as run_service
from classbridge.service.errors import refuse
from classbridge.service.export_words import Words, said
from classbridge.service.views import ExportPreview
from classbridge.store import runs
from classbridge.store.rows import Rows
from classbridge.store.runs import Run


def of_run(rows: Rows, run: Run) -> ExportPreview:
    """What an export would send. Raises `RefusedError` with the outcome of a preview that failed."""
    found = plan_of(rows, run)
    plan = found.grades
    words = Words(rows, run)
    unplaced = [words.unplaced(plan)] if plan.unplaced else []
    return ExportPreview(
        run_id=run.id,
        course_id=run.course_id or "",
        assignments=(*(words.assignment(item) for item in plan.items if item.results), *unplaced),
        counts=plan.counts(),
        to_send=plan.to_send(),
        not_returned=sum(
            line.outcome is not None and line.outcome.code is Code.SKIPPED_NOT_RETURNED for line in plan.results()
        ),
        withdrawals=len(found.withdrawals.delete),
        notes=tuple(map(said, found.withdrawals.outcomes)),
    )


def plan_of(rows: Rows, run: Run) -> ExportPlan:
    """The plan that a finished preview keeps."""
    if run.state == "failed":
        raise run_service.refused(run)
    found = runs.plan(rows, run.id)
    if found is None:
        raise refuse(Code.RUN_NOT_READY)
    return msgspec.convert(found, ExportPlan)
