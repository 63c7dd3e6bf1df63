"""Under which heading each outcome of an export is counted."""

from datetime import UTC, datetime

from classbridge.bridge.outcome import Code
from classbridge.jobs.tally import open_in, tally
from classbridge.store.runs import Outcome


def said(code: Code, user: str | None = None, work: str | None = "w1", student: str | None = None) -> Outcome:
    return Outcome(
        subject=f"{code}/{work}/{user}",
        code=str(code),
        at=datetime(2026, 11, 23, tzinfo=UTC),
        course_work_id=work,
        class_id="k",
        user_id=user,
        student_id=student,
    )


def test_what_is_said_of_an_assignment_counts_where_no_grade_there_says_it() -> None:
    stopped = [said(Code.LINE_ITEM_LOCKED), said(Code.LINE_ITEM_LOCKED, "u1"), said(Code.LINE_ITEM_LOCKED, "u2")]
    assert tally(stopped) == {"failed": 2, "notes": 1}
    alone = [said(Code.LINE_ITEM_LOCKED), said(Code.SKIPPED_UNCHANGED, "u1"), said(Code.DRIFTED_HELD, "u2")]
    assert tally(alone) == {"failed": 1, "unchanged": 1, "held": 1}
    elsewhere = [said(Code.LINE_ITEM_LOCKED), said(Code.LINE_ITEM_LOCKED, "u1", work="w2")]
    assert tally(elsewhere) == {"failed": 2}
    assert tally([said(Code.SECTION_GONE, work=None), said(Code.SKIPPED_UNGRADED)]) == {"held": 1, "notes": 1}


def test_a_grade_that_was_taken_back_counts_though_its_student_has_left_classroom() -> None:
    counts = tally([said(Code.WITHDRAWN, "", student="s1"), said(Code.VERIFIED, "u1"), said(Code.ADOPTED)])
    assert counts == {"withdrawn": 1, "verified": 1, "notes": 1}


def test_what_waits_for_somebody_is_what_failed_is_held_or_was_passed_over_at_night() -> None:
    left = [said(Code.SCORE_REJECTED, "u1"), said(Code.DRIFTED_SKIPPED, "u2"), said(Code.DRIFTED_HELD, "u3")]
    assert open_in(tally([*left, said(Code.VERIFIED, "u4"), said(Code.SKIPPED_NO_GRADE, "u5")])) == 3
