"""The port to Classroom: what the bridge asks of it, whichever Classroom it is.

Lists are whole: a method returns only after its last page, or raises. Nothing is concluded from half a list.
"""

from collections.abc import Sequence
from typing import Protocol

from classbridge.classroom.models import (
    Course,
    CourseWork,
    GradingPeriodSettings,
    Invitation,
    Member,
    StudentSubmission,
    UserProfile,
)


class ClassroomError(Exception):
    """Classroom refused or failed.

    `status` is the HTTP status (0: no answer), `reason` google.rpc's status name (PERMISSION_DENIED ...),
    `token` the `@Token` that starts Classroom's message, without the @ ("" where there is none).
    """

    def __init__(self, status: int, reason: str, message: str, token: str = "") -> None:
        super().__init__(f"{status} {reason}")
        self.status = status
        self.reason = reason
        self.message = message
        self.token = token

    @property
    def transient(self) -> bool:
        """Whether asking again later can help: no answer, quota, or a server's error."""
        return self.status in (0, 429) or self.status >= 500


class Classroom(Protocol):
    """Classroom, seen as one person (`subject` of the adapter) may see it.

    Every method raises `ClassroomError`. `role` is "teachers" or "students".
    """

    async def user_profile(self, user_id: str) -> UserProfile:
        """A person by id, e-mail or `me`."""

    async def courses(self, *, teacher_id: str | None = None) -> list[Course]:
        """The courses that `subject` (or `teacher_id`, by id or e-mail) teaches; an admin without one: all."""

    async def course(self, course_id: str) -> Course:
        """One course by id or alias."""

    async def create_course(self, course: Course, *, alias: str | None = None) -> Course:
        """Create a course; a taken alias is ALREADY_EXISTS, the guard against doubling."""

    async def members(self, course_id: str, role: str) -> list[Member]:
        """The teachers or students of a course, with their profiles."""

    async def add_member(self, course_id: str, role: str, user_id: str) -> Member:
        """Add a person directly; only domain admins may."""

    async def remove_member(self, course_id: str, role: str, user_id: str) -> None:
        """Remove a person."""

    async def invitations(self, course_id: str) -> list[Invitation]:
        """The invitations of a course that nobody has answered."""

    async def invite(self, invitation: Invitation) -> Invitation:
        """Invite a person to a course."""

    async def course_work(self, course_id: str) -> list[CourseWork]:
        """All course work of a course in every state but DELETED."""

    async def course_work_item(self, course_id: str, course_work_id: str) -> CourseWork:
        """One piece of course work, also a deleted one: the evidence that it was deleted."""

    async def submissions(
        self, course_id: str, course_work_id: str = "-", *, states: Sequence[str] = ()
    ) -> list[StudentSubmission]:
        """The submissions of one piece of course work, or of all (`-`)."""

    async def grading_periods(self, course_id: str) -> GradingPeriodSettings:
        """A course's grading periods."""

    async def replace_grading_periods(
        self, course_id: str, settings: GradingPeriodSettings
    ) -> GradingPeriodSettings:
        """Write the whole list of grading periods."""

    async def aclose(self) -> None:
        """Close what is open."""
