"""What keeps a teacher from a section of the SIS or from a class in Classroom, from the snapshots."""

from collections.abc import Iterator, Sequence
from datetime import date

from msgspec import Struct

from classbridge.bridge.outcome import Code, Outcome
from classbridge.store import courses, links, rosters, teaching
from classbridge.store.courses import KeptCourse
from classbridge.store.rosters import ACTIVE, KeptClass
from classbridge.store.rows import Rows
from classbridge.store.teaching import Place
from classbridge.store.types import folded

Found = Iterator[tuple[str, Outcome]]
"""What is in the way: the name of the check and the outcome."""


class Sought(Struct, frozen=True, kw_only=True):
    """A person and the class that they should see, on both sides; without one: whatever they teach."""

    side: str | None
    connection_id: str | None
    email: str
    sections: tuple[KeptClass, ...]
    courses: tuple[KeptCourse, ...]
    delegated: frozenset[str]
    """The Classroom classes in which the person is a delegate."""

    @property
    def found(self) -> bool:
        """Whether either side knows the class."""
        return bool(self.sections or self.courses)

    @classmethod
    def find(
        cls,
        rows: Rows,
        side: str | None,
        connection_id: str | None,
        *,
        email: str,
        wanted: str,
        delegated: Sequence[str],
    ) -> "Sought":
        """Find the class on each side by what it is called, and the other side's through its link."""
        sections = teaching.sections_called(rows, connection_id, wanted) if connection_id and wanted else []
        ids = teaching.courses_called(rows, side, wanted) if side and wanted else []
        if side and connection_id and ids and not sections:
            linked = [one.class_id for one in links.of_courses(rows, side, ids)]
            sections = rosters.classes(rows, connection_id, linked)
        elif side and connection_id and sections and not ids:
            ids = [
                one.course_id
                for found in sections
                for one in links.of_class(rows, connection_id, found.sourced_id)
            ]
        known = [courses.get(rows, side, one) for one in dict.fromkeys(ids)] if side else []
        return cls(
            side=side,
            connection_id=connection_id,
            email=email,
            sections=tuple(sections),
            courses=tuple(course for course in known if course),
            delegated=frozenset(delegated),
        )


def section_checks(rows: Rows, sought: Sought, today: date) -> Found:
    """What keeps the person from the sections that are sought, or from every section; and dates that are over."""
    if sought.connection_id is None:
        return
    people = [one.sourced_id for one in teaching.users(rows, sought.connection_id, sought.email) if one.active]
    places = teaching.places(rows, sought.connection_id, people)
    known = {one.sourced_id: one for one in rosters.classes(rows, sought.connection_id, _ids(places))}
    wanted = sought.sections or tuple(known.values())
    reasons = [(section, _reason(section, places)) for section in wanted]
    taught = [section for section, reason in reasons if reason is None]
    if not taught and not reasons:
        yield "section", Outcome.of(Code.NO_SECTION_IN_SIS)
    elif not taught or sought.sections:
        yield from (("section", reason) for _, reason in reasons if reason is not None)
    dated = [_outside(rows, sought.connection_id, section, places, today) for section in taught]
    if all(dated):
        yield from (("term", outcome) for outcome in dated if outcome is not None)


def _ids(places: Sequence[Place]) -> list[str]:
    return list(dict.fromkeys(place.class_id for place in places))


def _reason(section: KeptClass, places: Sequence[Place]) -> Outcome | None:
    """Why the person does not see a section; None: they do."""
    mine = [place for place in places if place.class_id == section.sourced_id]
    if section.status != ACTIVE:
        return Outcome.of(Code.SECTION_CLOSED, section=section.title)
    if any(place.teaches for place in mine):
        return None
    if any(place.role == "teacher" for place in mine):
        return Outcome.of(Code.PLACE_ENDED_IN_SIS, section=section.title)
    if mine:
        return Outcome.of(Code.OTHER_ROLE_IN_SECTION, section=section.title, role=mine[0].role)
    return Outcome.of(Code.NOT_TEACHER_OF_SECTION, section=section.title)


def _outside(
    rows: Rows, connection_id: str, section: KeptClass, places: Sequence[Place], today: date
) -> Outcome | None:
    """Whether today lies outside the section's terms, or outside the teacher's own time in it."""
    known = rosters.sessions(rows, connection_id, section.term_ids)
    terms = [one for one in known if one.sourced_id in section.term_ids]
    if terms:
        first, last = min(one.start_date for one in terms), max(one.end_date for one in terms)
        if not first <= today <= last:
            return Outcome.of(Code.OUTSIDE_TERM, section=section.title, first=first, last=last)
    times = [place for place in places if place.class_id == section.sourced_id and place.teaches]
    now = [one for one in times if (one.begin_date or today) <= today <= (one.end_date or today)]
    if times and not now:
        first_day, last_day = times[0].begin_date or "–", times[0].end_date or "–"
        return Outcome.of(Code.OUTSIDE_TERM, section=section.title, first=first_day, last=last_day)
    return None


def classroom_checks(rows: Rows, sought: Sought) -> Found:
    """What keeps the person from the class in Classroom."""
    if sought.side is None:
        return
    if not sought.courses:
        if not courses.courses_of_teacher(rows, sought.side, sought.email):
            yield "class", Outcome.of(Code.CLASSES_NOT_READ)
        return
    for course in sought.courses:
        yield from (("class", outcome) for outcome in _course_reasons(rows, sought, course))


def _course_reasons(rows: Rows, sought: Sought, course: KeptCourse) -> Iterator[Outcome]:
    if course.course_state != "ACTIVE":
        yield Outcome.of(Code.CLASSROOM_CLASS_ARCHIVED)
    side = sought.side or ""
    teachers = courses.members(rows, side, course.id, "teachers")
    mine = [one.user_id for one in teachers if folded(one.email or "") == folded(sought.email)]
    if not mine and course.id not in sought.delegated:
        yield Outcome.of(Code.NOT_IN_CLASSROOM_CLASS, course=course.name)
    elif course.owner_id not in mine and not links.of_course(rows, side, course.id):
        yield Outcome.of(Code.CO_TEACHER_ONLY, course=course.name)
