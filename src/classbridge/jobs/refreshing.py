"""Refreshing what pages show: a person's classes, or one class with its grades on both sides."""

from collections.abc import Sequence

from classbridge.classroom.models import Course, UserProfile
from classbridge.classroom.port import ClassroomError
from classbridge.jobs.access import ClassroomAccess
from classbridge.jobs.export_planning import make_plan
from classbridge.jobs.keeping import keep_course, keep_invitations, keep_people, keep_section
from classbridge.jobs.reading import CourseReading, read_course, read_people
from classbridge.jobs.runtime import now
from classbridge.jobs.work import RunEndedError, Work, finish, run_step
from classbridge.jobs.workflow import outlast, workflow
from classbridge.store import accounts, courses, delegates, links


@workflow("refresh")
def refresh(district_id: str, run_id: str) -> None:
    """Refresh one class, or the classes of the person who asked."""
    try:
        outlast(read_again, district_id, run_id)
    except RunEndedError:
        return


@run_step("refresh.read")
def read_again(work: Work) -> int:
    """Read and keep; how many classes."""
    course_ids = [work.run.course_id] if work.run.course_id else _courses_of(work)
    for done, course_id in enumerate(course_ids):
        _read_one(work, course_id)
        work.progress(done + 1, len(course_ids))
    finish(work, {"classes": len(course_ids)})
    return len(course_ids)


def _courses_of(work: Work) -> list[str]:
    """The classes of whoever asked: those that they teach, and those in which they are a delegate."""
    access = work.classroom()
    account = accounts.get(work.runtime.database, work.run.requested_by or "")
    if account is None:
        return []
    taught = _taught(work, access, account.email)
    with work.district.read() as rows:
        named = delegates.course_ids(rows, access.side, account.id, now())
    return list(dict.fromkeys([*taught, *named]))


def _taught(work: Work, access: ClassroomAccess, email: str) -> list[str]:
    """Keep the list of the classes that a person teaches, the archived too; answers those that are active.

    A person whom Classroom does not know has none.
    """
    try:
        person: UserProfile = work.call(access.port.user_profile, email)
    except ClassroomError as error:
        if error.status not in (403, 404):
            raise
        return []

    async def taught() -> list[Course]:
        return await access.port.courses(teacher_id=person.id)

    found = work.call(taught)
    with work.district.write() as rows:
        courses.replace_courses_of(rows, access.side, person, found, now())
    return [course.id for course in found if course.course_state == "ACTIVE"]


def _read_one(work: Work, course_id: str) -> None:
    """A linked class is read with its grades and the SIS's; another with its people only."""
    access = work.classroom()
    with work.district.read() as rows:
        linked = links.of_course(rows, access.side, course_id)
    if linked and work.run.course_id:
        _read_linked(work, access, course_id, [link.class_id for link in linked])
        return
    grades = bool(linked)

    async def read() -> CourseReading:
        return await read_course(access.port, course_id, work=grades, seen_by=access.seen_by)

    reading = work.call(read)
    if grades:
        keep_course(work, access.side, reading)
    else:
        with work.district.write() as rows:
            keep_people(rows, access.side, reading)


def _read_linked(work: Work, access: ClassroomAccess, course_id: str, class_ids: Sequence[str]) -> None:
    """Read the people of both sides, then the grades; the run fails where the people could not be kept."""
    invitations = work.call(access.port.invitations, course_id)
    with work.district.write() as rows:
        keep_invitations(rows, access.side, course_id, invitations)
    sections = [work.call(read_people, work.sis().client, class_id) for class_id in class_ids]
    unsound = [found for section in sections if (found := keep_section(work, section)) is not None]
    make_plan(work)
    if unsound:
        raise work.end(unsound[0])
