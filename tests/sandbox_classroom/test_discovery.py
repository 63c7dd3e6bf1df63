"""The stand-in beside Google's discovery document: the same methods, and answers that fit its schemas."""

import json
from typing import Any

import httpx2
import pytest

from classbridge.sandbox.classroom import ClassroomServer
from classbridge.sandbox.classroom.methods import BODIES, METHODS, Method
from classbridge.sandbox.classroom.scopes import ALL, PREFIX
from classbridge.sandbox.district import District
from tests.sandbox_classroom.conftest import DISCOVERY, Build
from tests.sandbox_classroom.schema import methods, validator

THEIRS = methods(DISCOVERY)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.id)
def test_a_method_has_googles_place_scopes_and_parameters(method: Method) -> None:
    theirs = THEIRS[method.id]
    assert method.http == theirs["httpMethod"]
    assert method.path.split("{")[0] == theirs["path"].split("{")[0]
    assert method.path.count("/") == theirs["path"].count("/")
    assert method.path.rpartition("}")[2] == theirs["path"].rpartition("}")[2]
    assert {PREFIX + scope for scope in method.scopes} == set(theirs["scopes"]) <= ALL
    query = {name for name, parameter in theirs["parameters"].items() if parameter["location"] == "query"}
    assert set(method.query) == query
    if method.body:
        assert theirs["request"]["$ref"] == method.body
        assert BODIES[method.body].keys() == DISCOVERY["schemas"][method.body]["properties"].keys()


def test_the_schema_check_sees_wrong_answers() -> None:
    course = validator(DISCOVERY, "Course")
    assert course.is_valid({"id": "1", "courseState": "ACTIVE"})
    assert not course.is_valid({"id": 1})
    assert not course.is_valid({"courseState": "OPEN"})
    assert not course.is_valid({"nickname": "x"})


def answers(server: ClassroomServer, build: Build, subject: str) -> list[tuple[str, dict[str, Any]]]:
    """Everything that someone can read of one course, by method."""
    api = build(subject)
    course = api.courses().list().execute()["courses"][-1]["id"]
    work = api.courses().courseWork().list(courseId=course, courseWorkStates=["PUBLISHED", "DRAFT", "DELETED"])
    first = api.courses().courseWork().list(courseId=course).execute()["courseWork"][0]["id"]
    submissions = api.courses().courseWork().studentSubmissions()
    listed = submissions.list(courseId=course, courseWorkId="-")
    one = listed.execute()["studentSubmissions"][0]
    calls = {
        "courses.list": api.courses().list(),
        "courses.get": api.courses().get(id=course),
        "courses.aliases.list": api.courses().aliases().list(courseId=course),
        "courses.getGradingPeriodSettings": api.courses().getGradingPeriodSettings(courseId=course),
        "courses.teachers.list": api.courses().teachers().list(courseId=course),
        "courses.students.list": api.courses().students().list(courseId=course),
        "invitations.list": api.invitations().list(courseId=course),
        "courses.courseWork.list": work,
        "courses.courseWork.get": api.courses().courseWork().get(courseId=course, id=first),
        "courses.courseWork.studentSubmissions.list": listed,
        "courses.courseWork.studentSubmissions.get": submissions.get(
            courseId=course, courseWorkId=one["courseWorkId"], id=one["id"]
        ),
        "userProfiles.get": api.userProfiles().get(userId="me"),
    }
    return [(name, call.execute()) for name, call in calls.items()]


@pytest.mark.parametrize("who", ["admin", "teacher", "student"])
def test_every_answer_fits_the_discovery_documents_schema(
    server: ClassroomServer, build: Build, district: District, student_email: str, course_id: str, who: str
) -> None:
    admin = build(district.admin_email)
    periods = [{"title": "Q2", "startDate": day(2026, 10, 16), "endDate": day(2026, 12, 31)}]
    admin.courses().updateGradingPeriodSettings(
        courseId=course_id, updateMask="gradingPeriods", body={"gradingPeriods": periods}
    ).execute()
    admin.courses().aliases().create(courseId=course_id, body={"alias": "d:sec-1"}).execute()
    body = {"courseId": course_id, "userId": district.admin_email, "role": "TEACHER"}
    admin.invitations().create(body=body).execute()
    subject = {"admin": district.admin_email, "teacher": district.teacher_email, "student": student_email}[who]
    for name, answer in answers(server, build, subject):
        schema = THEIRS[name]["response"]["$ref"]
        errors = [error.message for error in validator(DISCOVERY, schema).iter_errors(answer)]
        assert not errors, (name, errors)
        assert answer or who == "student", name


def day(year: int, month: int, day_: int) -> dict[str, int]:
    return {"year": year, "month": month, "day": day_}


def test_an_error_has_googles_shape(shared: ClassroomServer) -> None:
    answer = httpx2.get(f"{shared.base_url}/v1/courses")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/json; charset=UTF-8"
    error = json.loads(answer.content)["error"]
    assert (error["code"], error["status"]) == (401, "UNAUTHENTICATED")
    assert error["errors"][0].keys() == {"message", "domain", "reason"}
    assert error["details"][0]["@type"] == "type.googleapis.com/google.rpc.ErrorInfo"


def test_a_path_that_is_no_method_is_not_found(shared: ClassroomServer) -> None:
    assert httpx2.get(f"{shared.base_url}/v1/planets").status_code == 404
