"""Taking a grade back: on positive evidence only, what we created and the SIS still holds, after a preview."""

import pytest
from msgspec.structs import replace

from classbridge.cli.main_job import RunFailedError
from classbridge.oneroster.models import Result
from classbridge.sandbox.classroom import ClassroomControl
from classbridge.sandbox.sis.state import SisSource
from classbridge.service import audit, grades, releasing, undo
from classbridge.service import runs as run_service
from classbridge.service.errors import RefusedError
from classbridge.service.export_answers import ExportAnswers
from classbridge.service.views import ExportDetails
from tests.installation import Installation
from tests.service.conftest import Gradebook, lines, sis_state
from tests.service.test_adoption import add_item
from tests.service.test_sections import two_sections

WORK = "Quiz"


def exported(made: Installation, *, everything: bool = False) -> Gradebook:
    book = Gradebook(made, WORK)
    if everything:
        made.export()
    else:
        book.export()
    return book


def classroom(book: Gradebook) -> ClassroomControl:
    return book.made.stage.classroom.control()


def take_away(book: Gradebook, count: int = 1) -> list[str]:
    """Take grades away in Classroom; whose."""
    gone = sorted(book.graded())[:count]
    with classroom(book) as control:
        for email in gone:
            control.do("grade", course_id=book.made.course_id, work_id=book.id, user=email, points=None)
    return gone


def emails(book: Gradebook) -> set[str]:
    return {
        grade.student_email.casefold() for grade in book.held() if grade.student_email and grade.score is not None
    }


def test_a_grade_taken_away_is_previewed_and_stays_until_somebody_says_so(linked: Installation) -> None:
    book = exported(linked)
    (gone,) = take_away(book)
    preview = book.preview()
    assert preview.withdrawals == 1
    assert [line.said.code for line in lines(preview, "held") if line.said] == ["WITHDRAWAL_WAITS"]
    book.export()
    assert gone in emails(book)


def test_a_grade_is_taken_back_when_somebody_says_so_and_nothing_else_is_touched(linked: Installation) -> None:
    book = exported(linked)
    before = emails(book)
    (gone,) = take_away(book)
    details = book.export(withdraw=True)
    assert emails(book) == before - {gone}
    assert [line.said.code for line in lines(details, "sent") if line.said] == ["WITHDRAWN"]
    assert sis_state(linked)["writes"]["delete_result"] == 1
    assert book.preview().withdrawals == 0


@pytest.mark.exhaustive
def test_a_grade_given_again_after_it_was_taken_back_is_new(linked: Installation) -> None:
    book = exported(linked)
    (gone,) = take_away(book)
    book.export(withdraw=True)
    book.grade(gone, 12)
    assert book.preview().counts["new"] == 1
    book.export()
    assert gone in emails(book)


def test_a_grade_changed_in_the_sis_is_not_taken_back(linked: Installation) -> None:
    book = exported(linked)
    (gone,) = take_away(book)
    mine = next(grade for grade in book.held() if (grade.student_email or "").casefold() == gone)
    with linked.stage.sis.control() as control:
        control.change_score(mine.result_id, mine.score and mine.score + 1)
    assert book.preview().withdrawals == 0
    book.export(withdraw=True)
    assert gone in emails(book)


def test_grades_of_deleted_course_work_are_taken_back_under_the_guard(linked: Installation) -> None:
    book = exported(linked, everything=True)
    with classroom(book) as control:
        control.do("delete_work", course_id=linked.course_id, work_id=book.id)
    preview = book.preview()
    assert preview.withdrawals == len(emails(book)) > 0
    book.export(withdraw=True)
    assert emails(book) == set()


def test_more_than_half_of_a_class_at_once_waits_for_an_admin(linked: Installation) -> None:
    book = exported(linked)
    with classroom(book) as control:
        control.do("delete_work", course_id=linked.course_id, work_id=book.id)
    preview = book.preview()
    assert preview.withdrawals == 0
    assert [note.code for note in preview.notes] == ["WITHDRAWALS_HELD"]


def test_a_classroom_that_loses_what_it_has_withdraws_nothing(linked: Installation) -> None:
    book = exported(linked)
    before = sis_state(linked)["results"]
    for fault in ("lose-course-work", "lose-submissions", "lose-students", "lose-page"):
        with classroom(book) as control:
            control.switch_on(fault)
            assert book.preview().withdrawals == 0
            book.export(withdraw=True)
            control.switch_off()
    assert sis_state(linked)["results"] == before
    counts = book.preview().counts
    assert (counts["unchanged"], counts["new"], counts["drifted"]) == (len(emails(book)), 0, 0)


def delete_work(book: Gradebook) -> None:
    with classroom(book) as control:
        control.do("delete_work", course_id=book.made.course_id, work_id=book.id)


def notices(details: ExportDetails) -> list[str]:
    return [one.code for item in details.assignments for one in item.notices]


@pytest.mark.exhaustive
def test_the_emptied_line_item_of_deleted_course_work_goes_too(linked: Installation) -> None:
    book = exported(linked, everything=True)
    item_id, before = book.held()[0].line_item_id, sis_state(linked)["line_items"]
    delete_work(book)
    details = book.export(withdraw=True)
    assert notices(details) == ["LINE_ITEM_REMOVED"]
    assert linked.stage.sis.source.record("lineItem", item_id) is None
    assert sis_state(linked)["line_items"] == before - 1
    assert sis_state(linked)["writes"]["delete_line_item"] == 1
    assert notices(book.export(withdraw=True)) == []


@pytest.mark.exhaustive
def test_an_emptied_line_item_that_a_sis_keeps_is_reported_once(linked: Installation) -> None:
    book = exported(linked, everything=True)
    linked.stage.sis.board.switch_on("keep-deleted-line-items")
    delete_work(book)
    assert notices(book.export(withdraw=True)) == ["LINE_ITEM_LEFT"]
    assert notices(book.export(withdraw=True)) == []


def test_a_refusal_of_one_grade_leaves_the_others_taken_back_and_told(linked: Installation) -> None:
    book = exported(linked, everything=True)
    gone = take_away(book, 3)
    linked.stage.sis.board.switch_on("no-write-licence", count=1)
    details = book.export(withdraw=True)
    assert [line.said.code for line in lines(details, "sent") if line.said] == ["WITHDRAWN", "WITHDRAWN"]
    said = [line.said for line in lines(details, "skipped") if line.said and line.said.code == "LEFTOVER_IN_SIS"]
    assert [bool(one.sis_words) for one in said] == [True]
    assert (len(emails(book) & set(gone)), details.run.counts["withdrawn"]) == (1, 2)
    assert book.preview().withdrawals == 1
    preview_id = undo.preview(linked.ctx, linked.teacher, details.run.id)
    linked.wait(preview_id)
    shown = undo.previewed(linked.ctx, linked.teacher, preview_id)
    assert shown is not None
    assert shown.to_put_back == 2


def test_grades_of_students_who_left_classroom_are_each_taken_back_told_and_put_back(linked: Installation) -> None:
    book = exported(linked, everything=True)
    held = emails(book)
    with classroom(book) as control:
        for email in sorted(held)[:3]:
            control.do("remove_member", course_id=linked.course_id, role="students", user=email)
    delete_work(book)
    details = book.export(withdraw=True)
    told = [line for line in lines(details, "sent") if line.said and line.said.code == "WITHDRAWN"]
    assert (len(told), details.run.counts["withdrawn"]) == (len(held), len(held))
    assert len({line.name for line in told}) == len(held)
    assert emails(book) == set()
    preview_id = undo.preview(linked.ctx, linked.teacher, details.run.id)
    linked.wait(preview_id)
    linked.wait(undo.undo(linked.ctx, linked.teacher, preview_id))
    assert emails(book) == held


def test_a_column_with_a_grade_that_cannot_be_read_is_not_empty(linked: Installation) -> None:
    book, source = exported(linked, everything=True), linked.stage.sis.source
    typed = source.record("result", book.held()[0].result_id)
    assert isinstance(typed, Result)
    super(SisSource, source).put(replace(typed, score_status=None))
    delete_work(book)
    assert notices(book.export(withdraw=True)) == []
    super(SisSource, source).put(typed)
    assert [one.result_id for one in book.held()] == [typed.sourced_id]
    assert book.preview().withdrawals == 1


def test_a_column_of_a_section_that_the_sis_has_no_more_is_left_with_its_grades(linked: Installation) -> None:
    book, _, _ = two_sections(linked)
    made_up, source = linked.stage.made_up, linked.stage.sis.source
    book.export()
    second = made_up.demo_sections[1]
    (column,) = {one.line_item_id for one in source.grades(second)}
    super(SisSource, source).delete("class", second)
    held = len(source.grades(second))
    delete_work(book)
    preview_id = book.previewing()
    count = len(releasing.view(linked.ctx, linked.admin, preview_id).grades)
    linked.wait(releasing.release(linked.ctx, linked.admin, preview_id, count))
    assert source.record("lineItem", column) is not None
    assert len(source.grades(second)) == held > 0


def test_an_adopted_line_item_is_never_deleted(linked: Installation) -> None:
    book = Gradebook(linked, "Cell division essay")
    item_id = add_item(book, {})
    linked.export()
    assert {grade.line_item_id for grade in book.held()} == {item_id}
    delete_work(book)
    assert notices(book.export(withdraw=True)) == []
    assert linked.stage.sis.source.record("lineItem", item_id) is not None


def test_an_admin_lets_exactly_the_held_withdrawals_go(linked: Installation) -> None:
    book = exported(linked)
    delete_work(book)
    preview_id = book.previewing()
    held = releasing.view(linked.ctx, linked.teacher, preview_id)
    assert len(held.grades) == len(emails(book)) == book.previewed(preview_id).held_withdrawals > 0
    assert not held.may_release
    assert releasing.view(linked.ctx, linked.admin, preview_id).may_release
    for who, count, code in (
        (linked.teacher, len(held.grades), "ADMIN_ONLY"),
        (linked.admin, len(held.grades) - 1, "PREVIEW_OUTDATED"),
    ):
        with pytest.raises(RefusedError) as refused:
            releasing.release(linked.ctx, who, preview_id, count)
        assert refused.value.said.code == code
    others = linked.export().sent
    assert others > 0
    run_id = releasing.release(linked.ctx, linked.admin, preview_id, len(held.grades))
    linked.wait(run_id)
    details = grades.details(linked.ctx, linked.teacher, run_id)
    assert {line.said.code for line in lines(details, "sent") if line.said} == {"WITHDRAWN"}
    assert (emails(book), details.run.counts["withdrawn"]) == (set(), len(held.grades))
    asked = [event.action for event in audit.events(linked.ctx, linked.admin).items]
    assert "grades.release" in asked


def test_letting_go_is_an_admin_s_right_as_the_run_begins_too(linked: Installation) -> None:
    book = exported(linked)
    delete_work(book)
    ids = [grade.result_id for grade in book.held()]
    run_id = run_service.enqueue(
        linked.ctx,
        linked.teacher,
        "export",
        partition=book.connection_id,
        connection_id=book.connection_id,
        side="sandbox",
        course_id=linked.course_id,
        request={"course_work": [book.id], "only": [], "withdraw": ids, "release": True},
    )
    with pytest.raises(RunFailedError):
        linked.wait(run_id)
    said = linked.run(run_id).said
    assert said is not None
    assert said.code == "ADMIN_ONLY"
    assert len(book.held()) == len(ids)


def test_grades_to_take_back_are_named_and_ticked_one_by_one(linked: Installation) -> None:
    book = exported(linked)
    one, other = take_away(book, 2)
    preview = book.preview()
    held = {(grade.student_email or "").casefold(): grade for grade in book.held()}
    shown = {grade.result_id: grade for grade in preview.take_back}
    assert set(shown) == {held[one].result_id, held[other].result_id}
    mine = shown[held[one].result_id]
    assert (mine.title, mine.value) == (book.title, f"{held[one].score:f}")
    assert mine.name in {line.name for line in lines(preview, "held")}
    book.export(answers=ExportAnswers(take_back=(mine.result_id,)))
    assert (one in emails(book), other in emails(book)) == (False, True)


def test_what_stays_in_the_sis_is_listed_until_a_person_leaves_it(linked: Installation) -> None:
    book = exported(linked)
    (gone,) = take_away(book)
    mine = next(grade for grade in book.held() if (grade.student_email or "").casefold() == gone)

    def change(by: int) -> None:
        with linked.stage.sis.control() as control:
            control.change_score(mine.result_id, mine.score and mine.score + by)

    change(1)
    (stays,) = book.preview().staying
    assert stays.said is not None
    assert (stays.result_id, stays.left, stays.said.code) == (mine.result_id, False, "WITHDRAWAL_CHANGED_IN_SIS")
    done = book.export(answers=ExportAnswers(leave=(mine.result_id,)))
    assert (lines(done, "held"), gone in emails(book)) == ([], True)
    preview = book.preview()
    assert (preview.counts["held"], preview.counts["kept"], preview.staying[0].left) == (0, 1, True)
    assert [line.said.code for line in lines(preview, "kept") if line.said] == ["LEFT_AS_CHOSEN"]
    change(2)
    preview = book.preview()
    assert (preview.counts["held"], preview.staying[0].left) == (1, False)
    book.export(answers=ExportAnswers(leave=(mine.result_id,)))
    book.export(answers=ExportAnswers(ask=(mine.result_id,)))
    assert not book.preview().staying[0].left
