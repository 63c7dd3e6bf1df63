"""Google Classroom behind the port, over the Classroom API v1."""

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any, Literal, cast

import httpx2
import msgspec

from classbridge.classroom.google.fields import list_mask, mask
from classbridge.classroom.google.rest import Limits, Rest, place
from classbridge.classroom.google.scopes import EVERYTHING
from classbridge.classroom.google.tokens import GoogleTokens, Guard, Tokens
from classbridge.classroom.models import (
    Course,
    CourseWork,
    GradingPeriodSettings,
    Invitation,
    Member,
    StudentSubmission,
    UserProfile,
)
from classbridge.classroom.port import ClassroomError

BASE_URL = "https://classroom.googleapis.com"


class GoogleClassroom:
    """The port on Google's API, seen as the person whom `tokens` act as. One event loop."""

    def __init__(
        self,
        base_url: str,
        tokens: Tokens,
        http: httpx2.AsyncClient | None = None,
        *,
        guard: Guard | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._rest = Rest(base_url, tokens, guard=guard, http=http, limits=limits)

    @classmethod
    def of_service_account(
        cls,
        info: Mapping[str, Any],
        subject: str,
        *,
        base_url: str = BASE_URL,
        scopes: Sequence[str] = EVERYTHING,
        guard: Guard | None = None,
        limits: Limits | None = None,
    ) -> "GoogleClassroom":
        """Open Classroom as `subject` by a service account with domain-wide delegation.

        `info` is the account's key file. Raises ValueError when it lacks something.
        """
        tokens = GoogleTokens.of_service_account(info, subject, scopes)
        return cls(base_url, tokens, guard=guard, limits=limits)

    @classmethod
    def of_refresh_token(
        cls,
        info: Mapping[str, str],
        *,
        base_url: str = BASE_URL,
        scopes: Sequence[str] = EVERYTHING,
        guard: Guard | None = None,
        limits: Limits | None = None,
    ) -> "GoogleClassroom":
        """Open Classroom as the person who gave a refresh token."""
        return cls(base_url, GoogleTokens.of_refresh_token(info, scopes), guard=guard, limits=limits)

    def acting_as(self, email: str) -> "GoogleClassroom":
        """Classroom as another person sees it, over the same connections; closing either closes both.

        Raises TypeError unless a service account opened it.
        """
        other = copy(self)
        other._rest = self._rest.acting_as(email)
        return other

    async def aclose(self) -> None:
        """Close what is open."""
        await self._rest.aclose()

    async def user_profile(self, user_id: str) -> UserProfile:
        """A person by id, e-mail or `me`."""
        return await self._rest.call(
            "GET", place("/v1/userProfiles/{}", user_id), UserProfile, query={"fields": mask(UserProfile)}
        )

    async def courses(self, *, teacher_id: str | None = None) -> list[Course]:
        """The courses that the subject (or `teacher_id`) teaches; an admin without one: all."""
        query = {"fields": list_mask("courses", Course)}
        if teacher_id is not None:
            query["teacherId"] = teacher_id
        return await self._rest.whole("/v1/courses", "courses", Course, query)

    async def course(self, course_id: str) -> Course:
        """One course by id or alias."""
        return await self._rest.call(
            "GET", place("/v1/courses/{}", course_id), Course, query={"fields": mask(Course)}
        )

    async def create_course(self, course: Course, *, alias: str | None = None) -> Course:
        """Create a course; a taken alias is ALREADY_EXISTS."""
        body = cast(dict[str, Any], msgspec.to_builtins(course))
        body["courseState"] = course.course_state
        if alias is not None:
            body["id"] = alias
        return await self._rest.call("POST", "/v1/courses", Course, query={"fields": mask(Course)}, body=body)

    async def members(self, course_id: str, role: str) -> list[Member]:
        """The teachers or students of a course, with their profiles."""
        path = place("/v1/courses/{}/{}", course_id, _role(role))
        return await self._rest.whole(path, role, Member, {"fields": list_mask(role, Member)})

    async def add_member(self, course_id: str, role: str, user_id: str) -> Member:
        """Add a person directly; only domain admins may."""
        path = place("/v1/courses/{}/{}", course_id, _role(role))
        query = {"fields": mask(Member)}
        return await self._rest.call("POST", path, Member, query=query, body={"userId": user_id})

    async def remove_member(self, course_id: str, role: str, user_id: str) -> None:
        """Remove a person."""
        path = place("/v1/courses/{}/{}/{}", course_id, _role(role), user_id)
        await self._rest.call("DELETE", path, type(None))

    async def invitations(self, course_id: str) -> list[Invitation]:
        """The invitations of a course that nobody has answered."""
        query = {"courseId": course_id, "fields": list_mask("invitations", Invitation)}
        return await self._rest.whole("/v1/invitations", "invitations", Invitation, query)

    async def invite(self, invitation: Invitation) -> Invitation:
        """Invite a person to a course."""
        query = {"fields": mask(Invitation)}
        return await self._rest.call("POST", "/v1/invitations", Invitation, query=query, body=invitation)

    async def course_work(self, course_id: str) -> list[CourseWork]:
        """All course work of a course in every state but DELETED."""
        path = place("/v1/courses/{}/courseWork", course_id)
        query: dict[str, str | Sequence[str]] = {
            "courseWorkStates": ("PUBLISHED", "DRAFT"),
            "fields": list_mask("courseWork", CourseWork),
        }
        return await self._rest.whole(path, "courseWork", CourseWork, query)

    async def course_work_item(self, course_id: str, course_work_id: str) -> CourseWork:
        """One piece of course work, also a deleted one."""
        path = place("/v1/courses/{}/courseWork/{}", course_id, course_work_id)
        return await self._rest.call("GET", path, CourseWork, query={"fields": mask(CourseWork)})

    async def submissions(
        self, course_id: str, course_work_id: str = "-", *, states: Sequence[str] = ()
    ) -> list[StudentSubmission]:
        """The submissions of one piece of course work, or of all (`-`)."""
        path = place("/v1/courses/{}/courseWork/{}/studentSubmissions", course_id, course_work_id)
        query: dict[str, str | Sequence[str]] = {"fields": list_mask("studentSubmissions", StudentSubmission)}
        if states:
            query["states"] = tuple(states)
        return await self._rest.whole(path, "studentSubmissions", StudentSubmission, query)

    async def grading_periods(self, course_id: str) -> GradingPeriodSettings:
        """A course's grading periods."""
        path = place("/v1/courses/{}/gradingPeriodSettings", course_id)
        query = {"fields": mask(GradingPeriodSettings)}
        return await self._rest.call("GET", path, GradingPeriodSettings, query=query)

    async def replace_grading_periods(
        self, course_id: str, settings: GradingPeriodSettings
    ) -> GradingPeriodSettings:
        """Write the whole list; applying it to existing course work is turned on, never off."""
        path = place("/v1/courses/{}/gradingPeriodSettings", course_id)
        written = ["gradingPeriods"] + ["applyToExistingCoursework"] * settings.apply_to_existing_coursework
        query = {"updateMask": ",".join(written), "fields": mask(GradingPeriodSettings)}
        body = {"gradingPeriods": settings.grading_periods}
        if settings.apply_to_existing_coursework:
            body["applyToExistingCoursework"] = True  # type: ignore[assignment]
        return await self._rest.call("PATCH", path, GradingPeriodSettings, query=query, body=body)


def _role(role: str) -> Literal["teachers", "students"]:
    if role not in ("teachers", "students"):
        raise ClassroomError(400, "INVALID_ARGUMENT", "A role is teachers or students.")
    return cast(Literal["teachers", "students"], role)
