"""One student of a class: each grade in Classroom and in the SIS, and who is excused from what."""

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from msgspec import Struct

from classbridge.bridge.outcome import Code
from classbridge.bridge.policy import Action, Actor
from classbridge.service import courses as course_service
from classbridge.service import sections
from classbridge.service.context import Context, note, zone_of
from classbridge.service.errors import refuse
from classbridge.service.gradebook import StoredGrades, due_day
from classbridge.service.placing import Place, full_name
from classbridge.service.views import GradeCell
from classbridge.store import courses, excused, rosters
from classbridge.store.rows import Rows


class StudentGrade(Struct, frozen=True, kw_only=True):
    """A student's grade of one assignment; `excused`: marked here."""

    course_work_id: str
    title: str
    max_points: Decimal | None
    due_on: date | None
    cell: GradeCell
    excused: bool
    waits: bool
    """An export would send it."""
    link: str | None
    """The assignment in Classroom."""

    @property
    def problem(self) -> bool:
        """Whether somebody has to do something."""
        return self.cell.differs or self.waits


class StudentPage(Struct, frozen=True, kw_only=True):
    """A student's grades in a linked class, from the snapshots; `placed`: found in a section of the SIS.

    `sections` are the ids and titles of the linked sections where the student is in several, `section` the id of
    the one that the grades go to.
    """

    course_id: str
    class_name: str
    user_id: str
    name: str
    placed: bool
    sections: tuple[tuple[str, str], ...]
    section: str | None
    grades: tuple[StudentGrade, ...]
    may_excuse: bool
    may_choose: bool
    """Whether the reader may mark the student as excused, and choose the section."""


def page(ctx: Context, actor: Actor, course_id: str, user_id: str) -> StudentPage:
    """Every grade of one student on both sides."""
    with ctx.district(actor).read() as rows:
        course = course_service.allowed(rows, actor, course_id, Action.VIEW_GRADES)
        side = course_service.side(rows)
        stored = StoredGrades(rows, side, course_id)
        place = stored.places.get(user_id)
        return StudentPage(
            course_id=course_id,
            class_name=" ".join(filter(None, (course.name, course.section))),
            user_id=user_id,
            name=_name(rows, side, course_id, user_id),
            placed=place is not None,
            sections=_sections(rows, stored, place) if place and len(place.sections) > 1 else (),
            section=place.class_id if place else None,
            grades=grades_of(stored, user_id, zone_of(ctx, actor.district_id)),
            may_excuse=course_service.may_do(rows, actor, course_id, Action.MARK_EXCUSED),
            may_choose=course_service.may_do(rows, actor, course_id, Action.EXPORT),
        )


def grades_of(stored: StoredGrades, user_id: str, zone: ZoneInfo) -> tuple[StudentGrade, ...]:
    """A student's grade of each assignment of a class."""
    return tuple(
        StudentGrade(
            course_work_id=work.id,
            title=work.title,
            max_points=work.max_points,
            due_on=due_day(work, zone),
            cell=stored.cell(work, user_id),
            excused=(work.id, user_id) in stored.excused,
            waits=stored.waits(work, user_id),
            link=work.alternate_link,
        )
        for work in stored.works
    )


def _sections(rows: Rows, stored: StoredGrades, place: Place) -> tuple[tuple[str, str], ...]:
    found = rosters.classes(rows, stored.sections[0].connection_id, place.sections)
    return tuple((one.sourced_id, one.title) for one in found)


def choose_section(ctx: Context, actor: Actor, course_id: str, user_id: str, class_id: str) -> None:
    """Keep which of several sections a student's grades go to, from the next export on."""
    with ctx.district(actor).write() as rows:
        course_service.allowed(rows, actor, course_id, Action.EXPORT)
        side = course_service.side(rows)
        _name(rows, side, course_id, user_id)
        place = StoredGrades(rows, side, course_id).places.get(user_id)
        if place is None or class_id not in place.sections:
            raise refuse(Code.SECTION_NOT_FOUND)
        sections.keep(rows, actor, course_id, [(user_id, place.student_id, class_id)], ctx.now())


def mark_excused(ctx: Context, actor: Actor, course_id: str, user_id: str, work_id: str, *, on: bool) -> None:
    """Mark a student as excused from an assignment, or take the mark back; the next export sends it."""
    with ctx.district(actor).write() as rows:
        course_service.allowed(rows, actor, course_id, Action.MARK_EXCUSED)
        side = course_service.side(rows)
        _name(rows, side, course_id, user_id)
        if all(work.id != work_id for work in courses.course_work(rows, side, course_id)):
            raise refuse(Code.CLASS_NOT_FOUND)
        if on:
            excused.mark(rows, side, course_id, work_id, user_id, by=actor.account_id, at=ctx.now())
        else:
            excused.unmark(rows, side, course_id, work_id, user_id)
        note(
            rows,
            actor,
            "grade.excused" if on else "grade.not_excused",
            course_id,
            ctx.now(),
            user=user_id,
            work=work_id,
        )


def _name(rows: Rows, side: str, course_id: str, user_id: str) -> str:
    """The student's name; raises `RefusedError` where nobody of the class has this id."""
    members = courses.members(rows, side, course_id, "students")
    found = next((one for one in members if one.user_id == user_id), None)
    if found is None:
        raise refuse(Code.PERSON_NOT_FOUND)
    return full_name(found)
