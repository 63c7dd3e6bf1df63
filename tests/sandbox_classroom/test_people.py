from typing import Any

import pytest

from classbridge.sandbox.classroom import ClassroomControl, ClassroomServer
from classbridge.sandbox.classroom.scopes import ALL, EMAILS, PREFIX
from classbridge.sandbox.district import District
from tests.sandbox_classroom.conftest import Build

from .refused import refused


@pytest.fixture
def stranger(server: ClassroomServer, course_id: str) -> str:
    """The address of a student who is not in the course."""
    inside = server.state.courses[course_id].students
    return next(a.email for a in server.state.accounts.values() if not a.staff and a.id not in inside)


@pytest.fixture
def colleague(server: ClassroomServer, district: District) -> str:
    """The address of another teacher."""
    known = (district.admin_email, district.teacher_email)
    return next(a.email for a in server.state.accounts.values() if a.staff and a.email not in known)


def test_members_are_listed_page_by_page(teacher: Any, course_id: str, server: ClassroomServer) -> None:
    request, found = teacher.courses().students().list(courseId=course_id, pageSize=10), []
    while request is not None:
        page = request.execute()
        found += page["students"]
        request = teacher.courses().students().list_next(request, page)
    assert [member["userId"] for member in found] == list(server.state.courses[course_id].students)
    assert all(member["profile"]["emailAddress"].endswith(".example") for member in found)


def test_the_default_page_of_members_is_thirty_and_the_largest_a_hundred(
    teacher: Any, course_id: str, server: ClassroomServer, control: ClassroomControl
) -> None:
    for account in [account for account in server.state.accounts.values() if not account.staff][:130]:
        control.do("add_member", course_id=course_id, role="students", user=account.id)
    students = teacher.courses().students()
    assert len(students.list(courseId=course_id).execute()["students"]) == 30
    assert len(students.list(courseId=course_id, pageSize=1000).execute()["students"]) == 100


def test_a_page_token_of_another_list_is_refused(teacher: Any, course_id: str) -> None:
    token = teacher.courses().students().list(courseId=course_id, pageSize=2).execute()["nextPageToken"]
    for other in ("garbage", token[:-1], token):
        request = teacher.courses().courseWork().list(courseId=course_id, pageToken=other)
        assert refused(request).status == "INVALID_ARGUMENT"
    assert teacher.courses().students().list(courseId=course_id, pageSize=9, pageToken=token).execute()["students"]


def test_addresses_need_the_profile_emails_scope(build: Build, district: District, course_id: str) -> None:
    teacher = build(district.teacher_email, ALL - {EMAILS})
    member = teacher.courses().students().list(courseId=course_id).execute()["students"][0]
    assert "emailAddress" not in member["profile"]
    assert "emailAddress" not in teacher.userProfiles().get(userId="me").execute()


def test_an_admin_adds_people_directly_and_others_cannot(
    admin: Any, teacher: Any, course_id: str, stranger: str, colleague: str
) -> None:
    for role, user in (("students", stranger), ("teachers", colleague)):
        add = {"courseId": course_id, "body": {"userId": user}}
        assert refused(getattr(teacher.courses(), role)().create(**add)).status == "PERMISSION_DENIED"
        made = getattr(admin.courses(), role)().create(**add).execute()
        found = getattr(admin.courses(), role)().get(courseId=course_id, userId=user).execute()
        assert found == made
        assert refused(getattr(admin.courses(), role)().create(**add)).status == "ALREADY_EXISTS"


def test_a_new_student_gets_a_submission_for_the_classs_work(
    admin: Any, teacher: Any, course_id: str, stranger: str
) -> None:
    admin.courses().students().create(courseId=course_id, body={"userId": stranger}).execute()
    submissions = teacher.courses().courseWork().studentSubmissions()
    found = submissions.list(courseId=course_id, courseWorkId="-", userId=stranger).execute()["studentSubmissions"]
    published = teacher.courses().courseWork().list(courseId=course_id).execute()["courseWork"]
    assert {item["courseWorkId"] for item in found} == {work["id"] for work in published}
    assert all(item["state"] == "NEW" and "creationTime" not in item for item in found)


def test_a_student_joins_with_the_enrollment_code_only(
    build: Build, teacher: Any, course_id: str, stranger: str
) -> None:
    code = teacher.courses().get(id=course_id).execute()["enrollmentCode"]
    students = build(stranger).courses().students()
    join = {"courseId": course_id, "body": {"userId": "me"}}
    assert refused(students.create(**join, enrollmentCode="wrong")).status == "PERMISSION_DENIED"
    assert students.create(**join, enrollmentCode=code).execute()["courseId"] == course_id


def test_a_missing_person_or_member_is_not_found(admin: Any, course_id: str, stranger: str) -> None:
    add = {"courseId": course_id, "body": {"userId": "nobody@riverbend.example"}}
    assert refused(admin.courses().students().create(**add)).status == "NOT_FOUND"
    for method in (admin.courses().students().get, admin.courses().students().delete):
        assert refused(method(courseId=course_id, userId=stranger)).status == "NOT_FOUND"


def test_a_teacher_removes_students_but_nobody_the_primary_teacher(
    teacher: Any, admin: Any, student: Any, course_id: str, student_email: str, district: District
) -> None:
    leave = {"courseId": course_id, "userId": student_email}
    assert refused(student.courses().students().delete(**leave)).status == "PERMISSION_DENIED"
    assert teacher.courses().students().delete(**leave).execute() == {}
    owner = {"courseId": course_id, "userId": district.teacher_email}
    assert refused(admin.courses().teachers().delete(**owner)).status == "FAILED_PRECONDITION"


def test_the_twenty_first_teacher_is_refused(
    admin: Any, course_id: str, server: ClassroomServer, control: ClassroomControl
) -> None:
    staff = [account.id for account in server.state.accounts.values() if account.staff]
    for n in range(19):
        server.state.courses[course_id].teachers[f"made-up {n}"] = None
    error = refused(admin.courses().teachers().create(courseId=course_id, body={"userId": staff[0]}))
    assert (error.status, error.token) == ("FAILED_PRECONDITION", "CourseTeacherLimitReached")


def test_nobody_is_added_to_an_archived_course(admin: Any, course_id: str, stranger: str) -> None:
    admin.courses().patch(id=course_id, updateMask="courseState", body={"courseState": "ARCHIVED"}).execute()
    error = refused(admin.courses().students().create(courseId=course_id, body={"userId": stranger}))
    assert error.token == "CourseNotModifiable"


def test_an_invited_person_accepts_for_themselves(
    teacher: Any, build: Build, course_id: str, stranger: str, student: Any
) -> None:
    body = {"courseId": course_id, "userId": stranger, "role": "STUDENT"}
    invitation = teacher.invitations().create(body=body).execute()
    assert refused(teacher.invitations().create(body=body)).status == "ALREADY_EXISTS"
    assert refused(teacher.invitations().accept(id=invitation["id"])).status == "PERMISSION_DENIED"
    assert refused(student.invitations().get(id=invitation["id"])).status == "PERMISSION_DENIED"
    invited = build(stranger)
    assert invited.invitations().list(userId="me").execute() == {"invitations": [invitation]}
    assert invited.invitations().get(id=invitation["id"]).execute() == invitation
    assert invited.invitations().accept(id=invitation["id"]).execute() == {}
    assert teacher.courses().students().get(courseId=course_id, userId=stranger).execute()
    assert refused(invited.invitations().get(id=invitation["id"])).status == "NOT_FOUND"
    assert refused(teacher.invitations().create(body=body)).status == "FAILED_PRECONDITION"


def test_an_invitation_is_taken_back(teacher: Any, course_id: str, stranger: str) -> None:
    body = {"courseId": course_id, "userId": stranger, "role": "STUDENT"}
    invitation = teacher.invitations().create(body=body).execute()
    assert teacher.invitations().delete(id=invitation["id"]).execute() == {}
    assert teacher.invitations().list(courseId=course_id).execute() == {}


def test_ownership_is_handed_over_by_invitation(
    teacher: Any, build: Build, course_id: str, colleague: str, control: ClassroomControl
) -> None:
    body = {"courseId": course_id, "userId": colleague, "role": "OWNER"}
    assert refused(teacher.invitations().create(body=body)).token == "IneligibleOwner"
    control.do("add_member", course_id=course_id, role="teachers", user=colleague)
    invitation = teacher.invitations().create(body=body).execute()
    heir = build(colleague)
    heir.invitations().accept(id=invitation["id"]).execute()
    me = heir.userProfiles().get(userId="me").execute()["id"]
    assert teacher.courses().get(id=course_id).execute()["ownerId"] == me


def test_invitations_are_listed_for_a_person_or_a_course_only(teacher: Any) -> None:
    assert refused(teacher.invitations().list()).status == "INVALID_ARGUMENT"


def test_students_cannot_invite(student: Any, course_id: str, stranger: str) -> None:
    body = {"courseId": course_id, "userId": stranger, "role": "STUDENT"}
    assert refused(student.invitations().create(body=body)).status == "PERMISSION_DENIED"


def test_a_profile_is_found_by_id_address_and_me(teacher: Any, district: District) -> None:
    me = teacher.userProfiles().get(userId="me").execute()
    assert me["name"] == {"givenName": "María", "familyName": "Lindqvist", "fullName": "María Lindqvist"}
    assert me["permissions"] == [{"permission": "CREATE_COURSE"}]
    for key in (me["id"], district.teacher_email, district.teacher_email.upper()):
        assert teacher.userProfiles().get(userId=key).execute() == me


def test_an_alias_address_finds_its_account(admin: Any, server: ClassroomServer) -> None:
    account = next(account for account in server.state.accounts.values() if account.aliases)
    profile = admin.userProfiles().get(userId=account.aliases[0]).execute()
    assert (profile["id"], profile["emailAddress"]) == (account.id, account.email)


def test_students_see_the_profiles_of_class_mates_only(
    student: Any, admin: Any, stranger: str, district: District, server: ClassroomServer, course_id: str
) -> None:
    mate = list(server.state.courses[course_id].students)[1]
    assert student.userProfiles().get(userId=mate).execute()["id"] == mate
    far = next(
        account.id
        for account in reversed(server.state.accounts.values())
        if not any(account.id in row.students for row in server.state.courses.values())
    )
    assert refused(student.userProfiles().get(userId=far)).status == "PERMISSION_DENIED"
    assert admin.userProfiles().get(userId=far).execute()["id"] == far
    assert refused(admin.userProfiles().get(userId="12345")).status == "PERMISSION_DENIED"


def test_each_method_refuses_a_token_without_its_scope(build: Build, district: District, course_id: str) -> None:
    teacher = build(district.teacher_email, frozenset((PREFIX + "courses.readonly",)))
    assert teacher.courses().get(id=course_id).execute()
    for request in (
        teacher.courses().students().list(courseId=course_id),
        teacher.courses().courseWork().list(courseId=course_id),
        teacher.courses().patch(id=course_id, updateMask="name", body={"name": "x"}),
        teacher.userProfiles().get(userId="me"),
    ):
        assert refused(request)[:2] == (403, "PERMISSION_DENIED")
