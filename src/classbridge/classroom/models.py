"""Classroom's records in Classroom's own terms (Classroom API v1), as far as the bridge reads or writes them.

Field names are the API's in snake_case; each Struct reads and writes the API's JSON directly.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct, field

AwareDatetime = Annotated[datetime, Meta(tz=True)]


class Name(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A person's name."""

    given_name: str = ""
    family_name: str = ""
    full_name: str = ""


class UserProfile(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A person in Classroom; `email_address` needs the profile.emails scope."""

    id: str
    name: Name = field(default_factory=Name)
    email_address: str | None = None


class Course(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A Classroom class. `course_state` is ACTIVE, ARCHIVED, PROVISIONED, DECLINED or SUSPENDED."""

    id: str = ""
    name: str = ""
    section: str | None = None
    room: str | None = None
    subject: str | None = None
    owner_id: str = ""
    course_state: str = "ACTIVE"
    alternate_link: str | None = None
    creation_time: AwareDatetime | None = None
    update_time: AwareDatetime | None = None


class CourseAlias(Struct, frozen=True, kw_only=True):
    """A name for a course: `d:…` in the domain, `p:…` in the Cloud project; at most 256 characters."""

    alias: str


class Member(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A teacher or a student of a course."""

    course_id: str = ""
    user_id: str = ""
    profile: UserProfile | None = None


class Invitation(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """An invitation to a course; `role` is STUDENT, TEACHER or OWNER."""

    id: str = ""
    user_id: str
    course_id: str
    role: str


class Date(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A calendar date as Classroom writes it; for a due date: in UTC."""

    year: int = 0
    month: int = 0
    day: int = 0

    def plain(self) -> date:
        """The same as a `date`; ValueError for an incomplete one."""
        return date(self.year, self.month, self.day)


class TimeOfDay(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A time of day in UTC; absent members are zero."""

    hours: int = 0
    minutes: int = 0
    seconds: int = 0


class GradeCategory(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A grade category of a course. No method of the API writes it."""

    id: str
    name: str = ""
    weight: int | None = None


class IndividualStudentsOptions(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Whom individually assigned course work is for."""

    student_ids: list[str] = field(default_factory=list)


class CourseWork(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Course work. `max_points` absent or 0 is ungraded work; due date and time are UTC."""

    course_id: str = ""
    id: str = ""
    title: str = ""
    description: str | None = None
    state: str = "PUBLISHED"
    work_type: str = "ASSIGNMENT"
    max_points: Decimal | None = None
    due_date: Date | None = None
    due_time: TimeOfDay | None = None
    assignee_mode: str = "ALL_STUDENTS"
    individual_students_options: IndividualStudentsOptions | None = None
    grade_category: GradeCategory | None = None
    grading_period_id: str | None = None
    alternate_link: str | None = None
    creation_time: AwareDatetime | None = None
    update_time: AwareDatetime | None = None

    @property
    def graded(self) -> bool:
        """Whether the work has points, so that its grades can be exported."""
        return bool(self.max_points)


class StudentSubmission(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One student's submission. A draft grade is the teacher's own; only an assigned grade was returned."""

    course_id: str = ""
    course_work_id: str = ""
    id: str = ""
    user_id: str = ""
    state: str = "NEW"
    late: bool = False
    draft_grade: Decimal | None = None
    assigned_grade: Decimal | None = None
    alternate_link: str | None = None
    creation_time: AwareDatetime | None = None
    update_time: AwareDatetime | None = None


class GradingPeriod(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A grading period; both dates belong to it. Without an id it is a new one."""

    title: str
    start_date: Date
    end_date: Date
    id: str = ""


class GradingPeriodSettings(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """All grading periods of a course: a write replaces the whole list."""

    grading_periods: list[GradingPeriod] = field(default_factory=list)
    apply_to_existing_coursework: bool = False
