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

    async def user_profile(self, user_id: str) -> UserProfile: ...
    async def courses(self, *, teacher_id: str | None = None) -> list[Course]: ...
    async def course(self, course_id: str) -> Course: ...
    async def create_course(self, course: Course, *, alias: str | None = None) -> Course: ...
    async def members(self, course_id: str, role: str) -> list[Member]: ...
    async def add_member(self, course_id: str, role: str, user_id: str) -> Member: ...
    async def remove_member(self, course_id: str, role: str, user_id: str) -> None: ...
    async def invitations(self, course_id: str) -> list[Invitation]: ...
    async def invite(self, invitation: Invitation) -> Invitation: ...
    async def course_work(self, course_id: str) -> list[CourseWork]: ...
    async def course_work_item(self, course_id: str, course_work_id: str) -> CourseWork: ...
    async def submissions(
        self, course_id: str, course_work_id: str = "-", *, states: Sequence[str] = ()
    ) -> list[StudentSubmission]: ...
    async def grading_periods(self, course_id: str) -> GradingPeriodSettings: ...
    async def replace_grading_periods(
        self, course_id: str, settings: GradingPeriodSettings
    ) -> GradingPeriodSettings: ...
    async def aclose(self) -> None: ...
