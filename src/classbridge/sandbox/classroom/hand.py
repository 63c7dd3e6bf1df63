"""The hands of teachers and admins in Classroom itself: what people do there and the API cannot."""

from typing import Any

from classbridge.sandbox.classroom.errors import Json, not_found
from classbridge.sandbox.classroom.state import CourseRow, State, WorkRow, hand_out, join, now
from classbridge.sandbox.classroom.tokens import TokenDesk
from classbridge.sandbox.classroom.work import move, set_grades


class Hand:
    """Acts on the state as people do. Raises `ApiError` NOT_FOUND for what does not exist."""

    def __init__(self, state: State, tokens: TokenDesk) -> None:
        self._state = state
        self._tokens = tokens

    def grade(self, course_id: str, work_id: str, user: str, points: float | None, returned: bool = True) -> Json:
        """Grade a student's submission (`user`: id or address) and return it, or keep the grade a draft.

        No points take the grades away.
        """
        row, work = self._work(course_id, work_id)
        submission = self._submission(work, user)
        owner = row.resource["ownerId"]
        grades = {"draftGrade": points}
        if returned or points is None:
            grades["assignedGrade"] = points
        set_grades(work, submission, owner, grades)
        if returned and points is not None:
            move(submission, "RETURNED", owner)
        return submission

    def return_all(self, course_id: str, work_id: str) -> Json:
        """Return every submission that has a draft grade."""
        _, work = self._work(course_id, work_id)
        drafts = [item for item in work.submissions.values() if "draftGrade" in item]
        for submission in drafts:
            self.grade(course_id, work_id, submission["userId"], submission["draftGrade"])
        return {"returned": len(drafts)}

    def submit(self, course_id: str, work_id: str, user: str, state: str, late: bool = False) -> Json:
        """Bring a student's submission into a state, as the student would."""
        _, work = self._work(course_id, work_id)
        submission = self._submission(work, user)
        move(submission, state, submission["userId"])
        submission.pop("late", None)
        if late:
            submission["late"] = True
        return submission

    def add_work(self, course_id: str, title: str, **members: Any) -> Json:
        """Set published course work as a teacher; `members` are those of the API, such as `maxPoints`."""
        row = self._course(course_id)
        work_id = self._state.new_id()
        resource: Json = {
            "state": "PUBLISHED",
            "workType": "ASSIGNMENT",
            "assigneeMode": "ALL_STUDENTS",
            **members,
            "courseId": row.id,
            "id": work_id,
            "title": title,
            "creatorUserId": row.resource["ownerId"],
            "creationTime": now(),
            "updateTime": now(),
            "alternateLink": self._state.link("c", row.id, "a", work_id, "details"),
        }
        row.work[work_id] = WorkRow(resource=resource)
        hand_out(self._state, row, row.work[work_id])
        return resource

    def edit_work(self, course_id: str, work_id: str, **members: Any) -> Json:
        """Change members of course work; None takes one away."""
        _, work = self._work(course_id, work_id)
        changed = {**work.resource, **members, "updateTime": now()}
        work.resource = {name: value for name, value in changed.items() if value is not None}
        return work.resource

    def delete_work(self, course_id: str, work_id: str) -> Json:
        """Delete course work."""
        return self.edit_work(course_id, work_id, state="DELETED")

    def add_member(self, course_id: str, role: str, user: str) -> Json:
        """Add a person; `role` is "teachers" or "students"."""
        user_id = self._user(user)
        join(self._state, self._course(course_id), role, user_id)
        return {"userId": user_id}

    def remove_member(self, course_id: str, role: str, user: str) -> Json:
        """Remove a person."""
        user_id = self._user(user)
        self._course(course_id).members(role).pop(user_id, None)
        return {"userId": user_id}

    def license(self, user: str, licensed: bool) -> Json:
        """Give someone an Education Plus licence (everybody has one at first), or take it away."""
        change = self._state.unlicensed.discard if licensed else self._state.unlicensed.add
        change(self._user(user))
        return {}

    def delegate(self, scopes: list[str]) -> Json:
        """Set the scopes that the domain delegates to the service account (all, at first)."""
        self._tokens.delegated = frozenset(scopes)
        return {}

    def withdraw_key(self) -> Json:
        """Delete the service account's key in Google Cloud: what it signs is good no longer."""
        self._tokens.key_withdrawn = True
        return {}

    def set_clock(self, ahead: float) -> Json:
        """Let Google's clock be so many seconds ahead of ours."""
        self._tokens.clock_ahead = ahead
        return {}

    def sign_in(self, user: str, scopes: list[str]) -> Json:
        """Let someone consent to scopes; the answer has their refresh token."""
        return {"refreshToken": self._tokens.sign_in(self._user(user), scopes)}

    def expire_tokens(self) -> Json:
        """Let every access token run out."""
        self._tokens.expire()
        return {}

    def course(self, course_id: str) -> Json:
        """All that a course holds."""
        row = self._course(course_id)
        return {
            "course": row.resource,
            "teachers": list(row.teachers),
            "students": list(row.students),
            "aliases": row.aliases,
            "gradingPeriodSettings": row.grading,
            "courseWork": [
                {**work.resource, "studentSubmissions": list(work.submissions.values())}
                for work in row.work.values()
            ],
        }

    def snapshot(self) -> Json:
        """How much there is of everything, and how often each writing method was called."""
        rows = list(self._state.courses.values())
        works = [work for row in rows for work in row.work.values()]
        return {
            "accounts": len(self._state.accounts),
            "courses": len(rows),
            "aliases": len(self._state.aliases),
            "invitations": len(self._state.invitations),
            "teachers": sum(len(row.teachers) for row in rows),
            "students": sum(len(row.students) for row in rows),
            "course_work": len(works),
            "student_submissions": sum(len(work.submissions) for work in works),
            "writes": dict(self._state.writes),
        }

    def _course(self, course_id: str) -> CourseRow:
        row = self._state.courses.get(course_id)
        if row is None:
            raise not_found()
        return row

    def _work(self, course_id: str, work_id: str) -> tuple[CourseRow, WorkRow]:
        row = self._course(course_id)
        if work_id not in row.work:
            raise not_found()
        return row, row.work[work_id]

    def _user(self, user: str) -> str:
        account = self._state.account(user)
        if account is None:
            raise not_found()
        return account.id

    def _submission(self, work: WorkRow, user: str) -> Json:
        user_id = self._user(user)
        for submission in work.submissions.values():
            if submission["userId"] == user_id:
                return submission
        raise not_found()
