"""What a run reads on both sides before it plans: whole lists, or an error; nothing is concluded from half."""

import asyncio
from collections.abc import Callable, Iterable

from msgspec import Struct

from classbridge.bridge.gradebook import GradebookRules
from classbridge.bridge.unread import Unread
from classbridge.classroom.models import Course, CourseWork, Member, StudentSubmission
from classbridge.classroom.port import Classroom, ClassroomError
from classbridge.oneroster.client import Client
from classbridge.oneroster.errors import NotFound, Seen
from classbridge.oneroster.models import AcademicSession, Category, Class, LineItem, Result, User
from classbridge.oneroster.reader import Collection, path_of


class CourseReading(Struct, frozen=True, kw_only=True):
    """A Classroom class with its people and, where asked for, its work and submissions."""

    course: Course
    teachers: tuple[Member, ...]
    students: tuple[Member, ...]
    course_work: tuple[CourseWork, ...] = ()
    submissions: tuple[StudentSubmission, ...] = ()


class SectionPeople(Struct, frozen=True, kw_only=True):
    """A section of the SIS with its people. `set_aside` counts the records that could not be read."""

    class_: Class
    students: tuple[User, ...]
    teachers: tuple[User, ...]
    set_aside: int = 0


class SectionGradebook(Struct, frozen=True, kw_only=True):
    """A section's gradebook: what may be written to, and the line items that are there.

    `unread`: there are line items that could not be read.
    """

    class_: Class
    students: tuple[User, ...]
    categories: tuple[Category, ...]
    terms: tuple[AcademicSession, ...]
    line_items: tuple[LineItem, ...]
    unread: bool = False
    periods: tuple[AcademicSession, ...] = ()
    """The grading periods of its terms, where they were asked for."""


class Grades(Struct, frozen=True, kw_only=True):
    """The results of some line items of a section.

    `missing` are the line items whose results the SIS says that it does not have: most often they are gone.
    """

    results: tuple[Result, ...] = ()
    unread: Unread = Unread()
    missing: frozenset[str] = frozenset()

    def by_id(self) -> dict[str, Result]:
        """The results by their sourcedIds."""
        return {result.sourced_id: result for result in self.results}


async def read_course(
    classroom: Classroom, course_id: str, *, work: bool, seen_by: Callable[[str], Classroom] | None = None
) -> CourseReading:
    """Read a class; raises `ClassroomError`. `seen_by` opens Classroom as one of the class's teachers."""
    course, teachers, students = await asyncio.gather(
        classroom.course(course_id),
        classroom.members(course_id, "teachers"),
        classroom.members(course_id, "students"),
    )
    course_work = await classroom.course_work(course_id) if work else []
    submissions = await _submissions(classroom, course, teachers, seen_by) if work else []
    return CourseReading(
        course=course,
        teachers=tuple(teachers),
        students=tuple(students),
        course_work=tuple(course_work),
        submissions=tuple(submissions),
    )


async def _submissions(
    classroom: Classroom,
    course: Course,
    teachers: Iterable[Member],
    seen_by: Callable[[str], Classroom] | None,
) -> list[StudentSubmission]:
    """Read as the class's owner, who alone sees draft grades; where Google does not let us, without those."""
    found = (one.profile.email_address for one in teachers if one.profile and one.user_id == course.owner_id)
    email = next(found, None)
    if seen_by is not None and email:
        try:
            owner = await asyncio.to_thread(seen_by, email)
            return await owner.submissions(course.id)
        except ClassroomError as error:
            if error.transient:
                raise
    return await classroom.submissions(course.id)


async def read_people(client: Client, class_id: str) -> SectionPeople:
    """Read a section's people, the section first: one that is gone is known as that. `OneRosterError`."""
    class_ = await client.class_(class_id)
    students, teachers = await asyncio.gather(
        client.students_of_class(class_id), client.teachers_of_class(class_id)
    )
    return SectionPeople(
        class_=class_,
        students=tuple(students.records),
        teachers=tuple(teachers.records),
        set_aside=len(students.set_aside) + len(teachers.set_aside),
    )


async def find_section(client: Client, class_id: str) -> Class | None:
    """A section; None where the SIS has it no more: not found, or marked as deleted."""
    try:
        found = await client.class_(class_id)
    except NotFound:
        return None
    return found if found.active else None


async def read_gradebook(
    client: Client, class_: Class, rules: GradebookRules, periods: bool = False
) -> SectionGradebook:
    """Read a section's gradebook, its terms' grading periods too if asked; raises `OneRosterError`.

    `rules` are the SIS's: a route that it is known not to have costs no request.
    """
    class_id = class_.sourced_id
    students, categories, line_items, terms = await asyncio.gather(
        client.students_of_class(class_id),
        client.categories_of_class(class_id, own_route=rules.class_categories),
        client.line_items_of_class(class_id),
        read_terms(client, class_),
    )
    return SectionGradebook(
        class_=class_,
        students=tuple(students.records),
        categories=tuple(categories.records),
        terms=tuple(terms),
        line_items=tuple(line_items.records),
        unread=any(not one.seen.deleted for one in line_items.set_aside),
        periods=tuple(await read_periods(client, class_)) if periods else (),
    )


async def read_periods(client: Client, class_: Class) -> list[AcademicSession]:
    """Read the grading periods of a class's terms; a term that the SIS does not have has none."""
    found = await asyncio.gather(*(_periods(client, ref.sourced_id) for ref in class_.terms))
    return [period for periods in found for period in periods]


async def _periods(client: Client, term_id: str) -> list[AcademicSession]:
    try:
        return (await client.grading_periods_of_term(term_id)).records
    except NotFound:
        return []


async def read_terms(client: Client, class_: Class) -> list[AcademicSession]:
    """Read the terms of a class; one that the SIS names but does not have is left out."""
    found = await asyncio.gather(*(_term(client, ref.sourced_id) for ref in class_.terms))
    return [session for session in found if session is not None]


async def _term(client: Client, sourced_id: str) -> AcademicSession | None:
    try:
        return await client.get(path_of("academicSessions", sourced_id), AcademicSession)
    except NotFound:
        return None


async def read_grades(client: Client, class_id: str, line_item_ids: Iterable[str]) -> Grades:
    """Read the results of some line items of a section, and which of them cannot be read; `OneRosterError`."""
    ids = list(line_item_ids)
    found = dict(zip(ids, await asyncio.gather(*(_results(client, class_id, one) for one in ids)), strict=True))
    there = {item: read for item, read in found.items() if read is not None}
    unread = {
        (item, one.seen.refs.get("student"))
        for item, read in there.items()
        for one in read.set_aside
        if _holds_something(one.seen)
    }
    return Grades(
        results=tuple(result for read in there.values() for result in read.records),
        unread=Unread(frozenset(unread)),
        missing=frozenset(ids) - there.keys(),
    )


def _holds_something(seen: Seen) -> bool:
    """Some SIS keep a place ready for a grade, of which only the references are filled in."""
    empty = "lineItem" in seen.members and not seen.members & {"score", "textScore", "scoreStatus"}
    return not (seen.deleted or empty)


async def read_results(client: Client, class_id: str, line_item_ids: Iterable[str]) -> list[Result]:
    """Read back the results of some line items of a section: those that can be read."""
    return list((await read_grades(client, class_id, line_item_ids)).results)


async def _results(client: Client, class_id: str, line_item_id: str) -> Collection[Result] | None:
    try:
        return await client.results_of_line_item(class_id, line_item_id)
    except NotFound:
        return None
