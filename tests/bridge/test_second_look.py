"""rules.md 3: what becomes of a planned grade by what the SIS holds right before it is sent."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from classbridge.bridge.decision import DriftPolicy, Verdict, held_value
from classbridge.bridge.equality import Value
from classbridge.bridge.outcome import Code
from classbridge.bridge.plan import ResultPlan
from classbridge.bridge.second_look import look_again
from classbridge.oneroster.models import Result
from tests.bridge.builders import SECTION, result

NEW = 80
HELD, SKIPPED, KEPT = Code.DRIFTED_HELD, Code.DRIFTED_SKIPPED, Code.DRIFTED_KEPT
OVERWRITTEN, AMBIGUOUS = Code.DRIFTED_OVERWRITTEN, Code.RESULT_AMBIGUOUS
READ_BACK, UNCHANGED = Code.NOT_READ_BACK, Code.SKIPPED_UNCHANGED
ASK, OVERWRITE, KEEP = DriftPolicy.ASK, DriftPolicy.OVERWRITE, DriftPolicy.KEEP


def held(score: int | None, sourced_id: str = "r1") -> Result:
    return result(sourced_id, "li", "st1", score)


def planned(before: int | None) -> ResultPlan:
    """A grade of 80 that is to be sent to a place where the plan saw this."""
    there = None if before is None else held(before)
    return ResultPlan(
        course_work_id="w1",
        user_id="u1",
        student_sourced_id="st1",
        class_sourced_id=SECTION,
        verdict=Verdict.NEW if before is None else Verdict.CHANGED,
        send=True,
        sourced_id="r1",
        now=Value(Decimal(NEW)),
        predicted=Value(Decimal(NEW)),
        sis=held_value(there),
        held=there,
    )


def found(line: ResultPlan) -> tuple[bool, Code | None]:
    return line.send, None if line.outcome is None else line.outcome.code


@pytest.mark.parametrize(
    ("before", "now", "sends", "code"),
    [
        (None, None, True, None),
        (60, 60, True, None),
        (None, 80, False, READ_BACK),
        (60, 80, False, READ_BACK),
        (None, 70, False, HELD),
        (60, 70, False, HELD),
        (60, None, False, HELD),
    ],
)
def test_only_what_the_plan_saw_is_written_over(
    before: int | None, now: int | None, sends: bool, code: Code | None
) -> None:
    there = [] if now is None else [held(now)]
    assert found(look_again(planned(before), there, ASK, attended=True)) == (sends, code)


@pytest.mark.parametrize(
    ("policy", "attended", "sends", "code"),
    [
        (ASK, True, False, HELD),
        (ASK, False, False, SKIPPED),
        (KEEP, False, False, KEPT),
        (OVERWRITE, False, True, OVERWRITTEN),
    ],
)
def test_for_what_changed_since_the_policy_decides(
    policy: DriftPolicy, attended: bool, sends: bool, code: Code
) -> None:
    line = look_again(planned(60), [held(70)], policy, attended=attended)
    assert found(line) == (sends, code)
    assert (line.sis, line.held) == (Value(Decimal(70)), held(70))
    assert line.outcome is not None
    assert line.outcome.params == {"classroom": "80", "sis": "70"}


def test_a_comment_written_since_is_no_drift_and_goes_along() -> None:
    commented = replace(held(60), comment="Well done")
    line = look_again(planned(60), [commented], ASK, attended=True)
    assert (found(line), line.held) == ((True, None), commented)
    earlier = replace(planned(60), held=commented, sis=held_value(commented))
    assert found(look_again(earlier, [held(60)], ASK, attended=True)) == (True, None)


def test_an_empty_place_that_is_there_by_now_is_used_under_its_own_id() -> None:
    line = look_again(planned(None), [held(None, "theirs")], ASK, attended=True)
    assert (line.send, line.sourced_id, line.created, line.held) == (True, "theirs", False, held(None, "theirs"))


def test_the_same_grade_under_another_id_is_not_taken_for_ours() -> None:
    assert found(look_again(planned(None), [held(NEW, "theirs")], ASK, attended=True)) == (
        False,
        UNCHANGED,
    )


def test_of_several_results_ours_is_used_and_without_it_nothing_is_sent() -> None:
    both = [held(60), held(70, "theirs")]
    assert found(look_again(planned(60), both, ASK, attended=True)) == (True, None)
    others = [held(60, "one"), held(60, "other")]
    assert found(look_again(planned(60), others, ASK, attended=True)) == (False, AMBIGUOUS)


def test_results_of_others_and_deleted_ones_are_not_looked_at() -> None:
    other = replace(held(70), student=replace(held(70).student, sourced_id="st2"))
    deleted = replace(held(70), status="tobedeleted")
    assert found(look_again(planned(None), [other, deleted], ASK, attended=True)) == (True, None)


def test_over_what_cannot_be_read_nothing_is_sent() -> None:
    line = look_again(planned(60), [held(60)], ASK, attended=True, unread=True)
    assert found(line) == (False, Code.RESULT_UNREADABLE)
