"""Undoing an export: what the SIS held before goes back where it still holds what the export left."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from classbridge.oneroster.models import LineItem, Result
from classbridge.sandbox.sis.state import Grade, SisSource
from classbridge.service import audit, grades, runs, undo
from classbridge.service.errors import RefusedError
from classbridge.service.views import UndoDetails, UndoPreview
from classbridge.store import class_settings
from classbridge.store import runs as stored_runs
from classbridge.store.tables import class_setting
from tests.installation import Installation
from tests.service.conftest import Gradebook, Install, matched, sis_state
from tests.service.test_adoption import add_item
from tests.service.test_sections import two_sections

WORK = "Quiz"


@pytest.fixture
def quiz(linked: Installation) -> Gradebook:
    return Gradebook(linked, WORK)


def last_export(made: Installation) -> str:
    found = runs.page(made.ctx, made.teacher, course_id=made.course_id).items
    return next(run.id for run in found if run.kind == "export")


def previewing(made: Installation, export_id: str = "") -> str:
    run_id = undo.preview(made.ctx, made.teacher, export_id or last_export(made))
    made.wait(run_id)
    return run_id


def previewed(made: Installation, run_id: str) -> UndoPreview:
    found = undo.previewed(made.ctx, made.teacher, run_id)
    assert found is not None
    return found


def undo_last(made: Installation, export_id: str = "") -> UndoDetails:
    run_id = undo.undo(made.ctx, made.teacher, previewing(made, export_id))
    made.wait(run_id)
    return undo.details(made.ctx, made.teacher, run_id)


def codes(details: UndoDetails | UndoPreview) -> list[str]:
    return sorted(line.said.code for one in details.assignments for line in one.lines if line.said)


def notices(details: UndoDetails) -> list[str]:
    return [one.code for item in details.assignments for one in item.notices]


def source(made: Installation) -> SisSource:
    return made.stage.sis.source


def values(book: Gradebook) -> dict[str, Decimal | None]:
    return {grade.student_id: grade.score for grade in book.held() if grade.score is not None}


def one_of(book: Gradebook) -> Grade:
    return min(book.held(), key=lambda grade: grade.student_id)


def email_of(grade: Grade) -> str:
    return (grade.student_email or "").casefold()


def test_new_grades_are_undone_the_empty_assignment_goes_and_the_next_export_sends_them_anew(
    quiz: Gradebook,
) -> None:
    made = quiz.made
    sent = quiz.export().sent
    preview = previewed(made, previewing(made))
    assert (preview.to_put_back, preview.stays) == (sent, 0)
    assert all(one.removed for one in preview.assignments)
    details = undo_last(made)
    assert (details.undone, details.stayed, details.failed) == (sent, 0, 0)
    assert set(codes(details)) == {"UNDO_REMOVED"}
    assert notices(details) == ["LINE_ITEM_REMOVED"]
    assert quiz.held() == []
    assert details.run.counts["undone"] == sent
    again = quiz.preview()
    assert again.counts["new"] == sent
    assert quiz.export().verified == sent
    assert sis_state(made)["duplicates"] == 0


def test_a_changed_grade_goes_back_and_is_changed_for_the_next_export(quiz: Gradebook) -> None:
    made = quiz.made
    quiz.export()
    before, mine = values(quiz), one_of(quiz)
    quiz.grade(email_of(mine), 1)
    quiz.export()
    assert values(quiz) != before
    details = undo_last(made)
    assert codes(details) == ["UNDO_PUT_BACK"]
    assert values(quiz) == before
    again = quiz.preview()
    assert (again.counts["changed"], again.counts["drifted"]) == (1, 0)


def test_a_result_of_another_tool_goes_back_exactly_as_it_was(linked: Installation) -> None:
    book, sis = Gradebook(linked, "Cell division essay"), source(linked)
    item_id = add_item(book, dict.fromkeys(sorted(matched(book))[:2], Decimal("3.5")))
    for record in planted(sis, item_id).values():
        record.comment, record.metadata = "Spoken to the parents", {"hue": "blue"}
        record.score_status = "partially graded"
        super(SisSource, sis).put(record)
    before = planted(sis, item_id)
    book.export(overwrite=True)
    after = planted(sis, item_id)
    assert {one.score for one in after.values()} != {one.score for one in before.values()} == {Decimal("3.5")}
    details = undo_last(linked)
    assert codes(details).count("UNDO_PUT_BACK") == 2
    assert planted(sis, item_id) == before
    assert sis.record("lineItem", item_id) is not None
    assert notices(details) == []


def planted(sis: SisSource, item_id: str) -> dict[str, Result]:
    """The results of a line item that hold a grade, but for when they were last touched."""
    found = {}
    for record in sis.records("result"):
        if isinstance(record, Result) and record.line_item.sourced_id == item_id:
            found[record.student.sourced_id] = replace(record, date_last_modified=None)
    return found


def test_a_grade_that_somebody_changed_in_the_sis_since_is_left_with_both_values(quiz: Gradebook) -> None:
    made = quiz.made
    sent = quiz.export().sent
    mine = one_of(quiz)
    with made.stage.sis.control() as control:
        control.change_score(mine.result_id, Decimal(2))
    details = undo_last(made)
    assert (details.undone, details.stayed) == (sent - 1, 1)
    assert codes(details).count("UNDO_CHANGED_IN_SIS") == 1
    assert values(quiz) == {mine.student_id: Decimal(2)}
    stays = next(line for one in details.assignments for line in one.lines if line.step == "skipped")
    assert stays.said is not None
    assert stays.said.params["sis"] == "2"
    assert notices(details) == []


def test_withdrawn_grades_come_back_under_their_ids(quiz: Gradebook) -> None:
    made = quiz.made
    quiz.export()
    mine, before = one_of(quiz), values(quiz)
    with made.stage.classroom.control() as control:
        control.do("grade", course_id=made.course_id, work_id=quiz.id, user=email_of(mine), points=None)
    quiz.export(withdraw=True)
    assert mine.student_id not in values(quiz)
    details = undo_last(made)
    assert codes(details) == ["UNDO_PUT_BACK"]
    assert values(quiz) == before
    assert one_of(quiz).result_id == mine.result_id
    assert quiz.preview().withdrawals == 1


def test_a_later_export_stands_in_the_way_until_it_is_undone(quiz: Gradebook) -> None:
    made = quiz.made
    sent = quiz.export().sent
    first, mine = last_export(made), one_of(quiz)
    quiz.grade(email_of(mine), 1)
    quiz.export()
    preview = previewed(made, previewing(made, first))
    assert (preview.to_put_back, preview.stays) == (sent - 1, 1)
    assert codes(preview) == ["UNDO_LATER_EXPORT"]
    assert codes(undo_last(made)) == ["UNDO_PUT_BACK"]
    assert undo_last(made, first).undone == sent
    assert quiz.held() == []


def test_an_export_is_undone_once_and_an_undo_never(quiz: Gradebook) -> None:
    made = quiz.made
    quiz.export()
    export_id, waiting = last_export(made), previewing(made)
    done = undo_last(made)
    for run_id, code in ((export_id, "UNDO_TWICE"), (done.run.id, "UNDO_FINAL")):
        with pytest.raises(RefusedError) as refused:
            undo.preview(made.ctx, made.teacher, run_id)
        assert refused.value.said.code == code
    with pytest.raises(RefusedError) as refused:
        undo.undo(made.ctx, made.teacher, waiting)
    assert refused.value.said.code == "UNDO_TWICE"
    shown = grades.details(made.ctx, made.teacher, export_id)
    assert shown.undo is not None
    assert (shown.undo.id, shown.may_undo) == (done.run.id, False)


def test_without_its_records_an_export_is_not_undone(quiz: Gradebook) -> None:
    made = quiz.made
    quiz.export()
    export_id = last_export(made)
    with made.ctx.district(made.teacher).write() as rows:
        stored_runs.save_plan(rows, export_id, None)
    with pytest.raises(RefusedError) as refused:
        undo.preview(made.ctx, made.teacher, export_id)
    assert refused.value.said.code == "UNDO_NO_RECORDS"
    assert not grades.details(made.ctx, made.teacher, export_id).may_undo


def test_undoing_switches_the_nightly_export_off_and_says_so_before(quiz: Gradebook) -> None:
    made = quiz.made
    quiz.export()
    row = {"side": "sandbox", "course_id": made.course_id, "nightly_export": True, "nightly_import": False}
    with made.ctx.district(made.teacher).write() as rows:
        rows.insert(class_setting, {**row, "changed_by": made.teacher.account_id, "changed_at": made.ctx.now()})
    assert previewed(made, previewing(made)).nightly
    undo_last(made)
    with made.ctx.district(made.teacher).read() as rows:
        setting = class_settings.get(rows, "sandbox", made.course_id)
    assert setting is not None
    assert not setting.nightly_export
    events = audit.events(made.ctx, made.admin).items
    [event] = [one for one in events if one.action == "class.schedule"]
    assert (event.subject, event.params) == (made.course_id, {"drift": "district", "nightly": []})


def test_a_sis_that_deletes_nothing_keeps_leftovers_and_they_are_reported(install: Install) -> None:
    made = install("generic@1.2")
    made.up_to("link")
    book = Gradebook(made, WORK)
    sent = book.export().sent
    made.stage.sis.board.switch_on("keep-deleted-results")
    made.stage.sis.board.switch_on("keep-deleted-line-items")
    held = values(book)
    details = undo_last(made)
    assert set(codes(details)) == {"UNDO_LEFTOVER"}
    assert (details.undone, details.stayed) == (0, sent)
    assert values(book) == held
    assert book.preview().counts["unchanged"] == sent


def test_a_sis_that_deletes_no_line_items_keeps_the_empty_one_and_it_is_reported(install: Install) -> None:
    made = install("blackbaud@1.1")
    made.up_to("link")
    book = Gradebook(made, WORK)
    sent = book.export().sent
    details = undo_last(made)
    assert details.undone == sent
    assert notices(details) == ["LINE_ITEM_LEFT"]
    assert book.export().verified == sent
    assert sis_state(made)["duplicates"] == 0


def test_a_column_whose_grades_the_sis_does_not_show_is_not_deleted(quiz: Gradebook) -> None:
    made = quiz.made
    quiz.export()
    preview_id, mine = previewing(made), one_of(quiz)
    super(SisSource, source(made)).delete("class", quiz.section)
    held = len(source(made).grades(quiz.section))
    run_id = undo.undo(made.ctx, made.teacher, preview_id)
    made.wait(run_id)
    details = undo.details(made.ctx, made.teacher, run_id)
    assert source(made).record("lineItem", mine.line_item_id) is not None
    assert (len(source(made).grades(quiz.section)), details.undone) == (held, 0)


def test_a_touched_line_item_stays(quiz: Gradebook) -> None:
    made = quiz.made
    quiz.export()
    item = source(made).record("lineItem", one_of(quiz).line_item_id)
    assert isinstance(item, LineItem)
    item.title += ", second try"
    super(SisSource, source(made)).put(item)
    details = undo_last(made)
    assert notices(details) == ["LINE_ITEM_LEFT"]
    assert source(made).record("lineItem", item.sourced_id) is not None


@pytest.mark.exhaustive
def test_what_a_sis_keeps_as_deleted_is_no_hindrance_for_the_next_export(install: Install) -> None:
    made = install("generic@1.2")
    source(made)._deletes_mark = True
    made.up_to("link")
    book = Gradebook(made, WORK)
    sent = book.export().sent
    first = one_of(book).line_item_id
    undo_last(made)
    gone = source(made).record("lineItem", first)
    assert gone is not None
    assert not gone.active
    assert book.preview().counts["new"] == sent
    assert book.export().verified == sent


def test_an_outage_in_the_middle_is_waited_for_and_nothing_is_put_twice(quiz: Gradebook) -> None:
    made = quiz.made
    sent = quiz.export().sent
    run_id = previewing(made)
    writes = sis_state(made)["writes"]["delete_result"]
    with made.stage.sis.control() as control:
        control.switch_on("outage", count=3)
    done = undo.undo(made.ctx, made.teacher, run_id)
    made.wait(done)
    details = undo.details(made.ctx, made.teacher, done)
    assert (details.undone, details.failed) == (sent, 0)
    assert sis_state(made)["writes"]["delete_result"] == writes + sent


def test_a_line_item_and_its_grades_come_back_when_the_assignment_was_deleted_by_mistake(
    linked: Installation,
) -> None:
    book = Gradebook(linked, WORK)
    linked.export()
    before, item_id = values(book), one_of(book).line_item_id
    with linked.stage.classroom.control() as control:
        control.do("delete_work", course_id=linked.course_id, work_id=book.id)
    details = book.export(withdraw=True)
    assert [one.code for item in details.assignments for one in item.notices] == ["LINE_ITEM_REMOVED"]
    assert source(linked).record("lineItem", item_id) is None
    assert set(codes(undo_last(linked))) == {"UNDO_PUT_BACK"}
    assert values(book) == before
    assert one_of(book).line_item_id == item_id


def test_a_cancelled_undo_accounts_for_every_grade_and_another_finishes_it(quiz: Gradebook) -> None:
    made = quiz.made
    sent = quiz.export().sent
    run_id = previewing(made)
    made.stage.sis.board.switch_on("outage")
    done = undo.undo(made.ctx, made.teacher, run_id)
    assert runs.cancel(made.ctx, made.teacher, done).state == "cancelled"
    made.stage.sis.board.switch_off()
    details = undo.details(made.ctx, made.teacher, done)
    assert set(codes(details)) <= {"UNDO_CANCELLED"}
    assert undo_last(made).undone == sent


@pytest.mark.exhaustive
def test_both_sections_of_a_class_are_undone(linked: Installation) -> None:
    book, _, _ = two_sections(linked)
    sent = book.export().sent
    details = undo_last(linked)
    assert {one.class_id for one in details.assignments} == set(linked.stage.made_up.demo_sections)
    assert details.undone == sent
    assert book.held() == []
