"""What becomes of a grade is named for whom it concerns: in the preview, and in the details of the export."""

from decimal import Decimal
from typing import Any

import pytest

from classbridge.bridge.outcome import Code, Owner
from classbridge.oneroster.models import Result
from classbridge.service import grades, runs, students
from tests.outcomes.scene import Scene, notices, told


def test_only_a_grade_that_was_returned_is_sent_and_the_others_say_why(scene: Scene) -> None:
    given, draft, none = scene.emails[:3]
    book = scene.work("Only the returned", {given: 81})
    scene.hand("grade", work_id=book.id, user=draft, points=55, returned=False)
    with scene.taught_by_admin():  # a draft is for the class's teachers only, and classbridge asks as the admin
        shown = book.preview()
    assert (shown.to_send, shown.not_returned) == (1, 1)
    told(scene.line(shown, draft).said, Code.SKIPPED_NOT_RETURNED, Owner.TEACHER)
    told(scene.line(shown, none).said, Code.SKIPPED_NO_GRADE, Owner.NOBODY)
    first = book.export()
    assert (first.verified, first.to_verify) == (1, 1)
    told(scene.line(first, given).said, Code.VERIFIED, Owner.NOBODY)
    again = book.export()
    assert (again.sent, again.unchanged) == (0, 1)
    told(scene.line(again, given).said, Code.SKIPPED_UNCHANGED, Owner.NOBODY)


def test_work_without_points_says_so_in_the_preview_and_in_the_details(scene: Scene) -> None:
    book = scene.work("Read chapter five", maxPoints=None)
    for shown in (book.preview(), book.export()):
        told(notices(shown, book)[Code.SKIPPED_UNGRADED], Code.SKIPPED_UNGRADED, Owner.TEACHER)
    assert book.held() == []


def test_a_mark_that_the_sis_does_not_keep_is_not_sent(scene: Scene) -> None:
    email = scene.emails[0]
    book = scene.work("Excused from this", {email: 40})
    scene.tune(score_statuses="fully graded")
    made = scene.made
    book.preview()
    students.mark_excused(made.ctx, made.teacher, made.course_id, scene.user(email), book.id, on=True)
    told(scene.line(book.preview(), email).said, Code.SKIPPED_EXCUSED, Owner.TEACHER)
    told(scene.line(book.export(), email).said, Code.SKIPPED_EXCUSED, Owner.TEACHER)
    assert book.held() == []


def test_a_grade_that_is_overwritten_says_what_the_sis_held_before(scene: Scene) -> None:
    email, other = scene.emails[:2]
    book = scene.work("Overwritten on request", {email: 70, other: 60})
    book.export()
    with scene.made.stage.sis.control() as control:
        control.change_score(scene.in_sis(book, email).result_id, Decimal(12))
    done = book.export(overwrite=True)
    said = told(scene.line(done, email).said, Code.DRIFTED_OVERWRITTEN, Owner.NOBODY)
    assert said.params == {"classroom": "70", "sis": "12"}
    assert (done.sent, done.verified, done.failed) == (1, 1, 0)
    assert scene.in_sis(book, email).score == 70


def test_a_grade_that_is_not_taken_back_says_why(scene: Scene) -> None:
    changed, kept, *others = scene.emails[:8]
    book = scene.work("Taken back or not", dict.fromkeys((changed, kept, *others), 33))
    book.export()
    with scene.made.stage.sis.control() as control:
        control.change_score(scene.in_sis(book, changed).result_id, Decimal(34))
    for email in (changed, kept):
        scene.hand("grade", work_id=book.id, user=email, points=None)
    scene.tune(delete_results="no")
    for shown in (book.preview(), book.export(withdraw=True)):
        said = told(scene.line(shown, changed).said, Code.WITHDRAWAL_CHANGED_IN_SIS, Owner.TEACHER)
        assert said.params == {"sent": "33", "sis": "34"}
        told(scene.line(shown, kept).said, Code.LEFTOVER_IN_SIS, Owner.TEACHER)
    assert {scene.in_sis(book, email).score for email in (changed, kept)} == {Decimal(34), Decimal(33)}


def test_what_is_sent_and_not_yet_read_back_says_so_until_the_sis_answers(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = scene.emails[0]
    book, made = scene.work("Read back later", {email: 20}), scene.made
    preview = book.previewing()
    put = scene.source.put

    def put_and_fall_over(record: Any) -> bool:
        if isinstance(record, Result):
            scene.fault("server-error-results")
        return put(record)

    monkeypatch.setattr(scene.source, "put", put_and_fall_over)
    run_id = grades.export(made.ctx, made.teacher, preview, grades.ExportChoices())
    scene.until(run_id, "waiting")
    details = grades.details(made.ctx, made.teacher, run_id)
    told(details.run.said, Code.SIS_UNREACHABLE, Owner.ADMIN)
    told(scene.line(details, email).said, Code.NOT_READ_BACK, Owner.NOBODY)
    assert (details.verified, details.to_verify) == (0, 1)
    scene.calm()
    made.wait(run_id)
    assert grades.details(made.ctx, made.teacher, run_id).verified == 1


def test_an_export_that_is_cancelled_says_so_and_sends_nothing_more(scene: Scene) -> None:
    email = scene.emails[0]
    book, made = scene.work("Never sent", {email: 20}), scene.made
    preview = book.previewing()
    scene.fault("server-error")
    run_id = grades.export(made.ctx, made.teacher, preview, grades.ExportChoices())
    scene.until(run_id, "waiting")
    runs.cancel(made.ctx, made.teacher, run_id)
    told(made.run(run_id).said, Code.RUN_CANCELLED, Owner.NOBODY)
    scene.calm()
    assert book.held() == []
