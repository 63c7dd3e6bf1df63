"""A SIS that answers well and keeps something else is found out by reading back, and the grade is named."""

from decimal import Decimal

import pytest
from msgspec import Struct

from classbridge.bridge.outcome import Code, Owner
from classbridge.sandbox.sis.faults_writes import FAULTS
from classbridge.service import grades, students
from tests.outcomes.scene import Scene, notices, told
from tests.service.conftest import Gradebook, lines


class Lie(Struct, frozen=True, kw_only=True):
    """What an export through a fault must tell of the one grade that it meets: what was sent, what is there."""

    code: Code = Code.NOT_VERIFIED
    owner: Owner = Owner.SIS_ADMIN
    sent: str = ""
    found: str = ""


LIES = {
    "clamp-score": Lie(sent="104", found="100"),
    "forget-exempt": Lie(sent="60 (exempt)", found="60"),
    "drop-edit": Lie(sent="61", found="60"),
    "keep-deleted-results": Lie(code=Code.LEFTOVER_IN_SIS, owner=Owner.TEACHER),
    "refuse-long-title": Lie(code=Code.LINE_ITEM_REJECTED),
    "lock-line-items": Lie(code=Code.LINE_ITEM_LOCKED),
    "drop-write": Lie(sent="60", found="–"),
    "change-score": Lie(sent="60", found="77"),
}
"""The faults of writing that keep, drop or refuse a grade; the last two are in what the SIS stores."""

HARMLESS = {"create-200", "keep-deleted-line-items"}
"""Faults through which every grade arrives: the answer is odd, or it is about line items that stay."""


def test_every_fault_of_writing_is_here() -> None:
    assert {fault.name for fault in FAULTS} <= LIES.keys() | HARMLESS | {"hide-line-items"}
    assert not LIES.keys() & HARMLESS


def set_up(scene: Scene, fault: str, wrong: str, right: str) -> Gradebook:
    """Course work with two grades, of which the fault will meet one; the other is as it should be."""
    book = scene.work(f"{fault}: {'a title that goes on and on ' * 4}", {wrong: 60, right: 50})
    made = scene.made
    if fault == "clamp-score":
        book.grade(wrong, 104)
    elif fault == "forget-exempt":
        book.preview()
        students.mark_excused(made.ctx, made.teacher, made.course_id, scene.user(wrong), book.id, on=True)
    elif fault in ("drop-edit", "keep-deleted-results"):
        book.export()
        scene.hand("grade", work_id=book.id, user=wrong, points=61 if fault == "drop-edit" else None)
    return book


@pytest.mark.parametrize("fault", LIES)
def test_a_grade_that_the_sis_does_not_keep_is_named_with_both_values_and_who_can_act(
    scene: Scene, fault: str
) -> None:
    lie = LIES[fault]
    wrong, right = scene.emails[:2]
    book = set_up(scene, fault, wrong, right)
    whole = lie.code in (Code.LINE_ITEM_REJECTED, Code.LINE_ITEM_LOCKED)
    if fault in ("drop-write", "change-score"):  # these meet whichever grade comes: only one is to be sent
        scene.hand("grade", work_id=book.id, user=right, points=None)
    scene.fault(fault, value=77.0 if fault == "change-score" else None)
    done = book.export(withdraw=True)

    line = scene.line(done, wrong)
    said = told(line.said, lie.code, lie.owner)
    assert line.name
    if lie.code is Code.NOT_VERIFIED:
        assert said.params == {"sent": lie.sent, "found": lie.found}
        assert (done.failed, done.to_verify - done.verified) == (1, 1)
        held = [one for one in book.held() if (one.student_email or "").casefold() == wrong]
        assert [one.score for one in held] == ([Decimal(lie.found)] if lie.found != "–" else [])
    elif whole:
        assert said.sis_words
        assert lie.code in notices(done, book)
        assert (done.sent, done.failed, book.held()) == (0, 2, [])
    verified = [one for one in lines(done, "sent") if one.said and one.said.code == Code.VERIFIED]
    assert len(verified) == done.verified
    assert scene.user(wrong) not in {one.user_id for one in verified}


def test_odd_answers_that_lose_nothing_are_no_problem(scene: Scene) -> None:
    emails = scene.emails[:2]
    book = scene.work("Odd answers", dict.fromkeys(emails, 30))
    for fault in HARMLESS:
        scene.fault(fault)
    done = book.export()
    assert (done.verified, done.to_verify, done.failed) == (2, 2, 0)
    assert [one.score for one in book.held()] == [Decimal(30)] * 2


def test_where_line_items_are_left_out_of_the_list_nothing_is_made_beside_them(scene: Scene) -> None:
    scene.fault("hide-line-items")
    book, made = scene.work("Nothing is listed", {scene.emails[0]: 30}), scene.made
    run_id = grades.preview(made.ctx, made.teacher, made.course_id, [book.id])
    told(scene.until(run_id, "failed").said, Code.READ_INCOMPLETE, Owner.SIS_ADMIN)
