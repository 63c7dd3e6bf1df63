"""Making a Classroom class for sections of the SIS, and linking it."""

from classbridge.classroom.models import Course
from classbridge.classroom.port import ClassroomError
from classbridge.jobs import gate
from classbridge.jobs.access import ClassroomAccess
from classbridge.jobs.keeping import keep_people
from classbridge.jobs.reading import CourseReading, read_course
from classbridge.jobs.runtime import now
from classbridge.jobs.work import RunEndedError, Work, finish, run_step
from classbridge.jobs.workflow import workflow
from classbridge.store import accounts, links
from classbridge.store.links import Link


@workflow("create-course")
def create_course(district_id: str, run_id: str) -> str:
    """Make the class; its id, or "" when it could not be made."""
    try:
        return make(district_id, run_id)
    except RunEndedError:
        return ""


@run_step("create.course")
def make(work: Work) -> str:
    """Create, keep and link. The alias is the run's: repeated after a crash, the class that is there is found."""
    gate.check(work)
    account = accounts.get(work.runtime.database, work.run.requested_by or "")
    access = work.classroom()
    alias = f"d:classbridge-{work.run.id}"
    wanted = Course(
        name=work.run.request["name"], owner_id=account.email if account else "", course_state="ACTIVE"
    )
    reading = work.call(_create, access, wanted, alias)
    course_id = reading.course.id
    with work.district.write() as rows:
        keep_people(rows, access.side, reading)
        for connection_id, class_id in work.run.request["classes"]:
            links.link(
                rows,
                Link(
                    side=access.side,
                    course_id=course_id,
                    connection_id=connection_id,
                    class_id=class_id,
                    linked_by=work.run.requested_by or "",
                    linked_at=now(),
                ),
            )
    finish(work, {"classes": 1})
    return course_id


async def _create(access: ClassroomAccess, wanted: Course, alias: str) -> CourseReading:
    try:
        made = await access.port.create_course(wanted, alias=alias)
    except ClassroomError as error:
        if error.reason != "ALREADY_EXISTS":
            raise
        made = await access.port.course(alias)
    return await read_course(access.port, made.id, work=False)
