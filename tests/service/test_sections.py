"""One class, several sections of the SIS: each grade goes to the student's own section (product R1)."""

from classbridge.service import classes
from classbridge.store import rosters
from tests.installation import Installation
from tests.service.conftest import Gradebook, lines, sis_state


def two_sections(linked: Installation) -> tuple[Gradebook, dict[str, set[str]], list[str]]:
    """The linked class with its second section; each student's sections, and three who are in the second only."""
    first, second = linked.stage.made_up.demo_sections
    book = Gradebook(linked, "Cell division essay")
    classes.link(linked.ctx, linked.teacher, linked.course_id, [(book.connection_id, second)])
    with linked.ctx.district(linked.teacher).read() as rows:
        people = rosters.people(rows, book.connection_id, [first, second], "student")
    sections: dict[str, set[str]] = {}
    for person in people:
        if person.active and person.email:
            sections.setdefault(person.email.casefold(), set()).add(person.class_id)
    only_second = sorted(email for email, found in sections.items() if found == {second})[:3]
    accounts = linked.stage.classroom.state.by_email
    only_second = [email for email in only_second if email in accounts]
    assert only_second
    with linked.stage.classroom.control() as control:
        for email in only_second:
            control.do("add_member", course_id=linked.course_id, role="students", user=email)
            control.do("grade", course_id=linked.course_id, work_id=book.id, user=email, points=42)
    return book, sections, only_second


def test_each_grade_goes_to_the_student_s_own_section(linked: Installation) -> None:
    first, second = linked.stage.made_up.demo_sections
    book, sections, only_second = two_sections(linked)
    done = book.export()
    assert done.failed == 0
    with linked.stage.sis.control() as control:
        held = [grade for grade in control.grades() if grade.title.startswith(book.title[:12])]
    assert {grade.class_id for grade in held} == {first, second}
    for grade in held:
        assert grade.class_id in sections[(grade.student_email or "").casefold()]
    there = {(grade.student_email or "").casefold() for grade in held if grade.class_id == second}
    assert set(only_second) <= there
    assert done.verified == len(held)
    assert sis_state(linked)["writes"]["put_line_item"] == 2
    assert {line.said.code for line in lines(done, "held") if line.said} <= {"STUDENT_IN_SEVERAL_SECTIONS"}
