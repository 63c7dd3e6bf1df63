"""A grade that has no place to go says why, and who can give it one."""

from collections.abc import Iterator
from contextlib import contextmanager

from classbridge.bridge.outcome import Code, Owner
from classbridge.oneroster.models import Enrollment, Ref, User
from classbridge.oneroster.provider.selection import Is
from classbridge.service import linking
from tests.outcomes.scene import Scene, notices, told


def other_section(scene: Scene) -> str:
    return scene.made.stage.made_up.demo_sections[1]


@contextmanager
def both_linked(scene: Scene) -> Iterator[None]:
    """Meanwhile the class is linked to the teacher's second section as well."""
    made = scene.made
    both = [(scene.connection_id, one) for one in (scene.section, other_section(scene))]
    linking.link(made.ctx, made.teacher, made.course_id, both)
    try:
        yield
    finally:
        linking.link(made.ctx, made.teacher, made.course_id, [(scene.connection_id, scene.section)])


def only_in_the_other_section(scene: Scene) -> str:
    """The address of a student of the second section alone, who joined the class in Classroom all the same."""
    state = scene.made.stage.classroom.state
    places = scene.source.records("enrollment", (Is("class.sourcedId", other_section(scene)),))
    here = set(scene.emails) | {state.accounts[one].email for one in state.courses[scene.made.course_id].students}
    for one in places:
        user = scene.source.record("user", one.user.sourced_id) if isinstance(one, Enrollment) else None
        email = (user.email or "").casefold() if isinstance(user, User) and user.active else ""
        if isinstance(one, Enrollment) and one.role == "student" and email not in here and state.account(email):
            return email
    raise AssertionError("Everybody is in both sections.")


def test_who_is_unknown_doubtful_or_in_no_linked_section_is_told_apart(scene: Scene) -> None:
    guest = next(
        account.email
        for user_id in scene.made.stage.classroom.state.courses[scene.made.course_id].students
        if (account := scene.made.stage.classroom.state.accounts[user_id]).email.startswith("new.arrival")
    )
    elsewhere, doubtful, other = only_in_the_other_section(scene), *scene.emails[:2]
    scene.hand("add_member", role="students", user=elsewhere)
    book = scene.work("No place to go", {guest: 1, elsewhere: 2, doubtful: 3, other: 4})
    with scene.changed(scene.person(other), email=doubtful):
        shown = book.preview()
    scene.hand("remove_member", role="students", user=elsewhere)
    told(scene.line(shown, guest).said, Code.STUDENT_NOT_IN_SIS, Owner.ADMIN)
    told(scene.line(shown, elsewhere).said, Code.STUDENT_NOT_IN_SECTION, Owner.SIS_ADMIN)
    told(scene.line(shown, doubtful).said, Code.STUDENT_AMBIGUOUS_EMAIL, Owner.ADMIN)
    assert shown.to_send == 0


def test_a_student_in_two_linked_sections_waits_for_a_choice(scene: Scene) -> None:
    email = scene.emails[0]
    book = scene.work("In two sections", {email: 5})
    second = Ref(sourced_id=other_section(scene), type="class")
    place = scene.place(email)
    twin = f"{place.sourced_id}-twin"
    with both_linked(scene), scene.changed(place, sourced_id=twin, class_=second):
        shown = book.preview()
        scene.source.delete("enrollment", twin)
    said = told(scene.line(shown, email).said, Code.STUDENT_IN_SEVERAL_SECTIONS, Owner.TEACHER)
    assert (said.params, shown.to_send) == ({"count": "2"}, 0)


def test_a_student_who_moved_gets_the_grade_in_the_new_section_and_the_old_one_waits(scene: Scene) -> None:
    email = scene.emails[0]
    book = scene.work("Moved meanwhile", {email: 6})
    with both_linked(scene):
        assert book.export().verified == 1
        with scene.changed(scene.place(email), class_=Ref(sourced_id=other_section(scene), type="class")):
            done = book.export()
            shown = book.preview()
    user_id = scene.user(email)
    for details in (done, shown):
        said = [line.said for item in details.assignments for line in item.lines if line.user_id == user_id]
        [moved] = [one for one in said if one and one.code == Code.HELD_MOVED_STUDENT]
        told(moved, Code.HELD_MOVED_STUDENT, Owner.TEACHER)
    assert done.verified == 1
    with scene.made.stage.sis.control() as control:
        held = [one for one in control.grades() if one.title == "Moved meanwhile"]
    assert {one.class_id for one in held} == {scene.section, other_section(scene)}


def test_a_student_who_left_the_classroom_class_keeps_the_grade_and_it_is_said(scene: Scene) -> None:
    staying, leaving = scene.emails[:2]
    book = scene.work("One has left", {staying: 6, leaving: 7})
    assert book.export().verified == 2
    scene.hand("remove_member", role="students", user=leaving)
    done, shown = book.export(), book.preview()
    for details in (done, shown):
        said = told(
            notices(details, book)[Code.STUDENTS_NOT_IN_CLASSROOM], Code.STUDENTS_NOT_IN_CLASSROOM, Owner.TEACHER
        )
        assert said.params == {"count": "1"}
    assert {(one.student_email or "").casefold(): one.score for one in book.held()} == {staying: 6, leaving: 7}
    scene.hand("add_member", role="students", user=leaving)
