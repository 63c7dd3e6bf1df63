"""An export: plan, then per assignment and section a line item, its results in chunks, and the proof.

Each part is a step that may run twice; what it does to the SIS is the same both times. A step of results skips
what this run has already recorded as sent, so that a parked export goes on where the SIS went away, and looks at
the SIS anew before it sends the others: days may lie between the plan and the grade.
"""

from msgspec.structs import replace

from classbridge.bridge.decision import Verdict
from classbridge.bridge.plan import ItemPlan
from classbridge.jobs import export_sending, export_verifying, gate, withdrawing
from classbridge.jobs.export_facts import Facts
from classbridge.jobs.export_planning import make_plan
from classbridge.jobs.export_plans import ExportPlan, plan_of, stored_plan
from classbridge.jobs.outcomes import gone_sections, planned_outcomes, restricted
from classbridge.jobs.tally import tally
from classbridge.jobs.work import RunEndedError, Work, finish, run_step
from classbridge.jobs.workflow import outlast, workflow
from classbridge.store import runs

CHUNK = 25
"""Results per step: few enough that a killed worker repeats little."""


@workflow("preview-export")
def preview_export(district_id: str, run_id: str) -> None:
    """Plan an export and keep the plan for the page; nothing is sent."""
    try:
        outlast(plan_preview, district_id, run_id)
    except RunEndedError:
        return


@workflow("export")
def export(district_id: str, run_id: str) -> None:
    """Send the grades that the plan says to send, and read them back."""
    try:
        sizes = outlast(plan_for_sending, district_id, run_id)
        for item, size in enumerate(sizes):
            if size < 0:
                continue
            outlast(send_line_item, district_id, run_id, item)
            for first in range(0, size, CHUNK):
                outlast(send_results, district_id, run_id, item, first)
            outlast(verify, district_id, run_id, item)
        outlast(withdraw, district_id, run_id)
        outlast(close, district_id, run_id)
    except RunEndedError:
        return


@run_step("export.preview")
def plan_preview(work: Work) -> None:
    """Plan and keep the plan."""
    gate.check(work)
    plan = make_plan(work)
    with work.district.write() as rows:
        runs.save_plan(rows, work.run.id, plan)
    finish(work, plan.grades.counts())


@run_step("export.plan")
def plan_for_sending(work: Work) -> list[int]:
    """Plan anew, for the preview may be old; per item the number of results to send, -1 where nothing is done.

    Only what the request asks for is kept: after "retry" these are the grades that failed before.
    """
    gate.check(work)
    facts = Facts(work)
    if not work.run.attended:
        # Who teaches the class has just been read: nobody would see that it is not theirs any more.
        gate.check(work)
    made = make_plan(work, facts)
    plan = restricted(made.grades, work.run.request)
    with work.district.write() as rows:
        runs.save_plan(rows, work.run.id, ExportPlan(grades=plan))
        runs.record_outcomes(rows, work.run.id, [*gone_sections(made.gone), *planned_outcomes(plan)])
        runs.record_outcomes(rows, work.run.id, withdrawing.waiting(facts, made.withdrawals))
        runs.progress(rows, work.run.id, done=0, total=2 * plan.to_send())
    return [_size(item) for item in plan.items]


def _size(item: ItemPlan) -> int:
    """How many results to send; an item whose grades are all there already is still looked at and remembered."""
    sends = sum(line.send for line in item.results)
    there = any(line.verdict is Verdict.UNCHANGED for line in item.results)
    return sends if item.put is not None or sends or there else -1


@run_step("export.line_item")
def send_line_item(work: Work, item: int) -> None:
    """Adopt or put one line item, and remember it."""
    export_sending.line_item(work, plan_of(work).items[item])


@run_step("export.results")
def send_results(work: Work, item: int, first: int) -> None:
    """Put a chunk of results that this run has not put yet."""
    planned = export_sending.placed_as_stored(work, plan_of(work).items[item])
    lines = [line for line in planned.results if line.send][first : first + CHUNK]
    export_sending.results(work, planned, lines)


@run_step("export.verify")
def verify(work: Work, item: int) -> None:
    """Read the results of one line item back and compare."""
    export_verifying.line_item(work, plan_of(work).items[item])


@run_step("export.withdraw")
def withdraw(work: Work) -> None:
    """Take back what a person ticked in the preview; the request names those results by sourcedId."""
    shown = frozenset(work.run.request.get("withdraw", ()))
    if not shown:
        return
    facts = Facts(work)
    plan = _with_withdrawals(work, facts, shown)
    withdrawing.carry_out(work, facts, plan.withdrawals, plan.withdrawn)


def _with_withdrawals(work: Work, facts: Facts, shown: frozenset[str]) -> ExportPlan:
    """The stored plan with what is taken back: kept before anything is deleted, so that it can be undone."""
    stored = stored_plan(work)
    if stored.withdrawn:
        return stored
    planned = withdrawing.plan_shown(work, facts, stored.grades, shown)
    plan = replace(
        stored,
        withdrawals=planned,
        withdrawn=withdrawing.as_held(work, facts, planned),
        emptied=withdrawing.emptied(facts, planned),
    )
    with work.district.write() as rows:
        runs.save_plan(rows, work.run.id, plan)
    return plan


@run_step("export.close")
def close(work: Work) -> None:
    """Count and end the run."""
    with work.district.read() as rows:
        found = runs.outcomes(rows, work.run.id)
    finish(work, dict(tally(found)))
