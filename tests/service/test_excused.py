"""Who is excused is marked here, sent with the next export, shown, and taken back."""

import pytest

from classbridge.bridge.outcome import Code
from classbridge.service import audit, grades, students
from classbridge.service.errors import RefusedError
from tests.service.conftest import Gradebook


def cell_of(book: Gradebook, user_id: str) -> students.StudentGrade:
    page = students.page(book.made.ctx, book.made.teacher, book.made.course_id, user_id)
    return next(one for one in page.grades if one.course_work_id == book.id)


def student_of(book: Gradebook) -> tuple[str, str]:
    """A student whose grade is sent: their Classroom id and address."""
    line = next(line for item in book.preview().assignments for line in item.lines if line.decision == "new")
    return line.user_id, book.made.stage.classroom.state.accounts[line.user_id].email.casefold()


def test_a_mark_is_sent_as_exempt_and_taken_back_with_the_grade(essay: Gradebook) -> None:
    user_id, email = student_of(essay)
    book = essay
    mark = (book.made.ctx, book.made.teacher, book.made.course_id, user_id, book.id)
    students.mark_excused(*mark, on=True)
    students.mark_excused(*mark, on=True)
    event = audit.events(book.made.ctx, book.made.admin).items[0]
    assert (event.action, event.params) == ("grade.excused", {"user": user_id, "work": book.id})
    assert cell_of(book, user_id).cell.state == "excused"
    book.export()
    [held] = [one for one in book.held() if one.student_email == email]
    assert (held.score_status, held.score) == ("exempt", book.graded()[email])
    assert grades.page(book.made.ctx, book.made.teacher, book.made.course_id).students
    assert not cell_of(book, user_id).cell.differs
    assert book.preview().to_send == 0

    students.mark_excused(*mark, on=False)
    assert book.preview().to_send == 1
    book.export()
    [held] = [one for one in book.held() if one.student_email == email]
    assert (held.score_status, held.score) == ("fully graded", book.graded()[email])


def test_a_mark_without_a_grade_is_no_grade_taken_away(essay: Gradebook) -> None:
    user_id, email = student_of(essay)
    essay.export()
    with essay.made.stage.classroom.control() as control:
        control.do("grade", course_id=essay.made.course_id, work_id=essay.id, user=email, points=None)
    mark = (essay.made.ctx, essay.made.teacher, essay.made.course_id, user_id, essay.id)
    students.mark_excused(*mark, on=True)
    assert essay.preview().withdrawals == 0
    essay.export(withdraw=True)
    assert essay.preview().withdrawals == 0
    essay.export(withdraw=True)
    [held] = [one for one in essay.held() if one.student_email == email]
    assert (held.score_status, held.score) == ("exempt", None)


def test_a_student_or_an_assignment_of_another_class_cannot_be_marked(essay: Gradebook) -> None:
    user_id, _ = student_of(essay)
    place = (essay.made.ctx, essay.made.teacher, essay.made.course_id)
    with pytest.raises(RefusedError) as nobody:
        students.mark_excused(*place, "nobody", essay.id, on=True)
    assert nobody.value.said.code == Code.PERSON_NOT_FOUND
    with pytest.raises(RefusedError):
        students.mark_excused(*place, user_id, "no-such-work", on=True)
