"""Teachers, students, invitations and profiles."""

from classbridge.sandbox.classroom.call import Call, must_be_open
from classbridge.sandbox.classroom.errors import Json, denied, exists, invalid, not_found, precondition
from classbridge.sandbox.classroom.state import CourseRow, State, join
from classbridge.sandbox.district.workspace import Account

_PAGE, _MAX_PAGE = 30, 100
_INVITATIONS_PAGE = 500
_MAX_MEMBERS, _MAX_TEACHERS = 1000, 20
_ROLE_OF = {"STUDENT": "students", "TEACHER": "teachers", "OWNER": "teachers"}


def _role(call: Call) -> str:
    return "teachers" if ".teachers." in call.method else "students"


def _member(call: Call, row: CourseRow, user_id: str) -> Json:
    return {
        "courseId": row.id,
        "userId": user_id,
        "profile": call.profile(call.state.accounts[user_id]),
    }


def list_members(call: Call) -> Json:
    """The teachers or students of a course."""
    row, role = call.course(), _role(call)
    members = [_member(call, row, user_id) for user_id in row.members(role)]
    return call.page(role, members, default=_PAGE, largest=_MAX_PAGE)


def get_member(call: Call) -> Json:
    """One teacher or student of a course."""
    row = call.course()
    user = call.user(call.path["userId"])
    if user.id not in row.members(_role(call)):
        raise not_found()
    return _member(call, row, user.id)


def create_member(call: Call) -> Json:
    """Add someone at once: admins may, and students themselves with the class's code."""
    row, role = call.find_course(call.path["courseId"]), _role(call)
    user = call.user(call.body.get("userId", ""))
    code = call.parameter("enrollmentCode")
    joins = role == "students" and user.id == call.caller.id and code == row.resource["enrollmentCode"]
    if not ((call.caller.admin and _of_the_domain(call.caller, user)) or joins):
        raise denied()
    _admit(call.state, row, role, user.id)
    _drop_invitations(call.state, row, user.id)
    return _member(call, row, user.id)


def _of_the_domain(admin: Account, user: Account) -> bool:
    """Whether a person is in the administrator's domain or one below it; others can only be invited."""
    return user.email.endswith(admin.email.partition("@")[2])


def _admit(state: State, row: CourseRow, role: str, user_id: str) -> None:
    must_be_open(row)
    if user_id in row.teachers or user_id in row.students:
        raise exists()
    if role == "teachers" and len(row.teachers) >= _MAX_TEACHERS:
        raise precondition(cause="CourseTeacherLimitReached")
    if len(row.teachers) + len(row.students) >= _MAX_MEMBERS:
        raise precondition(cause="CourseMemberLimitReached")
    join(state, row, role, user_id)


def delete_member(call: Call) -> Json:
    """Remove someone; never the primary teacher."""
    row, role = call.course(), _role(call)
    user = call.user(call.path["userId"])
    allowed = call.teaches(row) if role == "students" else call.caller.id == row.resource["ownerId"]
    if not (allowed or call.caller.admin):
        raise denied()
    if user.id not in row.members(role):
        raise not_found()
    if user.id == row.resource["ownerId"]:
        raise precondition("The primary teacher cannot be removed.")
    must_be_open(row)
    del row.members(role)[user.id]
    return {}


def create_invitation(call: Call) -> Json:
    """Invite someone; a second invitation of the same person to the same course is refused."""
    row = call.find_course(call.body.get("courseId", ""))
    user = call.user(call.body.get("userId", ""))
    role = call.body.get("role", "")
    if role not in _ROLE_OF:
        raise invalid("Invalid value at 'invitation.role'")
    if not (call.caller.admin or (call.teaches(row) and role != "OWNER") or _owns(call, row)):
        raise denied()
    if any(item["courseId"] == row.id and item["userId"] == user.id for item in call.state.invitations.values()):
        raise exists()
    _check_invited(row, user, role)
    invitation = {"id": f"inv{call.state.new_id()}", "courseId": row.id, "userId": user.id, "role": role}
    call.state.invitations[invitation["id"]] = invitation
    return invitation


def _owns(call: Call, row: CourseRow) -> bool:
    owner: str = row.resource["ownerId"]
    return call.caller.id == owner


def _check_invited(row: CourseRow, user: Account, role: str) -> None:
    """Only a co-teacher can become owner; the others must not have the role, or a greater one, already."""
    must_be_open(row)
    if role == "OWNER":
        if user.id not in row.teachers or user.id == row.resource["ownerId"]:
            raise precondition(cause="IneligibleOwner")
    elif user.id in row.teachers or (role == "STUDENT" and user.id in row.students):
        raise precondition("The user already has this role or a role with greater permissions.")


def _invitation(call: Call) -> Json:
    invitation = call.state.invitations.get(call.path["id"])
    if invitation is None:
        raise not_found()
    return invitation


def _may_see(call: Call, invitation: Json) -> bool:
    row = call.state.courses[invitation["courseId"]]
    invited: bool = invitation["userId"] == call.caller.id
    return invited or call.sees_all(row)


def get_invitation(call: Call) -> Json:
    """One invitation."""
    invitation = _invitation(call)
    if not _may_see(call, invitation):
        raise denied()
    return invitation


def list_invitations(call: Call) -> Json:
    """The invitations of a person, a course, or both."""
    user, course = call.parameter("userId"), call.parameter("courseId")
    if not (user or course):
        raise invalid("At least one of user_id and course_id must be given.")
    wanted = {}
    if user:
        wanted["userId"] = call.user(user).id
    if course:
        wanted["courseId"] = call.find_course(course).id
    found = [
        item
        for item in call.state.invitations.values()
        if all(item[name] == value for name, value in wanted.items()) and _may_see(call, item)
    ]
    return call.page("invitations", found, default=_INVITATIONS_PAGE)


def delete_invitation(call: Call) -> Json:
    """Take an invitation back, or decline it."""
    invitation = get_invitation(call)
    del call.state.invitations[invitation["id"]]
    return {}


def accept_invitation(call: Call) -> Json:
    """Accept an invitation; only the invited person can."""
    invitation = _invitation(call)
    if invitation["userId"] != call.caller.id:
        raise denied()
    row = call.state.courses[invitation["courseId"]]
    if invitation["role"] == "OWNER":
        row.resource["ownerId"] = call.caller.id
    else:
        row.students.pop(call.caller.id, None)
        _admit(call.state, row, _ROLE_OF[invitation["role"]], call.caller.id)
    _drop_invitations(call.state, row, call.caller.id)
    return {}


def _drop_invitations(state: State, row: CourseRow, user_id: str) -> None:
    for key, item in list(state.invitations.items()):
        if item["courseId"] == row.id and item["userId"] == user_id:
            del state.invitations[key]


def get_profile(call: Call) -> Json:
    """Someone's profile: one's own, a colleague's or a class-mate's; admins see everybody's."""
    key = call.path["userId"]
    user = call.caller if key == "me" else call.state.account(key)
    if user is None or not _acquainted(call, user):
        raise denied()
    profile = call.profile(user)
    if user.staff:
        profile["verifiedTeacher"] = True
        if user.id == call.caller.id or call.caller.admin:
            profile["permissions"] = [{"permission": "CREATE_COURSE"}]
    return profile


def _acquainted(call: Call, user: Account) -> bool:
    if call.caller.admin or user.id == call.caller.id or (user.staff and call.caller.staff):
        return True
    return any(user.id in row.teachers or user.id in row.students for row in call.state.courses_of(call.caller.id))
