"""The second look at a grade, right before it is sent: the SIS may have changed since the plan (rule 3)."""

from collections.abc import Iterable

from msgspec.structs import replace

from classbridge.bridge.decision import DriftPolicy, Verdict, held_value, settle
from classbridge.bridge.equality import Value, equal
from classbridge.bridge.outcome import Code, Outcome
from classbridge.bridge.plan import ResultPlan
from classbridge.bridge.results import of_student, used
from classbridge.oneroster.models import Result


def look_again(
    line: ResultPlan, results: Iterable[Result], policy: DriftPolicy, *, attended: bool, unread: bool = False
) -> ResultPlan:
    """Return what becomes now of a grade that was planned to be sent; `results` are its line item's in the SIS.

    `unread`: what the SIS holds for the student cannot be read. That may be anything, so it is held.

    Sent is what the plan wanted where the SIS still holds what the plan saw, on the SIS's record as it is now, so
    that a comment written since is kept. What the run put already, before it was stopped, only has to be read back
    (`NOT_READ_BACK`). Anything else has drifted, and the policy decides: nobody was shown that value.
    """
    if line.predicted is None:
        raise ValueError("only a line with a grade is ever sent")
    if unread:
        return replace(line, send=False, outcome=Outcome.of(Code.RESULT_UNREADABLE))
    mine = of_student(results, line.student_sourced_id)
    found = used(mine, line.sourced_id)
    if found is None and mine:
        return replace(line, send=False, outcome=Outcome.of(Code.RESULT_AMBIGUOUS, count=len(mine)))
    there, sis = found is not None and found.sourced_id == line.sourced_id, held_value(found)
    if sis is not None and equal(line.predicted, sis):
        # Under another id it is not known to be ours, so an undo must not take it for that.
        code = Code.NOT_READ_BACK if there else Code.SKIPPED_UNCHANGED
        return replace(line, send=False, outcome=Outcome.of(code))
    fresh = replace(line, sis=sis, held=found)
    if found is not None and not there:
        fresh = replace(fresh, sourced_id=found.sourced_id, created=False)
    return fresh if _same(line.sis, sis) else _drifted(fresh, line.predicted, policy, attended=attended)


def _same(planned: Value | None, now: Value | None) -> bool:
    """Whether the SIS holds the grade that the plan saw; the comment beside it is the SIS's own."""
    if planned is None or now is None:
        return planned is now
    return equal(replace(planned, comment=None), now)


def _drifted(line: ResultPlan, predicted: Value, policy: DriftPolicy, *, attended: bool) -> ResultPlan:
    settled = settle(Verdict.DRIFTED, predicted, line.sis, policy, attended=attended)
    return replace(line, verdict=Verdict.DRIFTED, send=settled.send, outcome=settled.outcome)
