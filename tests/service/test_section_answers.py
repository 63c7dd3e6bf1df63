"""What a person decides about sections: where a student of several goes, and what an earlier one still holds."""

from decimal import Decimal

import pytest

from classbridge.oneroster.models import Enrollment, Ref
from classbridge.oneroster.provider.selection import Is
from classbridge.service import audit, connections, grades, linking, students
from classbridge.service.errors import RefusedError
from classbridge.service.export_answers import ExportAnswers
from classbridge.service.views import SisGrade
from tests.installation import Installation
from tests.service.conftest import Gradebook, lines, matched


def in_both(linked: Installation) -> Gradebook:
    """The essay of a class that is linked to two sections."""
    book = Gradebook(linked, "Cell division essay")
    both = [(book.connection_id, one) for one in linked.stage.made_up.demo_sections[:2]]
    linking.link(linked.ctx, linked.teacher, linked.course_id, both)
    return book


def places(book: Gradebook, email: str) -> list[Enrollment]:
    """A student's places in the SIS's sections."""
    source = book.made.stage.sis.source
    people = [one for one in source.records("user") if (getattr(one, "email", "") or "").casefold() == email]
    found = source.records("enrollment", (Is("user.sourcedId", people[0].sourced_id),))
    return [one for one in found if isinstance(one, Enrollment) and one.active]


def put_in(book: Gradebook, email: str, section: str, *, move: bool) -> None:
    """Give a student of the first section a place in another one, in place of that or beside it."""
    (own,) = [one for one in places(book, email) if one.class_.sourced_id == book.section]
    own.class_ = Ref(sourced_id=section, type="class")
    if not move:
        own.sourced_id = f"{own.sourced_id}-too"
    book.made.stage.sis.source.put(own)


def only_in_first(book: Gradebook) -> list[str]:
    """Students with a grade who are in the first of the two sections only."""
    second = book.made.stage.made_up.demo_sections[1]
    return [
        email
        for email in sorted(matched(book))
        if not [one for one in places(book, email) if one.class_.sourced_id == second]
    ]


def held_in(book: Gradebook, email: str) -> set[str]:
    """The sections in which the SIS holds a grade of a student."""
    with book.made.stage.sis.control() as control:
        found = [one for one in control.grades() if one.title.startswith(book.title[:12])]
    return {one.class_id for one in found if (one.student_email or "").casefold() == email}


def test_a_student_in_several_sections_is_placed_by_a_person_for_good(linked: Installation) -> None:
    book, (first, second) = in_both(linked), linked.stage.made_up.demo_sections
    email = only_in_first(book)[0]
    put_in(book, email, second, move=False)
    shown = book.previewing()
    (asked,) = [
        one
        for one in book.previewed(shown).sections
        if linked.stage.classroom.state.accounts[one.user_id].email.casefold() == email
    ]
    assert {section for section, _ in asked.sections} == {first, second}
    with pytest.raises(RefusedError):
        grades.choose_sections(linked.ctx, linked.teacher, shown, [(asked.user_id, "elsewhere")])
    again = grades.choose_sections(linked.ctx, linked.teacher, shown, [(asked.user_id, second)])
    linked.wait(again)
    assert asked.user_id not in [one.user_id for one in book.previewed(again).sections]
    book.export()
    assert held_in(book, email) == {second}
    linked.wait(connections.sync(linked.ctx, linked.admin, book.connection_id), actor=linked.admin)
    found = students.page(linked.ctx, linked.teacher, linked.course_id, asked.user_id)
    assert (len(found.sections), found.section) == (2, second)
    assert next(one for one in found.grades if one.course_work_id == book.id).cell.verified_at
    students.choose_section(linked.ctx, linked.teacher, linked.course_id, asked.user_id, first)
    chosen = [
        one.params for one in audit.events(linked.ctx, linked.admin).items if one.action == "student.section"
    ]
    assert chosen == [{"user": asked.user_id, "section": one} for one in (first, second)]
    assert [one.name for one in book.preview().moved] == [asked.name]


def test_what_an_earlier_section_holds_of_who_moved_is_left_or_taken_back(linked: Installation) -> None:
    book, second = in_both(linked), linked.stage.made_up.demo_sections[1]
    book.export()
    leave, take = only_in_first(book)[:2]
    for email in (leave, take):
        put_in(book, email, second, move=True)
    by_email = {(one.student_email or "").casefold(): one.result_id for one in book.held()}

    def moved() -> dict[str, SisGrade]:
        return {one.result_id: one for one in book.preview().moved}

    assert set(moved()) == {by_email[leave], by_email[take]}
    done = book.export()
    assert [line.said.code for line in lines(done, "held") if line.said and "MOVED" in line.said.code] == (
        ["HELD_MOVED_STUDENT"] * 2
    )
    assert held_in(book, leave) == held_in(book, take) == {book.section, second}
    answers = ExportAnswers(leave=(by_email[leave],), take_back=(by_email[take],))
    done = book.export(answers=answers)
    assert [line.said.code for line in lines(done, "sent") if line.said] == ["WITHDRAWN"]
    assert (held_in(book, leave), held_in(book, take)) == ({book.section, second}, {second})
    (left,) = moved().values()
    assert (left.result_id, left.left) == (by_email[leave], True)
    assert "HELD_MOVED_STUDENT" not in {x.said.code for x in lines(book.preview(), "held") if x.said}
    with linked.stage.sis.control() as control:
        control.change_score(by_email[leave], Decimal(1))
    (changed,) = moved().values()
    assert changed.said is not None
    assert (changed.left, changed.said.code) == (False, "WITHDRAWAL_CHANGED_IN_SIS")
