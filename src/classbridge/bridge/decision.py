"""The decision for one grade, from three values: Classroom's now, the one we last sent, the SIS's now."""

from enum import StrEnum

from msgspec import Struct

from classbridge.bridge.equality import EXEMPT, Value, equal, same_status, shown, value_of
from classbridge.bridge.outcome import Code, Kind, Outcome
from classbridge.classroom.models import CourseWork, StudentSubmission
from classbridge.oneroster.models import Result


class Verdict(StrEnum):
    """What an export finds for one grade."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    DRIFTED = "drifted"
    KEPT = "kept"
    """What the SIS holds stands, because a person or the policy says so."""
    SKIPPED = "skipped"
    HELD = "held"


class DriftPolicy(StrEnum):
    """What becomes of a grade that someone changed in the SIS; a person's answer is one of the last two."""

    ASK = "ask"
    OVERWRITE = "overwrite"
    KEEP = "keep"


class Settled(Struct, frozen=True):
    """Whether a grade is sent, and what there is to say."""

    send: bool
    outcome: Outcome | None = None


def exportable(work: CourseWork, submission: StudentSubmission, *, excused: bool = False) -> Outcome | None:
    """Return None if the submission has a grade to export, else why not; a draft grade is never exported."""
    if not work.graded:
        return Outcome.of(Code.SKIPPED_UNGRADED)
    if excused or submission.assigned_grade is not None:
        return None
    return Outcome.of(Code.SKIPPED_NO_GRADE if submission.draft_grade is None else Code.SKIPPED_NOT_RETURNED)


def held_value(result: Result | None) -> Value | None:
    """Return the grade in a result of the SIS; None for no result, or for an empty place some SIS keep ready."""
    if result is None or not result.active:
        return None
    empty = result.score is None and not result.text_score and not same_status(result.score_status, EXEMPT)
    return None if empty else value_of(result)


def decide(now: Value, last_sent: Value | None, sis: Value | None, *, ever_sent: bool | None = None) -> Verdict:
    """Return new, unchanged, changed or drifted; all values as the SIS's profile predicts them.

    `ever_sent` is told when we know that we sent, but not what.
    """
    sent = last_sent is not None if ever_sent is None else ever_sent
    if sis is None:
        return Verdict.DRIFTED if sent else Verdict.NEW
    if equal(now, sis):
        return Verdict.UNCHANGED
    if last_sent is not None and equal(last_sent, sis):
        return Verdict.CHANGED
    return Verdict.DRIFTED


def settle(
    verdict: Verdict,
    now: Value,
    sis: Value | None,
    policy: DriftPolicy,
    *,
    attended: bool,
    answer: DriftPolicy | None = None,
) -> Settled:
    """Say whether to send. `answer` is a person's for this grade; nobody attends a schedule or a bare command."""
    if verdict in (Verdict.NEW, Verdict.CHANGED):
        return Settled(send=True)
    if verdict is Verdict.UNCHANGED:
        return Settled(send=False, outcome=Outcome.of(Code.SKIPPED_UNCHANGED))
    rule = policy if answer is None else answer
    code = {
        DriftPolicy.OVERWRITE: Code.DRIFTED_OVERWRITTEN,
        DriftPolicy.KEEP: Code.DRIFTED_KEPT,
        DriftPolicy.ASK: Code.DRIFTED_HELD if attended else Code.DRIFTED_SKIPPED,
    }[rule]
    outcome = Outcome.of(code, classroom=now, sis=shown(sis))
    return Settled(send=rule is DriftPolicy.OVERWRITE, outcome=outcome)


def verdict_of(outcome: Outcome | None) -> Verdict:
    """Return what a grade is called that is not sent because of this."""
    if outcome is not None and outcome.code is Code.LEFT_AS_CHOSEN:
        return Verdict.KEPT
    return Verdict.HELD if outcome is not None and outcome.kind is Kind.HELD else Verdict.SKIPPED
