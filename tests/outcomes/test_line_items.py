"""An assignment that the SIS lacks, locks, refuses or has twice is named, with what to do about it."""

from datetime import UTC, datetime
from decimal import Decimal

from classbridge.bridge.outcome import Code, Owner
from classbridge.oneroster.models import LineItem, Ref, Result
from classbridge.sandbox.sis.state import NewLineItem
from classbridge.service import classes, grades
from classbridge.store.tables import line_item, result
from tests.outcomes.scene import DUE, Scene, notices, told
from tests.service.conftest import Gradebook


def by_another_tool(scene: Scene, book: Gradebook, email: str, score: float) -> str:
    """Put the assignment into the SIS as another tool does, with one grade; the line item's id."""
    new = NewLineItem(
        class_id=scene.section,
        title=book.title,
        due_date=datetime(DUE["year"], DUE["month"], DUE["day"], tzinfo=UTC),
        result_value_max=Decimal(100),
        scores={scene.person(email).sourced_id: Decimal(str(score))},
    )
    return scene.source.add_line_item(new)


def test_an_assignment_that_was_deleted_in_the_sis_is_held(scene: Scene) -> None:
    email = scene.emails[0]
    book = scene.work("Deleted there", {email: 7})
    book.export()
    scene.source.delete("lineItem", scene.in_sis(book, email).line_item_id)
    book.grade(email, 8)
    shown = book.preview()
    told(notices(shown, book)[Code.LINE_ITEM_GONE], Code.LINE_ITEM_GONE, Owner.TEACHER)
    line = scene.line(shown, email)
    assert (line.decision, shown.to_send) == ("held", 0)
    told(line.said, Code.LINE_ITEM_GONE, Owner.TEACHER)
    assert book.export().sent == 0


def test_an_assignment_that_the_sis_refuses_is_named_with_the_sis_s_own_words(scene: Scene) -> None:
    email = scene.emails[0]
    book = scene.work("Too long for this SIS, " * 5, {email: 7})
    scene.fault("refuse-long-title")
    done = book.export()
    said = told(notices(done, book)[Code.LINE_ITEM_REJECTED], Code.LINE_ITEM_REJECTED, Owner.SIS_ADMIN)
    assert "The title is too long." in (said.sis_words or "")
    told(scene.line(done, email).said, Code.LINE_ITEM_REJECTED, Owner.SIS_ADMIN)
    assert (done.sent, done.failed) == (0, 1)


def test_an_assignment_that_is_locked_is_told_from_one_that_is_refused(scene: Scene) -> None:
    early, late = scene.emails[:2]
    book = scene.work("Locked at first", {early: 7})
    scene.fault("lock-line-items")
    done = book.export()
    said = told(notices(done, book)[Code.LINE_ITEM_LOCKED], Code.LINE_ITEM_LOCKED, Owner.SIS_ADMIN)
    assert said.params == {"title": "Locked at first"}
    assert "closed" in (said.sis_words or "")
    told(scene.line(done, early).said, Code.LINE_ITEM_LOCKED, Owner.SIS_ADMIN)
    scene.calm()
    assert book.export().verified == 1
    book.grade(late, 9)
    scene.fault("lock-line-items")
    again = book.export()
    told(scene.line(again, late).said, Code.LINE_ITEM_LOCKED, Owner.SIS_ADMIN)
    assert (again.sent, again.failed, again.unchanged) == (0, 1, 1)


def test_two_grades_of_a_student_for_one_assignment_are_held(scene: Scene) -> None:
    email = scene.emails[0]
    book = scene.work("Graded twice there", {email: 10})
    theirs = by_another_tool(scene, book, email, 10)
    scene.source.put(
        Result(
            sourced_id="a-second-result",
            line_item=Ref(sourced_id=theirs, type="lineItem"),
            student=Ref(sourced_id=scene.person(email).sourced_id, type="user"),
            score_status="fully graded",
            score=Decimal(11),
            score_date=datetime.now(UTC).date(),
        )
    )
    shown = book.preview()
    said = told(scene.line(shown, email).said, Code.RESULT_AMBIGUOUS, Owner.TEACHER)
    assert (said.params, shown.to_send) == ({"count": "2"}, 0)


def test_a_grade_that_was_there_before_the_first_export_is_not_taken_back(scene: Scene) -> None:
    email, other = scene.emails[:2]
    book = scene.work("There before", {email: 10, other: 12})
    by_another_tool(scene, book, email, 10)
    done = book.export()
    told(notices(done, book)[Code.ADOPTED], Code.ADOPTED, Owner.NOBODY)
    assert (done.unchanged, done.verified) == (1, 1)
    scene.hand("grade", work_id=book.id, user=email, points=None)
    told(scene.line(book.preview(), email).said, Code.WITHDRAWAL_NOT_OURS, Owner.TEACHER)
    told(scene.line(book.export(withdraw=True), email).said, Code.WITHDRAWAL_NOT_OURS, Owner.TEACHER)
    assert scene.in_sis(book, email).score == 10


def test_after_the_loss_of_our_records_nothing_is_made_anew_where_the_sis_replaces_ids(scene: Scene) -> None:
    email = scene.emails[0]
    scene.work("Exported before the loss", {email: 13}).export()
    book = scene.work("Exported after the loss", {email: 14})
    with scene.made.ctx.district(scene.made.admin).write() as rows:
        for table in (result, line_item):
            rows.delete(table)
    scene.tune(assigns_ids="yes")
    shown = book.preview()
    told(notices(shown, book)[Code.IDS_LOST], Code.IDS_LOST, Owner.ADMIN)
    told(scene.line(shown, email).said, Code.IDS_LOST, Owner.ADMIN)
    assert shown.to_send == 0


def test_a_refused_assignment_counts_once_for_each_grade_that_it_stops(scene: Scene) -> None:
    book = scene.work("Too long for this SIS, " * 5, dict.fromkeys(scene.emails[:3], 7))
    scene.fault("refuse-long-title")
    done = book.export()
    row = classes.one(scene.made.ctx, scene.made.teacher, scene.course_id)
    assert (row.problems, done.needs, done.failed) == (3, 3, 3)


def test_an_assignment_that_the_sis_would_not_change_needs_somebody_and_is_sent_again_alone(scene: Scene) -> None:
    made, email = scene.made, scene.emails[0]
    book = scene.work("Locked meanwhile", {email: 7})
    assert book.export().verified == 1
    scene.hand("edit_work", work_id=book.id, dueDate={"year": 2026, "month": 11, "day": 16})
    scene.fault("lock-line-items")
    done = book.export()
    [item] = done.assignments
    row = classes.one(made.ctx, made.teacher, scene.course_id)
    assert (row.problems, done.needs, done.failed, item.needs, item.blocked) == (1, 1, 1, 1, True)
    assert (done.unchanged, item.asks) == (1, True)
    scene.calm()
    again = grades.retry(made.ctx, made.teacher, done.run.id)
    made.wait(again)
    after = grades.details(made.ctx, made.teacher, again)
    assert (after.needs, after.failed, after.sent) == (0, 0, 0)
    sent = scene.source.record("lineItem", scene.in_sis(book, email).line_item_id)
    assert isinstance(sent, LineItem)
    assert str(sent.due_date)[:10] == "2026-11-16"
