"""Courses and their aliases."""

import re

from classbridge.sandbox.classroom.call import Call, must_be_open
from classbridge.sandbox.classroom.errors import Json, denied, exists, invalid, not_found, precondition
from classbridge.sandbox.classroom.fields import apply_mask, mask
from classbridge.sandbox.classroom.state import CourseRow, join, now

_STATES = frozenset(("COURSE_STATE_UNSPECIFIED", "ACTIVE", "ARCHIVED", "PROVISIONED", "DECLINED", "SUSPENDED"))
_FIELDS = (
    "courseState",
    "description",
    "descriptionHeading",
    "levels",
    "name",
    "ownerId",
    "room",
    "section",
    "subject",
)
_LENGTHS = {"name": 750, "section": 2800, "descriptionHeading": 3600, "description": 30_000, "room": 650}
_URL = re.compile(r"https?://|www\.", re.IGNORECASE)
_ALIAS_LENGTH = 256


def list_courses(call: Call) -> Json:
    """Courses that the caller may see, the newest first."""
    if call.parameter("teacherId") and call.parameter("studentId"):
        raise invalid("Only one of teacher_id and student_id may be given.")
    rows = call.state.courses.values() if call.caller.admin else call.state.courses_of(call.caller.id)
    found = [row for row in rows if _matches(call, row)]
    found.sort(key=lambda row: (row.resource["creationTime"], row.id), reverse=True)
    return call.page("courses", [row.resource for row in found])


def _matches(call: Call, row: CourseRow) -> bool:
    states = call.choices("courseStates", _STATES)
    if states and row.resource["courseState"] not in states:
        return False
    for name, members in (("teacherId", row.teachers), ("studentId", row.students)):
        if call.parameter(name) and call.user(call.parameter(name)).id not in members:
            return False
    return True


def get_course(call: Call) -> Json:
    """One course."""
    return call.course().resource


def create_course(call: Call) -> Json:
    """Create a course; an alias given as id guards against making it twice."""
    alias = call.body.get("id", "")
    if alias:
        _check_alias(call, alias)
    owner = call.user(call.body.get("ownerId", ""))
    if not call.caller.admin and (owner.id != call.caller.id or not owner.staff):
        raise denied()
    if not owner.staff:
        raise precondition("The user cannot own a course.", cause="UserCannotOwnCourse")
    row = CourseRow(resource=_new_course(call, owner.id))
    _check(row.resource)
    call.state.courses[row.id] = row
    join(call.state, row, "teachers", owner.id)
    if alias:
        _add_alias(call, row, alias)
    return row.resource


def _new_course(call: Call, owner_id: str) -> Json:
    course_id = call.state.new_id()
    given = {name: call.body[name] for name in _FIELDS if call.body.get(name)}
    return {
        "courseState": "PROVISIONED",
        **given,
        "id": course_id,
        "ownerId": owner_id,
        "enrollmentCode": f"c{course_id[-6:]}",
        "creationTime": now(),
        "updateTime": now(),
        "alternateLink": call.state.link("c", course_id),
        "guardiansEnabled": False,
        "gradebookSettings": {"calculationType": "TOTAL_POINTS", "displaySetting": "HIDE_OVERALL_GRADE"},
    }


def _check(resource: Json) -> None:
    if not resource.get("name"):
        raise invalid("Course name is required.")
    if resource["courseState"] not in _STATES - {"COURSE_STATE_UNSPECIFIED", "SUSPENDED"}:
        raise invalid("Invalid value at 'course.course_state'")
    for name, length in _LENGTHS.items():
        if len(resource.get(name, "")) > length:
            raise invalid(f"{name} must have at most {length} characters.")
    if _URL.search(resource["name"]):
        raise precondition("The title contains a URL.", cause="CourseTitleCannotContainUrl")


def patch_course(call: Call) -> Json:
    """Change the fields that the mask names."""
    return _change(call, mask(call.parameter("updateMask"), _FIELDS))


def update_course(call: Call) -> Json:
    """Replace the fields; `levels` and the owner stay where the body has none."""
    kept = {"levels", "ownerId", "courseState"} - call.body.keys()
    return _change(call, [name for name in _FIELDS if name not in kept])


def _change(call: Call, names: list[str]) -> Json:
    row = call.taught_course(admin=True)
    if "courseState" not in names or call.body.get("courseState") == row.resource["courseState"]:
        must_be_open(row)
    changed = dict(row.resource)
    apply_mask(changed, call.body, names)
    _check(changed)
    if "ownerId" in names:
        changed["ownerId"] = _new_owner(call, row)
    changed["updateTime"] = now()
    row.resource = changed
    return changed


def _new_owner(call: Call, row: CourseRow) -> str:
    owner = call.user(call.body.get("ownerId", ""))
    if owner.id != row.resource["ownerId"] and not call.caller.admin:
        raise denied()
    if owner.id not in row.teachers:
        raise precondition("The user is not a teacher of the course.", cause="IneligibleOwner")
    return owner.id


def delete_course(call: Call) -> Json:
    """Delete a course, with what hangs on it."""
    row = call.course()
    if not (call.caller.admin or call.caller.id == row.resource["ownerId"]):
        raise denied()
    del call.state.courses[row.id]
    for aliases in [key for key, course_id in call.state.aliases.items() if course_id == row.id]:
        del call.state.aliases[aliases]
    for key in [key for key, item in call.state.invitations.items() if item["courseId"] == row.id]:
        del call.state.invitations[key]
    return {}


def list_aliases(call: Call) -> Json:
    """A course's aliases: the domain's, and those of the caller's project."""
    row = call.course()
    mine = [alias for alias in row.aliases if call.state.aliases.get(call.alias_key(alias)) == row.id]
    return call.page("aliases", [{"alias": alias} for alias in mine])


def create_alias(call: Call) -> Json:
    """Give a course another name."""
    row = call.taught_course(admin=True)
    alias = call.body.get("alias", "")
    _check_alias(call, alias)
    _add_alias(call, row, alias)
    return {"alias": alias}


def _check_alias(call: Call, alias: str) -> None:
    if not alias.startswith(("d:", "p:")) or not 2 < len(alias) <= _ALIAS_LENGTH:
        raise invalid("An alias starts with d: or p: and has at most 256 characters.")
    if alias.startswith("d:") and not call.caller.admin:
        raise denied()
    if call.alias_key(alias) in call.state.aliases:
        raise exists()


def _add_alias(call: Call, row: CourseRow, alias: str) -> None:
    call.state.aliases[call.alias_key(alias)] = row.id
    row.aliases.append(alias)


def delete_alias(call: Call) -> Json:
    """Take a name away from a course."""
    row = call.taught_course(admin=True)
    alias = call.path["alias"]
    if call.state.aliases.get(call.alias_key(alias)) != row.id:
        raise not_found()
    if alias.startswith("d:") and not call.caller.admin:
        raise denied()
    del call.state.aliases[call.alias_key(alias)]
    row.aliases.remove(alias)
    return {}
