"""What Classroom said, kept for the pages: a person's courses, and of each course its people, work and grades.

Each write replaces one part as a whole list read at `as_of`; `read_at` tells when a part was read.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time
from decimal import Decimal

from msgspec import Struct
from sqlalchemy import ColumnElement, Table, and_

from classbridge.classroom.models import Course, CourseWork, StudentSubmission, UserProfile
from classbridge.store import snapshots
from classbridge.store.rows import Rows, Values, columns, record, records
from classbridge.store.tables import gc_course, gc_course_work, gc_member, gc_submission
from classbridge.store.types import folded

COURSES = "courses"
MEMBERS = "members"
COURSE_WORK = "course_work"
SUBMISSIONS = "submissions"
JOINED = ("teachers", "students")
INVITED = {"teachers": "invited_teachers", "students": "invited_students"}
"""The role of those whose invitation is open, by the role that they are invited to."""


class KeptCourse(Struct, frozen=True, kw_only=True):
    """A Classroom course."""

    id: str
    name: str
    section: str | None
    owner_id: str
    course_state: str
    alternate_link: str | None
    as_of: datetime


class KeptMember(Struct, frozen=True, kw_only=True):
    """A person of a course. `role`: teachers, students, invited_teachers or invited_students."""

    course_id: str
    role: str
    user_id: str
    email: str | None
    given_name: str
    family_name: str
    as_of: datetime


class KeptCourseWork(Struct, frozen=True, kw_only=True):
    """Course work. `due_at` is midnight UTC of the due date where Classroom gave no time (`due_time_given`)."""

    course_id: str
    id: str
    title: str
    state: str
    max_points: Decimal | None
    due_at: datetime | None
    due_time_given: bool
    created_at: datetime | None
    grade_category: str | None
    assignee_mode: str
    alternate_link: str | None
    as_of: datetime


class KeptSubmission(Struct, frozen=True, kw_only=True):
    """A student's submission. Of a draft grade only its being there is kept."""

    course_id: str
    course_work_id: str
    id: str
    user_id: str
    state: str
    late: bool
    assigned_grade: Decimal | None
    has_draft_grade: bool
    alternate_link: str | None
    as_of: datetime


def save_course(rows: Rows, side: str, course: Course, as_of: datetime) -> None:
    """Keep a course itself."""
    rows.upsert(gc_course, _course_row(side, course, as_of))


def replace_courses_of(
    rows: Rows, side: str, teacher: UserProfile, courses: Iterable[Course], as_of: datetime
) -> None:
    """Keep the whole list of courses that a person teaches."""
    taught = list(courses)
    rows.upsert(gc_course, [_course_row(side, course, as_of) for course in taught])
    rows.upsert(gc_member, [_member_row(side, course.id, "teachers", teacher, as_of) for course in taught])
    rows.delete(
        gc_member,
        gc_member.c.side == side,
        gc_member.c.role == "teachers",
        gc_member.c.user_id == teacher.id,
        gc_member.c.as_of != as_of,
    )
    snapshots.mark(rows, side, COURSES, teacher.id, as_of)


def replace_members(
    rows: Rows, side: str, course_id: str, people: Iterable[tuple[str, UserProfile]], as_of: datetime
) -> None:
    """Keep the whole list of a course's people: pairs of role and profile. Invitations stay as they are."""
    _replace_roles(rows, side, course_id, JOINED, people, as_of)
    snapshots.mark(rows, side, MEMBERS, course_id, as_of)


def replace_invited(
    rows: Rows, side: str, course_id: str, people: Iterable[tuple[str, UserProfile]], as_of: datetime
) -> None:
    """Keep the whole list of a course's open invitations: pairs of role and profile."""
    _replace_roles(rows, side, course_id, tuple(INVITED.values()), people, as_of)


def replace_course_work(
    rows: Rows, side: str, course_id: str, course_work: Iterable[CourseWork], as_of: datetime
) -> None:
    """Keep the whole list of a course's course work."""
    made = [_course_work_row(side, course_id, work, as_of) for work in course_work]
    _replace(rows, gc_course_work, side, course_id, made, as_of)
    snapshots.mark(rows, side, COURSE_WORK, course_id, as_of)


def replace_submissions(
    rows: Rows, side: str, course_id: str, submissions: Iterable[StudentSubmission], as_of: datetime
) -> None:
    """Keep the whole list of a course's submissions."""
    made = [_submission_row(side, course_id, submission, as_of) for submission in submissions]
    _replace(rows, gc_submission, side, course_id, made, as_of)
    snapshots.mark(rows, side, SUBMISSIONS, course_id, as_of)


def get(rows: Rows, side: str, course_id: str) -> KeptCourse | None:
    """One course."""
    found = _courses(rows, side, gc_course.c.id == course_id)
    return found[0] if found else None


def list_all(rows: Rows, side: str) -> list[KeptCourse]:
    """Every course of a side, by name."""
    return _courses(rows, side)


def courses_of_teacher(rows: Rows, side: str, email: str) -> list[KeptCourse]:
    """The courses that a person teaches, by name."""
    taught = rows.select(gc_member, gc_member.c.course_id).where(
        gc_member.c.side == side, gc_member.c.role == "teachers", gc_member.c.email_folded == folded(email)
    )
    return _courses(rows, side, gc_course.c.id.in_(taught))


def members(rows: Rows, side: str, course_id: str, role: str | None = None) -> list[KeptMember]:
    """The people of a course, by role and name; those with an open invitation too."""
    return members_of(rows, side, [course_id], role)


def members_of(rows: Rows, side: str, course_ids: Sequence[str], role: str | None = None) -> list[KeptMember]:
    """The people of several courses, by role and name; those with an open invitation too."""
    wanted = rows.select(gc_member, *columns(gc_member, KeptMember)).where(
        gc_member.c.side == side, gc_member.c.course_id.in_(course_ids)
    )
    if role is not None:
        wanted = wanted.where(gc_member.c.role == role)
    named = wanted.order_by(gc_member.c.role, gc_member.c.family_name, gc_member.c.given_name, gc_member.c.user_id)
    return [record(KeptMember, row) for row in rows.all(named)]


def course_work(rows: Rows, side: str, course_id: str) -> list[KeptCourseWork]:
    """The course work of a course, oldest first."""
    table = gc_course_work
    wanted = rows.select(table, *columns(table, KeptCourseWork)).where(*_of(table, side, course_id))
    return [
        record(KeptCourseWork, row)
        for row in rows.all(wanted.order_by(table.c.created_at.nulls_first(), table.c.id))
    ]


def submissions(rows: Rows, side: str, course_id: str, course_work_id: str | None = None) -> list[KeptSubmission]:
    """The submissions of a course, or of one piece of its course work."""
    table = gc_submission
    wanted = rows.select(table, *columns(table, KeptSubmission)).where(*_of(table, side, course_id))
    if course_work_id is not None:
        wanted = wanted.where(table.c.course_work_id == course_work_id)
    return records(KeptSubmission, rows.all(wanted.order_by(table.c.course_work_id, table.c.user_id)))


def returned(rows: Rows, side: str, course_id: str) -> dict[tuple[str, str], Decimal]:
    """The returned grades of a course, by course work and user."""
    table = gc_submission
    wanted = rows.select(table, table.c.course_work_id, table.c.user_id, table.c.assigned_grade)
    found = rows.all(wanted.where(*_of(table, side, course_id), table.c.assigned_grade.is_not(None)))
    return {(row[0], row[1]): row[2] for row in found}


def _courses(rows: Rows, side: str, *where: ColumnElement[bool]) -> list[KeptCourse]:
    wanted = rows.select(gc_course, *columns(gc_course, KeptCourse)).where(gc_course.c.side == side, *where)
    return [record(KeptCourse, row) for row in rows.all(wanted.order_by(gc_course.c.name, gc_course.c.id))]


def _of(table: Table, side: str, course_id: str) -> tuple[ColumnElement[bool], ...]:
    return (table.c.side == side, table.c.course_id == course_id)


def _replace(
    rows: Rows, table: Table, side: str, course_id: str, made: list[dict[str, object]], as_of: datetime
) -> None:
    rows.upsert(table, made)
    rows.delete(table, and_(*_of(table, side, course_id)), table.c.as_of != as_of)


def _replace_roles(
    rows: Rows,
    side: str,
    course_id: str,
    roles: Sequence[str],
    people: Iterable[tuple[str, UserProfile]],
    as_of: datetime,
) -> None:
    table = gc_member
    rows.upsert(table, [_member_row(side, course_id, role, person, as_of) for role, person in people])
    rows.delete(table, and_(*_of(table, side, course_id)), table.c.role.in_(roles), table.c.as_of != as_of)


def _course_row(side: str, course: Course, as_of: datetime) -> Values:
    return {
        "side": side,
        "id": course.id,
        "name": course.name,
        "section": course.section,
        "owner_id": course.owner_id,
        "course_state": course.course_state,
        "alternate_link": course.alternate_link,
        "as_of": as_of,
    }


def _member_row(side: str, course_id: str, role: str, person: UserProfile, as_of: datetime) -> dict[str, object]:
    return {
        "side": side,
        "course_id": course_id,
        "role": role,
        "user_id": person.id,
        "email": person.email_address,
        "email_folded": folded(person.email_address) if person.email_address else None,
        "given_name": person.name.given_name,
        "family_name": person.name.family_name,
        "as_of": as_of,
    }


def _course_work_row(side: str, course_id: str, work: CourseWork, as_of: datetime) -> dict[str, object]:
    return {
        "side": side,
        "course_id": course_id,
        "id": work.id,
        "title": work.title,
        "state": work.state,
        "max_points": work.max_points,
        "due_at": _due_at(work),
        "due_time_given": work.due_time is not None,
        "created_at": work.creation_time,
        "grade_category": work.grade_category.name if work.grade_category else None,
        "assignee_mode": work.assignee_mode,
        "alternate_link": work.alternate_link,
        "as_of": as_of,
    }


def _due_at(work: CourseWork) -> datetime | None:
    if work.due_date is None:
        return None
    given = work.due_time
    at = time(given.hours, given.minutes, given.seconds) if given else time()
    return datetime.combine(work.due_date.plain(), at, UTC)


def _submission_row(
    side: str, course_id: str, submission: StudentSubmission, as_of: datetime
) -> dict[str, object]:
    return {
        "side": side,
        "course_id": course_id,
        "course_work_id": submission.course_work_id,
        "id": submission.id,
        "user_id": submission.user_id,
        "state": submission.state,
        "late": submission.late,
        "assigned_grade": submission.assigned_grade,
        "has_draft_grade": submission.draft_grade is not None,
        "alternate_link": submission.alternate_link,
        "as_of": as_of,
    }
