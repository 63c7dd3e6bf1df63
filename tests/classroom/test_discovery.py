"""Everything that the adapter asks exists in Google's own discovery document."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import googleapiclient
import pytest

from classbridge.classroom.google import scopes
from classbridge.classroom.google.adapter import BASE_URL, GoogleClassroom
from classbridge.classroom.models import Course, GradingPeriodSettings, Invitation
from tests.classroom.scripted import Request, Script

_DOCUMENTS = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents"
DISCOVERY: dict[str, Any] = json.loads((_DOCUMENTS / "classroom.v1.json").read_bytes())
SCHEMAS: dict[str, Any] = DISCOVERY["schemas"]
Opened = Callable[..., GoogleClassroom]

CALLS: dict[str, Callable[[GoogleClassroom], Any]] = {
    "classroom.userProfiles.get": lambda port: port.user_profile("me"),
    "classroom.courses.list": lambda port: port.courses(teacher_id="t@x.example"),
    "classroom.courses.get": lambda port: port.course("d:1"),
    "classroom.courses.create": lambda port: port.create_course(
        Course(name="a", section="b", room="c", subject="d", owner_id="me"), alias="d:1"
    ),
    "classroom.courses.teachers.list": lambda port: port.members("1", "teachers"),
    "classroom.courses.students.list": lambda port: port.members("1", "students"),
    "classroom.courses.teachers.create": lambda port: port.add_member("1", "teachers", "u"),
    "classroom.courses.students.create": lambda port: port.add_member("1", "students", "u"),
    "classroom.courses.teachers.delete": lambda port: port.remove_member("1", "teachers", "u"),
    "classroom.courses.students.delete": lambda port: port.remove_member("1", "students", "u"),
    "classroom.invitations.list": lambda port: port.invitations("1"),
    "classroom.invitations.create": lambda port: port.invite(
        Invitation(user_id="u", course_id="1", role="STUDENT")
    ),
    "classroom.courses.courseWork.list": lambda port: port.course_work("1"),
    "classroom.courses.courseWork.get": lambda port: port.course_work_item("1", "2"),
    "classroom.courses.courseWork.studentSubmissions.list": lambda port: port.submissions(
        "1", "2", states=("TURNED_IN", "RETURNED")
    ),
    "classroom.courses.getGradingPeriodSettings": lambda port: port.grading_periods("1"),
    "classroom.courses.updateGradingPeriodSettings": lambda port: port.replace_grading_periods(
        "1", GradingPeriodSettings(apply_to_existing_coursework=True)
    ),
}


def _methods(resource: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from resource.get("methods", {}).values()
    for inner in resource.get("resources", {}).values():
        yield from _methods(inner)


METHODS = {method["id"]: method for method in _methods(DISCOVERY)}


def _unknown(mask: str, schema: dict[str, Any]) -> list[str]:
    """The names in a field mask that the schema does not have."""
    unknown, rest = [], mask
    while rest:
        found = re.match(r"(\w+)(\()?", rest)
        assert found, rest
        name, rest = found[1], rest[found.end() :]
        inner = _resolved(schema.get("properties", {}).get(name))
        if inner is None:
            unknown.append(name)
        if found[2]:
            end = _closing(rest)
            unknown += _unknown(rest[:end], inner or {})
            rest = rest[end + 1 :]
        rest = rest.removeprefix(",")
    return unknown


def _resolved(schema: dict[str, Any] | None) -> dict[str, Any] | None:
    if schema is None:
        return None
    if schema.get("type") == "array":
        schema = schema["items"]
    return SCHEMAS[schema["$ref"]] if "$ref" in schema else schema


def _closing(text: str) -> int:
    depth = 0
    for index, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth < 0:
            return index
    raise AssertionError(text)


async def _asked(script: Script, opened: Opened, name: str) -> Request:
    script.answers({"id": "1", "userId": "u", "courseId": "1", "role": "STUDENT"})
    await CALLS[name](opened())
    [request] = script.requests
    return request


each = pytest.mark.parametrize("name", CALLS)


@each
async def test_the_path_and_verb_are_google_s(script: Script, opened: Opened, name: str) -> None:
    request = await _asked(script, opened, name)
    template = re.sub(r"\{\w+\}", "[^/]+", METHODS[name]["path"])
    assert request.method == METHODS[name]["httpMethod"]
    assert re.fullmatch("/" + template, request.path)


@each
async def test_every_parameter_exists_and_holds_a_value_that_google_knows(
    script: Script, opened: Opened, name: str
) -> None:
    request = await _asked(script, opened, name)
    known = {**DISCOVERY["parameters"], **METHODS[name]["parameters"]}
    for parameter, values in request.query.items():
        assert set(values) <= set(known[parameter].get("enum", values)), parameter
        assert len(values) == 1 or known[parameter].get("repeated")


@each
async def test_every_field_that_is_asked_for_or_sent_exists(script: Script, opened: Opened, name: str) -> None:
    request = await _asked(script, opened, name)
    method = METHODS[name]
    if request.method != "DELETE":
        assert _unknown(request.query["fields"][0], SCHEMAS[method["response"]["$ref"]]) == []
    if "updateMask" in request.query:
        assert _unknown(request.query["updateMask"][0], SCHEMAS[method["request"]["$ref"]]) == []
    if request.body:
        sent = json.loads(request.body)
        assert sent
        assert set(sent) <= set(SCHEMAS[method["request"]["$ref"]]["properties"])


@each
def test_the_delegated_scopes_are_enough(name: str) -> None:
    assert set(scopes.EVERYTHING) & set(METHODS[name]["scopes"])


def test_reading_for_grades_takes_no_scope_that_writes() -> None:
    reading = [name for name in CALLS if METHODS[name]["httpMethod"] == "GET" and "GradingPeriod" not in name]
    for name in reading:
        assert set(scopes.GRADES) & set(METHODS[name]["scopes"]), name
    assert all(scope.endswith(("readonly", "profile.emails")) for scope in scopes.GRADES)


def test_every_scope_and_the_address_are_google_s() -> None:
    assert set(scopes.EVERYTHING) | set(scopes.GRADES) <= set(DISCOVERY["auth"]["oauth2"]["scopes"])
    assert DISCOVERY["rootUrl"] == BASE_URL + "/"


def test_a_mask_with_an_unknown_name_would_be_noticed() -> None:
    assert _unknown("courses(id,nme),nextPageToken", SCHEMAS["ListCoursesResponse"]) == ["nme"]
