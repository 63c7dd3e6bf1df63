"""One class, several sections of the SIS: each grade goes to the student's own section (product R1)."""

from collections import defaultdict
from collections.abc import Callable
from copy import copy

import pytest
from msgspec import Struct

from classbridge.cli.main_job import RunFailedError
from classbridge.oneroster.models import Class, Enrollment, Ref
from classbridge.oneroster.provider.selection import Is
from classbridge.sandbox.sis.state import SisSource
from classbridge.service import linking
from classbridge.service.views import ExportDetails
from classbridge.store import rosters
from tests.installation import Installation
from tests.kinds.section import Section
from tests.service.conftest import Gradebook, Install, lines, sis_state

THIRD = "sec-0001-003-1"


def two_sections(linked: Installation) -> tuple[Gradebook, dict[str, set[str]], list[str]]:
    """The linked class with its second section; each student's sections, and three who are in the second only."""
    first, second = linked.stage.made_up.demo_sections
    book = Gradebook(linked, "Cell division essay")
    both = [(book.connection_id, first), (book.connection_id, second)]
    linking.link(linked.ctx, linked.teacher, linked.course_id, both)
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


class Three(Struct, frozen=True, kw_only=True):
    """A class that is linked to three sections, with two students of the second and two of the third in it."""

    made: Installation
    book: Gradebook
    sections: tuple[str, str, str]
    second: list[str]
    third: list[str]

    @property
    def source(self) -> SisSource:
        return self.made.stage.sis.source

    def between(self, section: str, beside: str) -> Section:
        return Section(source=self.source, id=section, beside=beside)

    def grade(self, emails: list[str], points: float) -> None:
        for email in emails:
            self.book.grade(email, points)

    def held(self) -> dict[str, dict[str, float]]:
        """The essay's scores by section and address."""
        found: dict[str, dict[str, float]] = defaultdict(dict)
        for one in self.source.grades():
            if one.title.startswith(self.book.title[:12]) and one.score is not None:
                found[one.class_id][(one.student_email or "").casefold()] = float(one.score)
        return found

    def codes(self, done: ExportDetails, email: str) -> set[str]:
        """What the details say of a student."""
        user_id = self.made.stage.classroom.state.by_email[email].id
        found = [line for item in done.assignments for line in item.lines if line.user_id == user_id]
        return {line.said.code for line in found if line.said}


def third_section(made: Installation) -> None:
    """Give the demo teacher a third section, and two students of the second one a place there instead."""
    source, (first, second) = made.stage.sis.source, made.stage.made_up.demo_sections
    class_ = source.record("class", first)
    assert isinstance(class_, Class)
    class_.sourced_id, class_.title = THIRD, "Biology 9, period 3"
    source.put(class_)
    for one in source.records("enrollment", (Is("class.sourcedId", first),)):
        if isinstance(one, Enrollment) and one.role == "teacher":
            own = copy(one)
            own.sourced_id, own.class_ = f"{one.sourced_id}-third", Ref(sourced_id=THIRD, type="class")
            source.put(own)
    both = Section(source=source, id=second, beside=THIRD)
    known = {one.email for one in made.stage.classroom.state.accounts.values()}
    for email in [email for email in both.alone() if email in known][:2]:
        both.move(email)


@pytest.fixture
def three(install: Install) -> Three:
    made = install()
    third_section(made)
    made.up_to("link")
    first, second = made.stage.made_up.demo_sections
    book = Gradebook(made, "Cell division essay")
    links = [(book.connection_id, one) for one in (first, second, THIRD)]
    linking.link(made.ctx, made.teacher, made.course_id, links)
    beside = Section(source=made.stage.sis.source, id=second, beside=first)
    accounts = {one.email for one in made.stage.classroom.state.accounts.values()}
    found = Three(
        made=made,
        book=book,
        sections=(first, second, THIRD),
        second=[email for email in beside.alone() if email in accounts][:2],
        third=sorted(beside.students(THIRD)),
    )
    with made.stage.classroom.control() as control:
        for email in (*found.second, *found.third):
            control.do("add_member", course_id=made.course_id, role="students", user=email)
    found.grade([*found.second, *found.third], 42)
    return found


@pytest.mark.exhaustive
def test_of_three_sections_each_gets_its_own_students_and_those_between_them_are_named(three: Three) -> None:
    first, second, third = three.sections
    done = three.book.export()
    held = three.held()
    assert (set(held[second]), set(held[third])) == (set(three.second), set(three.third))
    assert not set(held[first]) & {*held[second], *held[third]}
    assert (done.failed, done.verified) == (0, sum(map(len, held.values())))
    assert sis_state(three.made)["writes"]["put_line_item"] == 3

    mover, leaver = three.third
    stays, doubled = three.second[0], min(held[first])
    three.between(third, second).move(mover)
    three.between(third, second).leave(leaver)
    place = copy(three.between(first, second).students(first)[doubled])
    place.sourced_id, place.class_ = f"{place.sourced_id}-second", Ref(sourced_id=second, type="class")
    three.source.put(place)
    three.grade([mover, leaver, stays, doubled], 43)
    done = three.book.export()
    assert three.codes(done, mover) == {"VERIFIED", "HELD_MOVED_STUDENT"}
    assert three.codes(done, leaver) == {"STUDENT_NOT_IN_SECTION"}
    assert three.codes(done, doubled) == {"STUDENT_IN_SEVERAL_SECTIONS"}
    assert three.codes(done, stays) == {"VERIFIED"}
    after = three.held()
    assert after[second] == {**held[second], stays: 43, mover: 43}
    assert (after[third], after[first]) == (held[third], held[first])
    assert done.verified == 2
    [moved] = [line for line in lines(done, "sent") if line.classroom == 43 and line.user_id == user(three, mover)]
    assert moved.sis == 43


def user(three: Three, email: str) -> str:
    return three.made.stage.classroom.state.by_email[email].id


def not_found(source: SisSource, section: str) -> None:
    source.delete("class", section)


def marked_as_deleted(source: SisSource, section: str) -> None:
    class_ = source.record("class", section)
    assert class_ is not None
    class_.status = "tobedeleted"
    source.put(class_)


@pytest.mark.parametrize("end", [not_found, marked_as_deleted])
def test_a_section_that_is_gone_is_named_and_does_not_stop_the_others(
    three: Three, end: Callable[[SisSource, str], None]
) -> None:
    first, second, third = three.sections
    three.book.export()
    before = three.held()
    end(three.source, third)
    three.grade([*three.second, *three.third], 43)
    preview = three.book.preview()
    assert [(note.code, note.params["section"]) for note in preview.notes] == [
        ("SECTION_GONE", "Biology 9, period 3")
    ]
    done = three.book.export(withdraw=True)
    assert three.held()[second] == dict.fromkeys(three.second, 43.0)
    assert (done.verified, done.failed) == (2, 0)
    for email in three.third:
        assert three.codes(done, email) == {"STUDENT_NOT_IN_SECTION"}
    assert three.held()[first] == before[first]
    [gone] = [item for item in done.assignments if item.notices]
    assert (gone.class_title, gone.notices[0].code) == ("Biology 9, period 3", "SECTION_GONE")

    end(three.source, first)
    end(three.source, second)
    with pytest.raises(RunFailedError, match="The SIS no longer has this section"):
        three.book.preview()
