"""Outcome rows of a run: one for each grade or person, under a subject that names it stably."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from classbridge.bridge.outcome import Code, Outcome
from classbridge.bridge.plan import GradePlan, ItemPlan, ResultPlan
from classbridge.bridge.undo import UndoLine
from classbridge.jobs.runtime import now
from classbridge.store import runs
from classbridge.store.grades import LineItemEntry

PENDING = Code.NOT_READ_BACK
"""What a sent grade stands under until it was read back: if the run ends before, that is the truth."""


def subject(line: ResultPlan) -> str:
    """The stable name of one grade in one section."""
    return f"grade/{line.course_work_id}/{line.class_sourced_id or ''}/{line.user_id}"


def of_line(line: ResultPlan, outcome: Outcome, words: str | None = None) -> runs.Outcome:
    """The row of one grade."""
    return runs.Outcome(
        subject=subject(line),
        code=str(outcome.code),
        params=dict(outcome.params),
        at=now(),
        course_work_id=line.course_work_id,
        class_id=line.class_sourced_id,
        user_id=line.user_id,
        student_id=line.student_sourced_id,
        sis_words=words,
    )


def of_item(item: ItemPlan, outcome: Outcome, words: str | None = None) -> runs.Outcome:
    """The row of one line item."""
    return runs.Outcome(
        subject=f"item/{item.course_work_id}/{item.class_sourced_id}/{outcome.code}",
        code=str(outcome.code),
        params=dict(outcome.params),
        at=now(),
        course_work_id=item.course_work_id,
        class_id=item.class_sourced_id,
        sis_words=words,
    )


def undo_subject(line: UndoLine) -> str:
    """The stable name of one grade of an undo; its student may have no account any more."""
    done = line.done
    return f"grade/{done.course_work_id}/{done.class_sourced_id}/{done.student_sourced_id}"


def of_undone(line: UndoLine, outcome: Outcome, words: str | None = None) -> runs.Outcome:
    """The row of one grade of an undo."""
    return runs.Outcome(
        subject=undo_subject(line),
        code=str(outcome.code),
        params=dict(outcome.params),
        at=now(),
        course_work_id=line.done.course_work_id,
        class_id=line.done.class_sourced_id,
        user_id=line.done.user_id,
        student_id=line.done.student_sourced_id,
        sis_words=words,
    )


def of_entry(entry: LineItemEntry, outcome: Outcome) -> runs.Outcome:
    """The row of a line item that is remembered."""
    return runs.Outcome(
        subject=f"item/{entry.course_work_id}/{entry.class_id}/{outcome.code}",
        code=str(outcome.code),
        params=dict(outcome.params),
        at=now(),
        course_work_id=entry.course_work_id,
        class_id=entry.class_id,
    )


def gone_sections(gone: Mapping[str, Outcome]) -> list[runs.Outcome]:
    """The rows of linked sections that the SIS has no more, by sourcedId."""
    return [
        runs.Outcome(
            subject=f"section/{class_id}",
            code=str(outcome.code),
            params=dict(outcome.params),
            at=now(),
            class_id=class_id,
        )
        for class_id, outcome in gone.items()
    ]


def planned_outcomes(plan: GradePlan) -> list[runs.Outcome]:
    """What the plan already knows: every line that is not sent, and why; and the notices of each item."""
    notices = [
        of_item(item, outcome)
        for item in plan.items
        for outcome in item.outcomes
        if item.ungraded or not outcome.blocks
    ]
    lines = [of_line(line, line.outcome) for line in plan.results() if not line.send and line.outcome is not None]
    return [*notices, *lines]


def restricted(plan: GradePlan, request: Mapping[str, Any]) -> GradePlan:
    """The plan with only what the request names in `only`: (course work, section, user) each.

    Without a user it is the assignment itself, which goes even where none of its grades does.
    """
    if "only" not in request:
        return plan
    wanted = {tuple(one) for one in request["only"]}

    def kept(line: ResultPlan) -> bool:
        return (line.course_work_id, line.class_sourced_id or "", line.user_id) in wanted

    items = tuple(
        replace(item, results=lines)
        for item in plan.items
        if (lines := tuple(line for line in item.results if kept(line)))
        or (item.course_work_id, item.class_sourced_id, "") in wanted
    )
    return GradePlan(items=items, unplaced=tuple(line for line in plan.unplaced if kept(line)))
