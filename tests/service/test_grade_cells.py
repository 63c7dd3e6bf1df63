"""What a cell of the grades page says, and the same on paper in the order of the SIS's roster."""

from decimal import Decimal

from classbridge.bridge.names import in_order
from classbridge.service import classes, grades, printing, students
from classbridge.service.views import GradeCell
from classbridge.store import rosters
from classbridge.store.tables import gc_submission
from tests.service.conftest import Gradebook


def refreshed(book: Gradebook) -> dict[str, GradeCell]:
    """The cells when both sides have been read again."""
    made = book.made
    made.wait(classes.refresh(made.ctx, made.teacher, made.course_id))
    return cells_of(book)


def cells_of(book: Gradebook) -> dict[str, GradeCell]:
    """The cells of this work by user id."""
    made = book.made
    page = grades.page(made.ctx, made.teacher, made.course_id)
    column = [head.course_work_id for head in page.assignments].index(book.id)
    return {row.user_id: row.cells[column] for row in page.students}


def placed(book: Gradebook, count: int) -> list[str]:
    """Students whose grade is sent, by Classroom id."""
    lines = [line for item in book.preview().assignments for line in item.lines if line.decision == "new"]
    return [line.user_id for line in lines[:count]]


def test_late_zero_above_the_maximum_missing_and_not_returned_are_told_apart(essay: Gradebook) -> None:
    book, made = essay, essay.made
    late, zero, above, missing, draft = placed(book, 5)
    most = float(book.work.resource["maxPoints"])
    with made.stage.classroom.control() as control:
        place = {"course_id": made.course_id, "work_id": book.id}
        control.do("submit", **place, user=late, state="TURNED_IN", late=True)
        control.do("grade", **place, user=late, points=7)
        control.do("grade", **place, user=zero, points=0)
        control.do("grade", **place, user=above, points=most + 5)
        control.do("grade", **place, user=missing, points=None)
        control.do("submit", **place, user=missing, state="RECLAIMED_BY_STUDENT", late=True)
        control.do("grade", **place, user=draft, points=None)
    refreshed(book)
    # Classroom tells a draft to the class's own teachers alone: here it stands as one of them would have read it.
    with made.ctx.district(made.teacher).write() as rows:
        mine = (gc_submission.c.course_work_id == book.id, gc_submission.c.user_id == draft)
        rows.update(gc_submission, {"has_draft_grade": True}, *mine)
    cells = cells_of(book)
    assert (cells[late].state, cells[late].late, cells[late].classroom) == ("returned", True, Decimal(7))
    assert (cells[zero].state, cells[zero].classroom, cells[zero].above) == ("returned", Decimal(0), False)
    assert (cells[above].state, cells[above].above) == ("returned", True)
    assert (cells[missing].state, cells[missing].late, cells[missing].classroom) == ("missing", False, None)
    assert (cells[draft].state, cells[draft].classroom) == ("graded", None)


def test_what_is_excused_in_the_sis_is_shown_as_that(essay: Gradebook) -> None:
    book, made = essay, essay.made
    [user_id] = placed(book, 1)
    students.mark_excused(made.ctx, made.teacher, made.course_id, user_id, book.id, on=True)
    book.export()
    cell = refreshed(book)[user_id]
    assert (cell.state, cell.sis_excused, cell.differs) == ("excused", True, False)
    students.mark_excused(made.ctx, made.teacher, made.course_id, user_id, book.id, on=False)
    cell = refreshed(book)[user_id]
    assert (cell.state, cell.sis_excused, cell.differs) == ("returned", True, True)


def test_the_heads_count_what_the_cells_show(essay: Gradebook) -> None:
    made = essay.made
    before = grades.page(made.ctx, made.teacher, made.course_id)
    assert before.to_export == sum(head.to_export for head in before.assignments)
    essay.export()
    page = grades.page(made.ctx, made.teacher, made.course_id)
    column = [head.course_work_id for head in page.assignments].index(essay.id)
    head, cells = page.assignments[column], [row.cells[column] for row in page.students]
    assert (head.to_export, head.differing) == (0, sum(cell.differs for cell in cells))
    assert head.returned == sum(cell.classroom is not None for cell in cells)
    assert head.last_export_at
    assert head.period


def test_on_paper_students_stand_in_the_sis_s_order_with_both_grades(essay: Gradebook) -> None:
    made = essay.made
    essay.export()
    page = printing.page(made.ctx, made.teacher, made.course_id, [essay.id])
    assert [one.course_work_id for one in page.chosen] == [essay.id]
    assert len(page.works) > 1
    section = page.sections[0]
    with made.ctx.district(made.teacher).read() as rows:
        people = rosters.students(rows, essay.connection_id, essay.section)
    ordered = sorted(people, key=lambda one: in_order(one.family_name, one.given_name))
    assert [row.name for row in section.rows] == [f"{one.family_name}, {one.given_name}" for one in ordered]
    cells = [row.cells[0] for row in section.rows]
    sent = [cell for cell in cells if cell and cell.verified_at]
    assert sent
    assert all(cell.sis == cell.classroom for cell in sent)
    assert page.classroom_as_of
    assert page.sis_as_of
    everything = printing.page(made.ctx, made.teacher, made.course_id)
    assert len(everything.chosen) == len(everything.works)
