"""Taking a grade back out of the SIS: on positive evidence only, after a preview, and only what is still ours."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from classbridge.bridge.decision import held_value, verdict_of
from classbridge.bridge.equality import Value, equal, shown
from classbridge.bridge.gradebook import GradebookRules
from classbridge.bridge.guards import Guards, Scope, Volume, breach
from classbridge.bridge.outcome import Code, Outcome
from classbridge.bridge.plan import GradePlan, ResultPlan
from classbridge.bridge.records import KnownLineItem, KnownResult
from classbridge.bridge.standing import Stands
from classbridge.bridge.unread import Unread
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
    deleted_work: tuple[str, ...] = ()
    """Course work that is known to be deleted: its line items go when they are empty."""

    def held(self) -> tuple[KnownResult, ...]:
        """Return what waits for an admin."""
        return tuple(one.known for one in self.kept if one.outcome.code is Code.WITHDRAWALS_HELD)


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
    unread: Unread = Unread(),  # noqa: B008, frozen
    *,
    attended: bool,
    released: bool = False,
) -> WithdrawalPlan:
    """Plan the withdrawals of one class.

    `results` is what the SIS holds now, by sourcedId; what is `unread` is neither gone nor taken back. `volume`
    counts our results in the class and those taken back in the last seven days. `attended`: a person saw the
    preview and said yes; without, everything waits. `released`: an admin let a held lot go. What a person let
    stand stays, and counts for no guard.
    """
    held = [(c.known, held_value(results.get(c.known.sourced_id))) for c in claims]
    checked = [(known, value, _refusal(known, value, rules, stands, unread)) for known, value in held]
    kept = tuple(Kept(known, why, value) for known, value, why in checked if why is not None)
    gone = tuple(known for known, value, why in checked if why is None and value is None)
    ready = [(known, value) for known, value, why in checked if why is None and value is not None]
    gone_work = {c.known.course_work_id for c in claims if c.evidence is Evidence.WORK_DELETED}
    plan = WithdrawalPlan(kept=kept, gone=gone, deleted_work=tuple(sorted(gone_work)))
    if not attended:
        return _waiting(plan, ready, Outcome.of(Code.WITHDRAWAL_WAITS))
    passed = None if released else breach(guards, Scope.CLASS, "", len(ready), volume)
    if passed is not None:
        over = Outcome.of(Code.WITHDRAWALS_HELD, count=passed.count, people=passed.people)
        return replace(_waiting(plan, ready, over), outcomes=(over,))
    return replace(plan, delete=tuple(known for known, _ in ready))


def _waiting(plan: WithdrawalPlan, ready: Sequence[tuple[KnownResult, Value]], why: Outcome) -> WithdrawalPlan:
    return replace(plan, kept=(*plan.kept, *(Kept(known, why, value) for known, value in ready)))


def with_reasons(plan: GradePlan, withdrawals: WithdrawalPlan) -> GradePlan:
    """Return the plan in which a grade that no yes could take back says why, instead of waiting for one."""
    why = {one.known.sourced_id: one.outcome for one in withdrawals.kept}

    def told(line: ResultPlan) -> ResultPlan:
        waits = line.outcome is not None and line.outcome.code is Code.WITHDRAWAL_WAITS
        outcome = why.get(line.held.sourced_id) if waits and line.held is not None else None
        if outcome is None:
            return line
        return replace(line, outcome=outcome, verdict=verdict_of(outcome))

    items = tuple(replace(item, results=tuple(map(told, item.results))) for item in plan.items)
    return replace(plan, items=items)


def _refusal(
    known: KnownResult, held: Value | None, rules: GradebookRules, stands: Stands, unread: Unread
) -> Outcome | None:
    """Why a result stays; None for one that may go, and for one that is gone."""
    if unread.grade(known.line_item_sourced_id, known.student_sourced_id):
        return Outcome.of(Code.RESULT_UNREADABLE)
    if held is None:
        return None
    if stands.left(known.line_item_sourced_id, known.student_sourced_id, held):
        return Outcome.of(Code.LEFT_AS_CHOSEN)
    if not known.created:
        return Outcome.of(Code.WITHDRAWAL_NOT_OURS)
    if known.last_sent is None or not equal(known.last_sent, held):
        return Outcome.of(Code.WITHDRAWAL_CHANGED_IN_SIS, sent=shown(known.last_sent), sis=held)
    return None if rules.delete_results else Outcome.of(Code.LEFTOVER_IN_SIS)


def may_delete_emptied(
    known: KnownLineItem, held: LineItem | None, remaining: Sequence[Result], rules: GradebookRules
) -> bool:
    """Whether an emptied line item may go, whatever emptied it: deleted work, or an undo of what made it."""
    return (
        rules.delete_line_items
        and not known.adopted
        and held is not None
        and known.sent is not None
        and held.title == known.sent.title
        and held.result_value_max == known.sent.maximum
        and not any(held_value(result) is not None for result in remaining)
    )
