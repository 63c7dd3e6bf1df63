"""What the stand-in holds: accounts, courses, members, work, submissions. Resources are kept as API JSON."""

import secrets
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from hashlib import blake2b

from msgspec import Struct, field

from classbridge.sandbox.classroom.errors import Json
from classbridge.sandbox.district.assignments import Submission, Work
from classbridge.sandbox.district.workspace import CATEGORIES, Account, Workspace, WorkspaceCourse


class WorkRow(Struct, kw_only=True):
    """Course work with its submissions by id; `project` made it, None is a teacher in Classroom itself."""

    resource: Json
    project: str | None = None
    submissions: dict[str, Json] = field(default_factory=dict)


class CourseRow(Struct, kw_only=True):
    """A course with its people, aliases and work."""

    resource: Json
    teachers: dict[str, None] = field(default_factory=dict)
    students: dict[str, None] = field(default_factory=dict)
    aliases: list[str] = field(default_factory=list)
    work: dict[str, WorkRow] = field(default_factory=dict)
    grading: Json = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The course's own id."""
        identifier: str = self.resource["id"]
        return identifier

    def members(self, role: str) -> dict[str, None]:
        """The members' ids; `role` is "teachers" or "students"."""
        return self.teachers if role == "teachers" else self.students


class State(Struct, kw_only=True):
    """All of it. `writes` counts calls that changed something, by method."""

    domain: str
    accounts: dict[str, Account] = field(default_factory=dict)
    by_email: dict[str, Account] = field(default_factory=dict)
    courses: dict[str, CourseRow] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    invitations: dict[str, Json] = field(default_factory=dict)
    unlicensed: set[str] = field(default_factory=set)
    writes: Counter[str] = field(default_factory=Counter)

    @property
    def customer_id(self) -> str:
        """The id of the Workspace customer, as Google gives it to a domain."""
        return f"C{blake2b(self.domain.encode(), digest_size=4).hexdigest()}"

    def become(self, other: "State") -> None:
        """Hold what another state holds."""
        for name in self.__struct_fields__:
            setattr(self, name, getattr(other, name))

    def account(self, key: str) -> Account | None:
        """An account by id, address or alias address."""
        return self.accounts.get(key) or self.by_email.get(key.lower())

    def new_id(self) -> str:
        """A twelve-digit id that nothing has."""
        return str(100_000_000_000 + secrets.randbelow(900_000_000_000))

    def link(self, *parts: str) -> str:
        """Where a person would see it in Classroom."""
        return f"https://classroom.{self.domain}/{'/'.join(parts)}"

    def courses_of(self, user_id: str) -> Iterator[CourseRow]:
        """The courses in which someone is teacher or student."""
        return (row for row in self.courses.values() if user_id in row.teachers or user_id in row.students)


def load(workspace: Workspace, *, schools: int = 4) -> State:
    """The state at the start: all accounts, and the courses of the first so many schools."""
    state = State(domain=workspace.domain)
    for account in workspace.accounts():
        state.accounts[account.id] = account
        for address in (account.email, *account.aliases):
            state.by_email[address] = account
    began = datetime.combine(workspace.plan.this_year.start, time(7, 0), UTC)
    for n, course in enumerate(workspace.courses(schools=schools)):
        state.courses[course.id] = _course(state, course, began + timedelta(minutes=n))
    return state


def stamp(moment: datetime) -> str:
    """A moment as the API writes it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def now() -> str:
    """This moment as the API writes it."""
    return stamp(datetime.now(UTC))


def number(value: Decimal) -> int | float:
    """Points as JSON has them."""
    return int(value) if value == value.to_integral_value() else float(value)


def _course(state: State, course: WorkspaceCourse, began: datetime) -> CourseRow:
    resource: Json = {
        "id": course.id,
        "name": course.name,
        "section": course.section,
        "room": course.room,
        "ownerId": course.owner,
        "courseState": course.state,
        "enrollmentCode": f"c{course.id[-6:]}",
        "creationTime": stamp(began),
        "updateTime": stamp(began),
        "alternateLink": state.link("c", course.id),
        "guardiansEnabled": False,
        "calendarId": f"c_{course.id}@group.calendar.example",
        "teacherGroupEmail": f"teachers_{course.id}@{state.domain}",
        "courseGroupEmail": f"class_{course.id}@{state.domain}",
        "gradebookSettings": _gradebook(course.id),
    }
    row = CourseRow(
        resource={name: value for name, value in resource.items() if value != ""},
        teachers=dict.fromkeys(course.teachers),
        students=dict.fromkeys(course.students),
    )
    for work in course.work:
        row.work[work.id] = _work(state, row, work)
    return row


def _gradebook(course_id: str) -> Json:
    return {
        "calculationType": "WEIGHTED_CATEGORIES",
        "displaySetting": "HIDE_OVERALL_GRADE",
        "gradeCategories": [
            {"id": f"{course_id}{n}", "name": name, "weight": weight}
            for n, (name, weight) in enumerate(CATEGORIES, 1)
        ],
    }


def _work(state: State, row: CourseRow, work: Work) -> WorkRow:
    categories = row.resource["gradebookSettings"]["gradeCategories"]
    resource: Json = {
        "courseId": row.id,
        "id": work.id,
        "title": work.title,
        "state": work.state,
        "alternateLink": state.link("c", row.id, "a", work.id, "details"),
        "creationTime": stamp(work.created),
        "updateTime": stamp(work.created),
        "workType": "ASSIGNMENT",
        "submissionModificationMode": "MODIFIABLE_UNTIL_TURNED_IN",
        "creatorUserId": row.resource["ownerId"],
        "assigneeMode": "INDIVIDUAL_STUDENTS" if work.assignees else "ALL_STUDENTS",
        "gradeCategory": next(item for item in categories if item["name"] == work.category),
    }
    if work.assignees:
        resource["individualStudentsOptions"] = {"studentIds": list(work.assignees)}
    if work.max_points:
        resource["maxPoints"] = work.max_points
    if work.due_date:
        resource["dueDate"] = _date(work.due_date)
    if work.due_time:
        resource["dueTime"] = _time(work.due_time)
    made = WorkRow(resource=resource)
    for submission in work.submissions:
        made.submissions[submission.id] = _submission(state, made, submission)
    return made


def _date(day: date) -> Json:
    return {"year": day.year, "month": day.month, "day": day.day}


def _time(at: time) -> Json:
    """Google leaves zeros out."""
    return {name: value for name, value in (("hours", at.hour), ("minutes", at.minute)) if value}


def _submission(state: State, work: WorkRow, made: Submission) -> Json:
    resource = new_submission(state, work, made.user_id, made.id)
    resource["state"] = made.state
    if made.late:
        resource["late"] = True
    if made.state != "NEW":
        resource["creationTime"] = resource["updateTime"] = work.resource["creationTime"]
    for name, grade in (("draftGrade", made.draft), ("assignedGrade", made.assigned)):
        if grade is not None:
            resource[name] = number(grade)
    return resource


def new_submission(state: State, work: WorkRow, user_id: str, submission_id: str) -> Json:
    """A submission nobody has touched: it has no times yet."""
    course_id, work_id = work.resource["courseId"], work.resource["id"]
    resource: Json = {
        "courseId": course_id,
        "courseWorkId": work_id,
        "id": submission_id,
        "userId": user_id,
        "state": "NEW",
        "alternateLink": state.link("c", course_id, "a", work_id, "submissions", user_id),
        "courseWorkType": "ASSIGNMENT",
        "assignmentSubmission": {},
    }
    if work.project:
        resource["associatedWithDeveloper"] = True
    return resource


def hand_out(state: State, row: CourseRow, work: WorkRow) -> None:
    """Give every student whom published work is for a submission, as Classroom does."""
    if work.resource["state"] != "PUBLISHED":
        return
    have = {submission["userId"] for submission in work.submissions.values()}
    wanted = work.resource.get("individualStudentsOptions", {}).get("studentIds", row.students)
    for user_id in wanted:
        if user_id in row.students and user_id not in have:
            submission_id = f"Cg4I{state.new_id()}EJ"
            work.submissions[submission_id] = new_submission(state, work, user_id, submission_id)


def join(state: State, row: CourseRow, role: str, user_id: str) -> None:
    """Make someone a member; a student gets a submission for the class's work."""
    row.members(role)[user_id] = None
    if role == "students":
        for work in row.work.values():
            hand_out(state, row, work)
