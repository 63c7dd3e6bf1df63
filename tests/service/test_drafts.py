"""A grade that is set and not returned is counted, never sent; only a teacher of the class can see it."""

from tests.installation import Installation
from tests.service.conftest import Gradebook, lines


def drafted(book: Gradebook) -> str:
    """Set a grade for a student who has one, and keep it a draft; whose it is."""
    email = min(book.graded())
    for points, returned in ((None, True), (33, False)):
        with book.made.stage.classroom.control() as control:
            control.do(
                "grade",
                course_id=book.made.course_id,
                work_id=book.id,
                user=email,
                points=points,
                returned=returned,
            )
    return email


def test_a_draft_grade_is_counted_as_not_returned_and_not_sent(essay: Gradebook) -> None:
    already = essay.preview().not_returned
    email = drafted(essay)
    preview = essay.preview()
    assert preview.not_returned == already + 1
    assert "SKIPPED_NOT_RETURNED" in {line.said.code for line in lines(preview, "skipped") if line.said}
    essay.export()
    assert email not in {one.student_email for one in essay.held()}


def test_where_google_does_not_let_us_act_as_the_teacher_the_export_goes_on(linked: Installation) -> None:
    book = Gradebook(linked, "Cell division essay")
    drafted(book)
    del linked.stage.classroom.state.by_email[linked.stage.made_up.teacher_email]
    with linked.stage.classroom.control() as control:
        control.do("expire_tokens")
    assert book.preview().not_returned == 0
    assert book.export().verified == len(book.held()) > 0
