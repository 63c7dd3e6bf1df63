"""Taking a grade back out of the SIS: on positive evidence only, after a preview, and only what is still ours."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from classbridge.bridge.decision import held_value
from classbridge.bridge.equality import Value, equal, shown
from classbridge.bridge.gradebook import GradebookRules
from classbridge.bridge.guards import Guards, Scope, Volume, breach
from classbridge.bridge.outcome import Code, Outcome
from classbridge.bridge.records import KnownLineItem, KnownResult
from classbridge.bridge.standing import Stands
from classbridge.classroom.models import CourseWork, StudentSubmission
from classbridge.oneroster.models import LineItem, Result


class Evidence(StrEnum):
    """How we know that a grade was taken back."""

    WORK_DELETED = "work_deleted"
    GRADE_REMOVED = "grade_removed"
    MOVED = "moved"
    """The student is in another section now, which has the grade."""


class Claim(Struct, frozen=True):
    """A result to take back, and how we know."""

    known: KnownResult
    evidence: Evidence


class Kept(Struct, frozen=True):
    """A result that stays in the SIS, why, and what the SIS holds of it."""

    known: KnownResult
    outcome: Outcome
    sis: Value | None = None


class WithdrawalPlan(Struct, frozen=True, kw_only=True):
    """What is deleted, what stays and why, and what the SIS no longer holds anyway."""

    delete: tuple[KnownResult, ...] = ()
    kept: tuple[Kept, ...] = ()
    gone: tuple[KnownResult, ...] = ()
    outcomes: tuple[Outcome, ...] = ()


def evidence_of(
    work: CourseWork | None, submission: StudentSubmission | None, *, excused: bool = False
) -> Evidence | None:
    """Return the evidence that a grade was taken back; absence is none.

    `work` is the answer to fetching the course work by its id, None if there was no answer with it.
    """
    if work is None:
        return None
    if work.state == "DELETED":
        return Evidence.WORK_DELETED
    mine = submission is not None and submission.course_work_id == work.id
    if submission is None or not mine or excused or submission.assigned_grade is not None:
        return None
    return Evidence.GRADE_REMOVED


def plan_withdrawals(
    claims: Sequence[Claim],
    results: Mapping[str, Result],
    rules: GradebookRules,
    volume: Volume,
    guards: Guards = Guards(),  # noqa: B008, frozen
    stands: Stands = Stands(),  # noqa: B008, never changed
    *,
    attended: bool,
    released: bool = False,
) -> WithdrawalPlan:
    """Plan the withdrawals of one class.

    `results` is what the SIS holds now, by sourcedId. `volume` counts our results in the class and those taken
    back in the last seven days. `attended`: a person saw the preview and said yes; without, everything waits.
    `released`: an admin let a held lot go. What a person let stand stays, and counts for no guard.
    """
    held = {c.known.sourced_id: held_value(results.get(c.known.sourced_id)) for c in claims}
    gone = tuple(c.known for c in claims if held[c.known.sourced_id] is None)
    checked = [(known, value, _refusal(known, value, rules, stands)) for known, value in _there(claims, held)]
    kept = tuple(Kept(known, outcome, value) for known, value, outcome in checked if outcome is not None)
    ready = [(known, value) for known, value, outcome in checked if outcome is None]
    if not attended:
        waits = Outcome.of(Code.WITHDRAWAL_WAITS)
        return WithdrawalPlan(kept=(*kept, *(Kept(known, waits, value) for known, value in ready)), gone=gone)
    passed = None if released else breach(guards, Scope.CLASS, "", len(ready), volume)
    if passed is not None:
        over = Outcome.of(Code.WITHDRAWALS_HELD, count=passed.count, people=passed.people)
        waiting = (Kept(known, over, value) for known, value in ready)
        return WithdrawalPlan(kept=(*kept, *waiting), gone=gone, outcomes=(over,))
    return WithdrawalPlan(delete=tuple(known for known, _ in ready), kept=kept, gone=gone)


def _there(claims: Sequence[Claim], held: Mapping[str, Value | None]) -> list[tuple[KnownResult, Value]]:
    found = [(claim.known, held[claim.known.sourced_id]) for claim in claims]
    return [(known, value) for known, value in found if value is not None]


def _refusal(known: KnownResult, held: Value, rules: GradebookRules, stands: Stands) -> Outcome | None:
    if stands.left(known.line_item_sourced_id, known.student_sourced_id, held):
        return Outcome.of(Code.LEFT_AS_CHOSEN)
    if not known.created:
        return Outcome.of(Code.WITHDRAWAL_NOT_OURS)
    if known.last_sent is None or not equal(known.last_sent, held):
        return Outcome.of(Code.WITHDRAWAL_CHANGED_IN_SIS, sent=shown(known.last_sent), sis=held)
    return None if rules.delete_results else Outcome.of(Code.LEFTOVER_IN_SIS)


def may_delete_line_item(
    known: KnownLineItem,
    held: LineItem | None,
    remaining: Sequence[Result],
    rules: GradebookRules,
    evidence: Evidence,
) -> bool:
    """Whether the emptied line item of deleted work may go: ours, never adopted, unchanged, without any grade.

    `remaining` are the item's results in the SIS after the withdrawals.
    """
    return (
        evidence is Evidence.WORK_DELETED
        and rules.delete_line_items
        and not known.adopted
        and held is not None
        and known.sent is not None
        and held.title == known.sent.title
        and held.result_value_max == known.sent.maximum
        and not any(held_value(result) is not None for result in remaining)
    )
