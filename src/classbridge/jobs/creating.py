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
from classbridge.store import accounts, audit, links
from classbridge.store.links import Link
from classbridge.store.rows import Rows


@workflow("create-course")
def create_course(district_id: str, run_id: str) -> str:
    """Make the class; its id, or "" when it could not be made."""
    try:
        return make(district_id, run_id)
    except RunEndedError:
        return ""


@run_step("create.course")
def make(work: Work) -> str:
    """Create, keep and link. The alias is that of the first try's run.

    Repeated after a crash, or asked for again, it finds the class that is there.
    """
    gate.check(work)
    account = accounts.get(work.runtime.database, work.run.requested_by or "")
    access = work.classroom()
    alias = f"d:classbridge-{work.run.request.get('first', work.run.id)}"
    wanted = Course(
        name=work.run.request["name"], owner_id=account.email if account else "", course_state="ACTIVE"
    )
    reading = work.call(_create, access, wanted, alias)
    course_id = reading.course.id
    with work.district.write() as rows:
        keep_people(rows, access.side, reading)
        _link(rows, work, access.side, course_id)
    finish(work, {"classes": 1})
    return course_id


def _link(rows: Rows, work: Work, side: str, course_id: str) -> None:
    """Link the class and note who made it, once: a step that is repeated finds it linked."""
    known = {(one.connection_id, one.class_id) for one in links.of_course(rows, side, course_id)}
    missing = [(one, other) for one, other in work.run.request["classes"] if (one, other) not in known]
    for connection_id, class_id in missing:
        made = Link(
            side=side,
            course_id=course_id,
            connection_id=connection_id,
            class_id=class_id,
            linked_by=work.run.requested_by or "",
            linked_at=now(),
        )
        links.link(rows, made)
    if missing:
        params = {"classes": [class_id for _, class_id in missing]}
        by = work.run.requested_by
        audit.append(
            rows,
            audit.Event(at=now(), account_id=by, action="class.create", subject=course_id, params=params),
        )


async def _create(access: ClassroomAccess, wanted: Course, alias: str) -> CourseReading:
    try:
        made = await access.port.create_course(wanted, alias=alias)
    except ClassroomError as error:
        if error.reason != "ALREADY_EXISTS":
            raise
        made = await access.port.course(alias)
    return await read_course(access.port, made.id, work=False)
