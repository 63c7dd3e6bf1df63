from typing import Any

import pytest
from googleapiclient.errors import HttpError

from classbridge.sandbox.classroom import ClassroomControl, ClassroomServer
from classbridge.sandbox.district import District
from tests.sandbox_classroom.conftest import Build

from .refused import refused


def test_a_teacher_lists_only_their_own_courses(teacher: Any, course_id: str) -> None:
    courses = teacher.courses().list().execute()["courses"]
    assert len(courses) == 2
    assert course_id in {course["id"] for course in courses}
    assert teacher.courses().list(teacherId="me", courseStates=["ARCHIVED"]).execute() == {}


def test_an_admin_lists_all_courses_newest_first_page_by_page(admin: Any, server: ClassroomServer) -> None:
    request, found = admin.courses().list(pageSize=7), []
    while request is not None:
        page = request.execute()
        assert len(page["courses"]) <= 7
        found += page["courses"]
        request = admin.courses().list_next(request, page)
    assert [course["id"] for course in found] == list(reversed(server.state.courses))


def test_courses_filter_by_teacher_student_and_state(
    admin: Any, district: District, student_email: str, server: ClassroomServer
) -> None:
    taught = admin.courses().list(teacherId=district.teacher_email).execute()["courses"]
    assert len(taught) == 2
    attended = admin.courses().list(studentId=student_email).execute()["courses"]
    account = server.state.account(student_email)
    assert account
    assert all(account.id in server.state.courses[course["id"]].students for course in attended)
    archived = admin.courses().list(courseStates=["ARCHIVED"]).execute()["courses"]
    assert {course["courseState"] for course in archived} == {"ARCHIVED"}
    assert refused(admin.courses().list(teacherId="me", studentId="me")).status == "INVALID_ARGUMENT"
    assert refused(admin.courses().list(teacherId="nobody@riverbend.example")).status == "NOT_FOUND"


def test_a_student_sees_only_their_courses(student: Any, server: ClassroomServer, course_id: str) -> None:
    courses = student.courses().list().execute()["courses"]
    assert course_id in {course["id"] for course in courses}
    other = next(
        row.id for row in server.state.courses.values() if row.id not in {course["id"] for course in courses}
    )
    assert refused(student.courses().get(id=other)).status == "PERMISSION_DENIED"


def test_a_course_is_created_once_under_its_alias(admin: Any, district: District) -> None:
    body = {"id": "d:2027/sec å", "name": "Biology 9", "ownerId": district.teacher_email}
    made = admin.courses().create(body=body).execute()
    assert made["courseState"] == "PROVISIONED"
    assert admin.courses().get(id="d:2027/sec å").execute() == made
    assert refused(admin.courses().create(body=body)).status == "ALREADY_EXISTS"
    aliases = admin.courses().aliases().list(courseId=made["id"]).execute()
    assert aliases == {"aliases": [{"alias": "d:2027/sec å"}]}


def test_the_owner_of_a_new_course_is_its_teacher(teacher: Any) -> None:
    made = teacher.courses().create(body={"name": "Chess club", "ownerId": "me"}).execute()
    teachers = teacher.courses().teachers().list(courseId=made["id"]).execute()["teachers"]
    assert [member["userId"] for member in teachers] == [made["ownerId"]]


def test_only_admins_create_courses_for_others_and_students_own_none(
    teacher: Any, student: Any, admin: Any, district: District, student_email: str
) -> None:
    others = {"name": "X", "ownerId": district.admin_email}
    assert refused(teacher.courses().create(body=others)).status == "PERMISSION_DENIED"
    assert refused(student.courses().create(body={"name": "X", "ownerId": "me"})).status == "PERMISSION_DENIED"
    error = refused(admin.courses().create(body={"name": "X", "ownerId": student_email}))
    assert (error.status, error.token) == ("FAILED_PRECONDITION", "UserCannotOwnCourse")


@pytest.mark.parametrize(
    ("change", "token"),
    [
        ({"name": "see www.riverbend.example"}, "CourseTitleCannotContainUrl"),
        ({"name": ""}, ""),
        ({"name": "x" * 751}, ""),
    ],
)
def test_a_bad_name_is_refused(teacher: Any, course_id: str, change: dict[str, str], token: str) -> None:
    error = refused(teacher.courses().patch(id=course_id, updateMask="name", body=change))
    assert error.code == 400
    assert error.token == token


def test_a_patch_changes_what_its_mask_names_and_nothing_else(teacher: Any, course_id: str) -> None:
    body = {"name": "New name", "room": "Room 9"}
    changed = teacher.courses().patch(id=course_id, updateMask="name,section", body=body).execute()
    assert changed["name"] == "New name"
    assert changed["room"] != "Room 9"
    assert "section" not in changed
    assert changed["updateTime"] > changed["creationTime"]


def test_a_patch_without_a_mask_or_of_other_fields_is_refused(teacher: Any, course_id: str) -> None:
    assert refused(teacher.courses().patch(id=course_id, body={"name": "x"})).status == "INVALID_ARGUMENT"
    error = refused(teacher.courses().patch(id=course_id, updateMask="gradebookSettings", body={}))
    assert error.status == "INVALID_ARGUMENT"


def test_an_update_replaces_the_fields(teacher: Any, course_id: str) -> None:
    changed = teacher.courses().update(id=course_id, body={"name": "Only a name"}).execute()
    assert "room" not in changed
    assert changed["courseState"] == "ACTIVE"


def test_an_archived_course_is_not_modifiable_until_it_is_active_again(teacher: Any, course_id: str) -> None:
    teacher.courses().patch(id=course_id, updateMask="courseState", body={"courseState": "ARCHIVED"}).execute()
    error = refused(teacher.courses().patch(id=course_id, updateMask="name", body={"name": "x"}))
    assert error.token == "CourseNotModifiable"
    teacher.courses().patch(id=course_id, updateMask="courseState", body={"courseState": "ACTIVE"}).execute()
    teacher.courses().patch(id=course_id, updateMask="name", body={"name": "x"}).execute()


def test_only_an_admin_makes_a_co_teacher_the_owner(
    admin: Any, teacher: Any, course_id: str, district: District, control: ClassroomControl
) -> None:
    body = {"ownerId": district.admin_email}
    change = {"id": course_id, "updateMask": "ownerId", "body": body}
    assert refused(admin.courses().patch(**change)).token == "IneligibleOwner"
    control.do("add_member", course_id=course_id, role="teachers", user=district.admin_email)
    assert refused(teacher.courses().patch(**change)).status == "PERMISSION_DENIED"
    owner = admin.courses().patch(**change).execute()["ownerId"]
    assert owner == admin.userProfiles().get(userId="me").execute()["id"]


def test_a_deleted_course_is_gone_with_its_aliases_and_invitations(
    admin: Any, teacher: Any, build: Build, course_id: str, district: District
) -> None:
    admin.courses().aliases().create(courseId=course_id, body={"alias": "d:gone"}).execute()
    admin.invitations().create(
        body={"courseId": course_id, "userId": district.admin_email, "role": "TEACHER"}
    ).execute()
    teacher.courses().delete(id=course_id).execute()
    for key in (course_id, "d:gone"):
        assert refused(admin.courses().get(id=key)).status == "NOT_FOUND"
    assert admin.invitations().list(userId=district.admin_email).execute() == {}


def test_a_domain_alias_takes_an_admin_and_a_project_alias_a_teacher(
    admin: Any, teacher: Any, student: Any, course_id: str
) -> None:
    create = {"courseId": course_id, "body": {"alias": "d:one"}}
    assert refused(teacher.courses().aliases().create(**create)).status == "PERMISSION_DENIED"
    admin.courses().aliases().create(**create).execute()
    teacher.courses().aliases().create(courseId=course_id, body={"alias": "p:two"}).execute()
    assert student.courses().get(id="d:one").execute()["id"] == course_id
    assert (
        refused(teacher.courses().aliases().delete(courseId=course_id, alias="d:one")).status
        == "PERMISSION_DENIED"
    )
    admin.courses().aliases().delete(courseId=course_id, alias="d:one").execute()
    teacher.courses().aliases().delete(courseId="p:two", alias="p:two").execute()
    assert refused(admin.courses().aliases().delete(courseId=course_id, alias="p:two")).status == "NOT_FOUND"


@pytest.mark.parametrize("alias", ["plain", "d:", "d:" + "x" * 255])
def test_a_malformed_alias_is_refused(admin: Any, course_id: str, alias: str) -> None:
    error = refused(admin.courses().aliases().create(courseId=course_id, body={"alias": alias}))
    assert error.status == "INVALID_ARGUMENT"


def test_grading_periods_are_replaced_whole(teacher: Any, student: Any, course_id: str) -> None:
    def write(periods: list[dict[str, Any]]) -> Any:
        body = {"gradingPeriods": periods}
        return teacher.courses().updateGradingPeriodSettings(
            courseId=course_id, updateMask="gradingPeriods", body=body
        )

    first, second = period("Q1", 8, 10), period("Q2", 11, 12)
    saved = write([first, second]).execute()["gradingPeriods"]
    assert [item["title"] for item in saved] == ["Q1", "Q2"]
    kept = write([{**saved[1], "title": "Second"}]).execute()["gradingPeriods"]
    assert kept == [{**saved[1], "title": "Second"}]
    for wrong in ([second, first], [first, period("Q1", 11, 12)], [first, period("Q2", 10, 12)]):
        assert refused(write(wrong)).status == "INVALID_ARGUMENT"
    assert refused(write([{**first, "id": "unknown"}])).status == "INVALID_ARGUMENT"
    assert student.courses().getGradingPeriodSettings(courseId=course_id).execute() == {"gradingPeriods": kept}


def test_whether_periods_apply_to_older_work_is_kept(teacher: Any, course_id: str) -> None:
    change = teacher.courses().updateGradingPeriodSettings
    mask = "applyToExistingCoursework"
    change(courseId=course_id, updateMask=mask, body={"applyToExistingCoursework": True}).execute()
    change(
        courseId=course_id, updateMask="gradingPeriods", body={"gradingPeriods": [period("Q1", 8, 9)]}
    ).execute()
    settings = teacher.courses().getGradingPeriodSettings(courseId=course_id).execute()
    assert settings["applyToExistingCoursework"] is True


def test_grading_periods_need_a_licence_to_write_but_none_to_read(
    teacher: Any, student: Any, course_id: str, control: ClassroomControl, district: District
) -> None:
    control.do("license", user=district.teacher_email, licensed=False)
    write = {"courseId": course_id, "updateMask": "gradingPeriods", "body": {"gradingPeriods": []}}
    error = refused(teacher.courses().updateGradingPeriodSettings(**write))
    assert (error.code, error.token) == (403, "UserIneligibleToUpdateGradingPeriodSettings")
    assert teacher.courses().getGradingPeriodSettings(courseId=course_id).execute() == {}
    control.do("license", user=district.teacher_email, licensed=True)
    teacher.courses().updateGradingPeriodSettings(**write).execute()
    assert refused(student.courses().updateGradingPeriodSettings(**write)).status == "PERMISSION_DENIED"


def period(title: str, first: int, last: int) -> dict[str, Any]:
    return {
        "title": title,
        "startDate": {"year": 2026, "month": first, "day": 1},
        "endDate": {"year": 2026, "month": last, "day": 28},
    }


def test_googles_error_carries_the_status(teacher: Any) -> None:
    with pytest.raises(HttpError) as raised:
        teacher.courses().get(id="404404404404").execute()
    assert raised.value.resp.status == 404
    assert raised.value.reason == "Requested entity was not found."
