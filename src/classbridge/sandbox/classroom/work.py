"""Course work and student submissions."""

from datetime import date, time
from typing import Any

from classbridge.sandbox.classroom import scopes
from classbridge.sandbox.classroom.call import Call
from classbridge.sandbox.classroom.errors import Json, denied, invalid, not_found, precondition
from classbridge.sandbox.classroom.fields import apply_mask, mask
from classbridge.sandbox.classroom.state import CourseRow, WorkRow, hand_out, now

_STATES = frozenset(("COURSE_WORK_STATE_UNSPECIFIED", "PUBLISHED", "DRAFT", "DELETED"))
_SUBMISSION_STATES = frozenset(
    ("SUBMISSION_STATE_UNSPECIFIED", "NEW", "CREATED", "TURNED_IN", "RETURNED", "RECLAIMED_BY_STUDENT")
)
_LATE = frozenset(("LATE_VALUES_UNSPECIFIED", "LATE_ONLY", "NOT_LATE_ONLY"))
_FIELDS = (
    "description",
    "dueDate",
    "dueTime",
    "gradingPeriodId",
    "maxPoints",
    "scheduledTime",
    "state",
    "submissionModificationMode",
    "title",
    "topicId",
)
_GIVEN = (*_FIELDS, "assigneeMode", "individualStudentsOptions", "materials", "workType")
_WORK_TYPES = frozenset(("ASSIGNMENT", "SHORT_ANSWER_QUESTION", "MULTIPLE_CHOICE_QUESTION"))
_TITLE = 3000
_GRADES = ("draftGrade", "assignedGrade")


def list_work(call: Call) -> Json:
    """Course work; published only, unless other states are asked for."""
    row = call.course()
    states = call.choices("courseWorkStates", _STATES) or {"PUBLISHED"}
    found = [work.resource for work in call.visible_work(row) if work.resource["state"] in states]
    for name, descending in reversed(_order(call.parameter("orderBy"))):
        found.sort(key=_due if name == "dueDate" else _updated, reverse=descending)
    return call.page("courseWork", found)


def _order(text: str) -> list[tuple[str, bool]]:
    order = []
    for part in (text or "updateTime desc").split(","):
        name, _, direction = part.strip().partition(" ")
        if name not in ("updateTime", "dueDate") or direction.strip() not in ("", "asc", "desc"):
            raise invalid(f"Invalid order_by: {text}")
        order.append((name, direction.strip() == "desc"))
    return order


def _updated(resource: Json) -> str:
    updated: str = resource["updateTime"]
    return updated


def _due(resource: Json) -> tuple[int, ...]:
    """Work without a due date comes last."""
    day, at = resource.get("dueDate"), resource.get("dueTime", {})
    if not day:
        return (9999,)
    return (*(day.get(name, 0) for name in ("year", "month", "day")), at.get("hours", 0), at.get("minutes", 0))


def get_work(call: Call) -> Json:
    """One piece of course work, also a deleted one."""
    return call.work(call.course(), call.path["id"]).resource


def create_work(call: Call) -> Json:
    """Create course work for the caller's project. Admins who do not teach the course cannot."""
    row = call.open_course(admin=False)
    given = {name: call.body[name] for name in _GIVEN if call.body.get(name)}
    work_id = call.state.new_id()
    resource: Json = {
        "state": "DRAFT",
        "assigneeMode": "ALL_STUDENTS",
        "submissionModificationMode": "MODIFIABLE_UNTIL_TURNED_IN",
        **given,
        "courseId": row.id,
        "id": work_id,
        "creatorUserId": call.caller.id,
        "creationTime": now(),
        "updateTime": now(),
        "associatedWithDeveloper": True,
        "alternateLink": call.state.link("c", row.id, "a", work_id, "details"),
    }
    _check(resource)
    _check_assignees(row, resource)
    row.work[work_id] = WorkRow(resource=resource, project=call.project)
    hand_out(call.state, row, row.work[work_id])
    return resource


def _check(resource: Json) -> None:
    if not 1 <= len(resource.get("title", "")) <= _TITLE:
        raise invalid("title must have between 1 and 3000 characters.")
    if resource.get("workType") not in _WORK_TYPES:
        raise invalid("Invalid value at 'course_work.work_type'")
    if resource["state"] not in ("PUBLISHED", "DRAFT"):
        raise invalid("Invalid value at 'course_work.state'")
    points = resource.get("maxPoints", 0)
    if not _is_number(points) or points < 0 or points != int(points):
        raise invalid("max_points must be a whole number that is not negative.")
    if ("dueDate" in resource) != ("dueTime" in resource):
        raise invalid("due_date and due_time go together.")
    _check_due(resource.get("dueDate"), resource.get("dueTime", {}))


def _check_due(day: Json | None, at: Json) -> None:
    try:
        time(at.get("hours", 0), at.get("minutes", 0), at.get("seconds", 0))
        if day is not None:
            date(day["year"], day["month"], day["day"])
    except (KeyError, TypeError, ValueError):
        raise invalid("Invalid value at 'course_work.due_date' or 'course_work.due_time'") from None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _check_assignees(row: CourseRow, resource: Json) -> None:
    ids = resource.get("individualStudentsOptions", {}).get("studentIds", [])
    if (resource["assigneeMode"] == "INDIVIDUAL_STUDENTS") != bool(ids):
        raise invalid("individual_students_options goes with INDIVIDUAL_STUDENTS.")
    if set(ids) - row.students.keys():
        raise invalid("Every assignee must be a student of the course.")


def patch_work(call: Call) -> Json:
    """Change the fields that the mask names, of work that the caller's project made."""
    names = mask(call.parameter("updateMask"), _FIELDS)
    row, work = _own_work(call, call.path["id"])
    changed = dict(work.resource)
    apply_mask(changed, call.body, names)
    _check(changed)
    changed["updateTime"] = now()
    work.resource = changed
    hand_out(call.state, row, work)
    return changed


def delete_work(call: Call) -> Json:
    """Delete work that the caller's project made; it stays readable by its id as DELETED."""
    _, work = _own_work(call, call.path["id"])
    work.resource.update(state="DELETED", updateTime=now())
    return {}


def _own_work(call: Call, work_id: str) -> tuple[CourseRow, WorkRow]:
    row = call.open_course(admin=False)
    work = call.work(row, work_id)
    call.own_project(work)
    if work.resource["state"] == "DELETED":
        raise precondition("The course work has been deleted.")
    return row, work


def list_submissions(call: Call) -> Json:
    """Submissions to one piece of course work, or with `-` to all of the course."""
    row = call.course()
    work_id = call.path["courseWorkId"]
    works = call.visible_work(row) if work_id == "-" else [call.work(row, work_id)]
    found = [
        _shown(call, row, submission)
        for work in works
        if work.resource["state"] != "DELETED"
        for submission in work.submissions.values()
        if submission["userId"] in row.students and _wanted(call, row, submission)
    ]
    return call.page("studentSubmissions", found)


def _wanted(call: Call, row: CourseRow, submission: Json) -> bool:
    user, states = call.parameter("userId"), call.choices("states", _SUBMISSION_STATES)
    late = call.choices("late", _LATE) & {"LATE_ONLY", "NOT_LATE_ONLY"}
    return (
        _may_see(call, row, submission)
        and (not user or call.user(user).id == submission["userId"])
        and (not states or submission["state"] in states)
        and (not late or submission.get("late", False) == ("LATE_ONLY" in late))
    )


def _may_see(call: Call, row: CourseRow, submission: Json) -> bool:
    own: bool = submission["userId"] == call.caller.id
    return own or (call.sees_all(row) and bool(call.scopes & scopes.OTHERS_WORK))


def _shown(call: Call, row: CourseRow, submission: Json) -> Json:
    """Draft grades are for the course's teachers alone."""
    if call.teaches(row):
        return submission
    hidden = {"draftGrade"}
    shown = {name: value for name, value in submission.items() if name not in hidden}
    if "submissionHistory" in shown:
        shown["submissionHistory"] = [item for item in shown["submissionHistory"] if not _is_draft(item)]
    return shown


def _is_draft(item: Json) -> bool:
    kind: str = item.get("gradeHistory", {}).get("gradeChangeType", "")
    return kind.startswith("DRAFT")


def _submission(call: Call, row: CourseRow) -> tuple[WorkRow, Json]:
    work = call.work(row, call.path["courseWorkId"])
    submission = work.submissions.get(call.path["id"])
    if submission is None or submission["userId"] not in row.students:
        raise not_found()
    return work, submission


def get_submission(call: Call) -> Json:
    """One submission."""
    row = call.course()
    _, submission = _submission(call, row)
    if not _may_see(call, row, submission):
        raise denied()
    return _shown(call, row, submission)


def patch_submission(call: Call) -> Json:
    """Set or clear a draft or assigned grade, rounded to two decimals, where the project made the work."""
    names = mask(call.parameter("updateMask"), _GRADES)
    row = call.open_course(admin=False)
    work, submission = _submission(call, row)
    call.own_project(work)
    grades = {name: _grade(call.body.get(name)) for name in names}
    set_grades(work, submission, call.caller.id, grades)
    return submission


def _grade(value: Any) -> float | None:
    if value is not None and (not _is_number(value) or value < 0):
        raise invalid("A grade must be a number that is not negative.")
    return value if value is None else round(value, 2)


def set_grades(work: WorkRow, submission: Json, actor: str, grades: dict[str, float | None]) -> None:
    """Write grades with their history; None clears one."""
    for name, points in grades.items():
        apply_mask(submission, {name: points}, [name])
        change: Json = {
            "gradeChangeType": f"{name.removesuffix('Grade').upper()}_GRADE_POINTS_EARNED_CHANGE",
            "gradeTimestamp": now(),
            "actorUserId": actor,
            "maxPoints": work.resource.get("maxPoints", 0),
        }
        if points is not None:
            change["pointsEarned"] = points
        submission.setdefault("submissionHistory", []).append({"gradeHistory": change})
    submission["updateTime"] = now()
    submission.setdefault("creationTime", submission["updateTime"])


def move(submission: Json, state: str, actor: str) -> None:
    """Bring a submission into a state, with its history."""
    submission["state"] = state
    submission["updateTime"] = now()
    submission.setdefault("creationTime", submission["updateTime"])
    change = {"state": state, "stateTimestamp": submission["updateTime"], "actorUserId": actor}
    submission.setdefault("submissionHistory", []).append({"stateHistory": change})


def return_submission(call: Call) -> Json:
    """Give a submission back. Unlike Classroom itself, this leaves the assigned grade as it is."""
    row = call.open_course(admin=False)
    work, submission = _submission(call, row)
    call.own_project(work)
    move(submission, "RETURNED", call.caller.id)
    return {}


def turn_in(call: Call) -> Json:
    """Hand in one's own submission."""
    submission = _own_submission(call)
    move(submission, "TURNED_IN", call.caller.id)
    return {}


def reclaim(call: Call) -> Json:
    """Take one's own submission back after handing it in."""
    submission = _own_submission(call)
    if submission["state"] != "TURNED_IN":
        raise precondition("The submission has not been turned in.")
    move(submission, "RECLAIMED_BY_STUDENT", call.caller.id)
    return {}


def _own_submission(call: Call) -> Json:
    work, submission = _submission(call, call.course())
    if submission["userId"] != call.caller.id:
        raise denied()
    call.own_project(work)
    return submission
