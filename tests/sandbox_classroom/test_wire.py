"""Tokens, partial answers, batches, faults and the control API."""

import time
from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx2
import pytest
import requests
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request
from google.oauth2 import credentials, service_account
from googleapiclient.errors import HttpError
from joserfc import jwt
from joserfc.jwk import RSAKey

from classbridge.sandbox.classroom import ClassroomControl, ClassroomServer, scopes
from classbridge.sandbox.classroom.api import FAULTS
from classbridge.sandbox.classroom.fields import select
from classbridge.sandbox.classroom.scopes import ALL, PREFIX
from classbridge.sandbox.classroom.state import load
from classbridge.sandbox.district import District
from tests.sandbox_classroom.conftest import Build

from .refused import refused

USER = "/admin/directory/v1/users/nobody"
LICENCES = "/apps/licensing/v1/product/101034/sku/1010340001/users"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@pytest.fixture
def http(server: ClassroomServer, district: District) -> Iterator[httpx2.Client]:
    """A plain client with the admin's token."""
    with httpx2.Client(base_url=server.base_url) as client:
        token = asked(server, sub=district.admin_email)["access_token"]
        client.headers["authorization"] = f"Bearer {token}"
        yield client


def asked(server: ClassroomServer, *, key: RSAKey | None = None, **claims: Any) -> Any:
    """The token endpoint's answer to an assertion with these claims."""
    account = server.info()["service_account"]
    signer = key or RSAKey.import_key(account["private_key"])
    now = int(time.time())
    usual = {"iss": account["client_email"], "scope": " ".join(ALL), "iat": now, "exp": now + 600}
    assertion = jwt.encode({"alg": "RS256"}, {**usual, "aud": server.token_url, **claims}, signer)
    form = {"grant_type": JWT_BEARER, "assertion": assertion}
    return httpx2.post(server.token_url, data=form).json()


def refresh(theirs: Any) -> None:
    """Let google-auth fetch a token."""
    with requests.Session() as session:
        theirs.refresh(Request(session))


def test_a_token_is_issued_for_the_impersonated_person(server: ClassroomServer, district: District) -> None:
    answer = asked(server, sub=district.teacher_email)
    assert answer["token_type"] == "Bearer"
    assert 3000 < answer["expires_in"] <= 3600


@pytest.mark.parametrize(
    ("claims", "error"),
    [
        ({"iss": "someone@else.example"}, "invalid_grant"),
        ({"aud": "https://elsewhere.example/token"}, "invalid_grant"),
        ({"sub": "nobody@riverbend.example"}, "invalid_grant"),
        ({"exp": 1}, "invalid_grant"),
        ({"iat": 1}, "invalid_grant"),
        ({"iat": None}, "invalid_grant"),
        ({"scope": ""}, "invalid_scope"),
        ({"scope": PREFIX + "announcements"}, "unauthorized_client"),
    ],
)
def test_a_wrong_assertion_is_refused(
    shared: ClassroomServer, district: District, claims: dict[str, Any], error: str
) -> None:
    assert asked(shared, **{"sub": district.teacher_email, **claims})["error"] == error


def test_another_key_does_not_sign_in(shared: ClassroomServer, district: District) -> None:
    answer = asked(shared, key=RSAKey.generate_key(2048), sub=district.teacher_email)
    assert answer["error"] == "invalid_grant"


def test_a_service_account_that_is_nobody_may_do_nothing(build: Build) -> None:
    assert refused(build(None).courses().list()).status == "PERMISSION_DENIED"


def test_a_scope_that_is_not_delegated_is_refused_by_google_auth(
    server: ClassroomServer, build: Build, district: District, control: ClassroomControl
) -> None:
    control.do("delegate", scopes=sorted(ALL - {PREFIX + "rosters"}))
    with pytest.raises(RefreshError, match="unauthorized_client"):
        build(district.teacher_email).courses().list().execute()


def test_a_refresh_token_works_with_google_auth(
    server: ClassroomServer, control: ClassroomControl, district: District
) -> None:
    scopes = [PREFIX + "courses.readonly"]
    info = server.info()
    theirs = credentials.Credentials(  # type: ignore[no-untyped-call]
        None,
        refresh_token=control.do("sign_in", user=district.teacher_email, scopes=scopes)["refreshToken"],
        token_uri=info["token_url"],
        client_id=info["client_id"],
        client_secret=info["client_secret"],
    )
    refresh(theirs)
    courses = httpx2.get(f"{info['base_url']}/v1/courses", headers={"authorization": f"Bearer {theirs.token}"})
    assert len(courses.json()["courses"]) == 2


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"refresh_token": "wrong"}, "invalid_grant"),
        ({"scope": PREFIX + "rosters"}, "invalid_scope"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_a_wrong_refresh_is_refused(
    server: ClassroomServer, district: District, control: ClassroomControl, change: dict[str, str], error: str
) -> None:
    scopes = [PREFIX + "courses.readonly"]
    form = {
        "grant_type": "refresh_token",
        "client_id": server.tokens.client_id,
        "client_secret": server.tokens.client_secret,
        "refresh_token": control.do("sign_in", user=district.teacher_email, scopes=scopes)["refreshToken"],
    }
    assert "access_token" in httpx2.post(server.token_url, data=form).json()
    assert httpx2.post(server.token_url, data=form | change).json()["error"] == error


def test_googles_client_gets_a_new_token_when_its_own_runs_out(teacher: Any, control: ClassroomControl) -> None:
    first = teacher.courses().list().execute()
    control.do("expire_tokens")
    assert teacher.courses().list().execute() == first


def test_a_token_is_good_for_an_hour(
    server: ClassroomServer, district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = asked(server, sub=district.admin_email)["access_token"]
    headers = {"authorization": f"Bearer {token}"}
    assert httpx2.get(f"{server.base_url}/v1/courses", headers=headers).status_code == 200
    monkeypatch.setattr(server.tokens, "_now", lambda: time.time() + 3601)
    assert httpx2.get(f"{server.base_url}/v1/courses", headers=headers).status_code == 401


def test_fields_pick_parts_of_an_answer(teacher: Any) -> None:
    answer = teacher.courses().list(pageSize=1, fields="courses(id,name),nextPageToken").execute()
    assert answer.keys() == {"courses", "nextPageToken"}
    assert answer["courses"][0].keys() == {"id", "name"}


BODY = {"a": 1, "b": {"c": 2, "d": {"e": 3, "f": 4}}, "g": [{"h": 5, "i": 6}]}


@pytest.mark.parametrize(
    ("fields", "picked"),
    [
        ("a", {"a": 1}),
        ("*", BODY),
        ("b/d/e,a", {"a": 1, "b": {"d": {"e": 3}}}),
        ("b(c,d(f)),g/h", {"b": {"c": 2, "d": {"f": 4}}, "g": [{"h": 5}]}),
        ("b/c,b/d/e", {"b": {"c": 2, "d": {"e": 3}}}),
        ("g(*)", {"g": [{"h": 5, "i": 6}]}),
        ("missing", {}),
    ],
)
def test_a_field_selection_is_read_as_google_reads_it(fields: str, picked: dict[str, Any]) -> None:
    assert select(BODY, fields) == picked


@pytest.mark.parametrize("fields", ["a(", "a)", "a,,b", "a(b", "/a", "a b;", ","])
def test_a_malformed_field_selection_is_refused(http: httpx2.Client, fields: str) -> None:
    assert http.get("/v1/courses", params={"fields": fields}).status_code == 400


@pytest.mark.parametrize(
    "query",
    ["nonsense=1", "courseStates=OPEN", "pageSize=-1", "pageSize=many", "teacherId=me&studentId=me"],
)
def test_a_malformed_query_is_an_invalid_argument(http: httpx2.Client, query: str) -> None:
    answer = http.get(f"/v1/courses?{query}")
    assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"name": 5}', b'{"colour": "red"}', b'{"id": []}'])
def test_a_malformed_body_is_an_invalid_argument(http: httpx2.Client, body: bytes) -> None:
    answer = http.post("/v1/courses", content=body)
    assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


def test_a_batch_answers_each_call_by_itself(admin: Any, server: ClassroomServer, course_id: str) -> None:
    answers: dict[str, Any] = {}

    def note(key: str, answer: Any, error: HttpError | None) -> None:
        answers[key] = error.resp.status if error else answer

    admin.courses().get(id=course_id).execute()  # a first token, which a batch would fetch over a socket it leaks
    batch = admin.new_batch_http_request(callback=note)
    batch.add(admin.courses().get(id=course_id, fields="id"), request_id="one")
    batch.add(admin.courses().get(id="missing"), request_id="none")
    batch.add(admin.courses().aliases().create(courseId=course_id, body={"alias": "d:batch å"}), request_id="made")
    for n in range(47):
        batch.add(admin.courses().get(id=course_id, fields="name"), request_id=f"more {n}")
    batch.execute()
    assert answers["one"] == {"id": course_id}
    assert answers["none"] == 404
    assert answers["made"] == {"alias": "d:batch å"}
    assert len(answers) == 50
    assert server.state.aliases["d:batch å"] == course_id


def test_a_batch_of_more_than_fifty_calls_is_refused(http: httpx2.Client) -> None:
    part = "--x\r\nContent-Type: application/http\r\nContent-ID: <a+1>\r\n\r\nGET /v1/courses HTTP/1.1\r\n\r\n\r\n"
    headers = {"content-type": "multipart/mixed; boundary=x"}
    for count, status in ((50, 200), (51, 400)):
        answer = http.post("/batch", content=part * count + "--x--\r\n", headers=headers)
        assert answer.status_code == status
    assert http.post("/batch", content="nothing", headers={"content-type": "text/plain"}).status_code == 400


@pytest.mark.parametrize(
    ("fault", "code", "status"),
    [
        ("outage", 503, "UNAVAILABLE"),
        ("server-error", 500, "INTERNAL"),
        ("quota", 429, "RESOURCE_EXHAUSTED"),
    ],
)
def test_a_fault_refuses_as_many_calls_as_asked(
    http: httpx2.Client, control: ClassroomControl, fault: str, code: int, status: str
) -> None:
    control.switch_on(fault, count=2)
    answers = [http.get("/v1/courses") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [code, code, 200]
    assert answers[0].json()["error"]["status"] == status


def test_an_outage_takes_the_token_endpoint_along_until_it_is_switched_off(
    server: ClassroomServer, control: ClassroomControl, district: District
) -> None:
    control.switch_on("outage")
    assert asked(server, sub=district.teacher_email)["error"] == "temporarily_unavailable"
    assert [fault["name"] for fault in control.faults()] == ["outage"]
    control.switch_off()
    assert "access_token" in asked(server, sub=district.teacher_email)


def test_a_slow_stand_in_still_answers(http: httpx2.Client, control: ClassroomControl) -> None:
    control.switch_on("slow", count=1, value=0.2)
    began = time.perf_counter()
    assert http.get("/v1/courses").status_code == 200
    assert time.perf_counter() - began >= 0.2


@pytest.mark.parametrize(
    ("fault", "path"), [("lose-course-work", ""), ("lose-submissions", "/-/studentSubmissions")]
)
def test_lost_lists_answer_200_with_nothing(
    http: httpx2.Client, control: ClassroomControl, course_id: str, fault: str, path: str
) -> None:
    control.switch_on(fault, count=1)
    lost, found = (http.get(f"/v1/courses/{course_id}/courseWork{path}") for _ in range(2))
    assert (lost.status_code, lost.json()) == (200, {})
    assert found.json()


def test_one_person_can_be_refused(http: httpx2.Client, control: ClassroomControl, course_id: str) -> None:
    someone = http.get(f"/v1/courses/{course_id}/students").json()["students"][0]["userId"]
    place = f"/v1/courses/{course_id}/students"
    control.do("remove_member", course_id=course_id, role="students", user=someone)
    control.switch_on("refuse-member", count=1)
    refused, added = (http.post(place, json={"userId": someone}) for _ in range(2))
    assert (refused.status_code, added.status_code) == (400, 200)


def test_students_and_later_pages_can_be_lost(
    http: httpx2.Client, control: ClassroomControl, course_id: str
) -> None:
    path = f"/v1/courses/{course_id}/students?pageSize=100"
    whole = http.get(path).json()["students"]
    control.switch_on("lose-page", count=1)
    assert http.get(path).json() == {"students": whole[: len(whole) // 2]}
    control.switch_on("lose-students", count=1)
    assert http.get(path).json() == {}


def test_an_api_that_is_off_in_the_project_says_so_as_google_does(
    http: httpx2.Client, control: ClassroomControl
) -> None:
    switches = (
        ("classroom-disabled", "/v1/courses"),
        ("directory-disabled", USER),
        ("licensing-disabled", LICENCES),
    )
    for fault, path in switches:
        control.switch_on(fault, count=1)
        error = http.get(path).json()["error"]
        assert (error["code"], error["status"]) == (403, "PERMISSION_DENIED")
        assert error["errors"][0]["reason"] == "accessNotConfigured"
        assert error["details"][0]["reason"] == "SERVICE_DISABLED"


def test_the_directory_is_shown_to_administrators_with_its_scope_only(
    server: ClassroomServer, district: District
) -> None:
    answers = {}
    for who, scope in (
        (district.admin_email, scopes.DIRECTORY),
        (district.teacher_email, scopes.DIRECTORY),
        (district.admin_email, scopes.EMAILS),
    ):
        token = asked(server, sub=who, scope=scope)["access_token"]
        headers = {"authorization": f"Bearer {token}"}
        answers[who, scope] = httpx2.get(
            f"{server.base_url}/admin/directory/v1/users/{district.admin_email}", headers=headers
        )
    assert [answer.status_code for answer in answers.values()] == [200, 403, 403]
    assert answers[district.admin_email, scopes.DIRECTORY].json()["isAdmin"] is True


def test_a_withdrawn_key_and_a_clock_that_is_off_are_refused_as_google_does(
    server: ClassroomServer, control: ClassroomControl, district: District
) -> None:
    control.do("set_clock", ahead=4000)
    late = asked(server, sub=district.admin_email)
    control.do("set_clock", ahead=0)
    control.do("withdraw_key")
    withdrawn = asked(server, sub=district.admin_email)
    server.tokens.reset()
    assert late["error"] == withdrawn["error"] == "invalid_grant"
    assert "reasonable timeframe" in late["error_description"]
    assert withdrawn["error_description"] == "Invalid JWT Signature."


def test_every_fault_has_been_tried() -> None:
    tried = {"outage", "server-error", "quota", "slow", "lose-course-work", "lose-submissions"}
    tried |= {"refuse-member", "lose-students", "lose-page"}
    tried |= {"classroom-disabled", "directory-disabled", "licensing-disabled"}
    assert set(FAULTS) == tried


def test_the_control_api_needs_its_key(server: ClassroomServer) -> None:
    answer = httpx2.post(f"{server.base_url}/_sandbox/snapshot", headers={"x-sandbox-key": "wrong"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("action", "arguments", "status"),
    [
        ("explode", {}, 400),
        ("grade", {"colour": 1}, 400),
        ("switch_on", {"name": "no-such-fault"}, 400),
        ("course", {"course_id": "1"}, 404),
    ],
)
def test_a_wrong_control_call_is_refused(
    control: ClassroomControl, action: str, arguments: dict[str, Any], status: int
) -> None:
    with pytest.raises(httpx2.HTTPStatusError) as raised:
        control.do(action, **arguments)
    assert raised.value.response.status_code == status


def test_a_teacher_grades_and_returns_changes_and_withdraws(
    teacher: Any, control: ClassroomControl, course_id: str, student_email: str
) -> None:
    work = control.do("add_work", course_id=course_id, title="A7K2-999999 By hand", maxPoints=10)
    one = {"course_id": course_id, "work_id": work["id"], "user": student_email}
    answers = teacher.courses().courseWork().studentSubmissions()

    def seen() -> Any:
        listed = answers.list(courseId=course_id, courseWorkId=work["id"], userId=student_email).execute()
        submission = listed["studentSubmissions"][0]
        return submission["state"], submission.get("draftGrade"), submission.get("assignedGrade")

    assert seen() == ("NEW", None, None)
    control.do("grade", **one, points=7, returned=False)
    assert seen() == ("NEW", 7, None)
    assert control.do("return_all", course_id=course_id, work_id=work["id"]) == {"returned": 1}
    assert seen() == ("RETURNED", 7, 7)
    control.do("grade", **one, points=8.25)
    assert seen() == ("RETURNED", 8.25, 8.25)
    control.do("grade", **one, points=None)
    assert seen() == ("RETURNED", None, None)


def test_course_work_is_changed_and_deleted_by_hand(
    teacher: Any, control: ClassroomControl, course_id: str
) -> None:
    work = control.do("course", course_id=course_id)["courseWork"][0]
    which = {"course_id": course_id, "work_id": work["id"]}
    control.do("edit_work", **which, title="New title", dueDate=None, dueTime=None)
    get = teacher.courses().courseWork().get(courseId=course_id, id=work["id"])
    changed = get.execute()
    assert changed["title"] == "New title"
    assert "dueDate" not in changed
    control.do("delete_work", **which)
    assert get.execute()["state"] == "DELETED"


def test_members_come_and_go_by_hand(
    control: ClassroomControl, course_id: str, student_email: str, server: ClassroomServer
) -> None:
    one = {"course_id": course_id, "role": "students", "user": student_email}
    user_id = control.do("remove_member", **one)["userId"]
    assert user_id not in server.state.courses[course_id].students
    control.do("add_member", **one)
    assert user_id in server.state.courses[course_id].students


def test_a_snapshot_counts_what_there_is_and_what_was_written(
    teacher: Any, control: ClassroomControl, course_id: str
) -> None:
    before = control.snapshot()
    teacher.courses().patch(id=course_id, updateMask="name", body={"name": "x"}).execute()
    teacher.courses().list().execute()
    after = control.snapshot()
    assert before["writes"] == {}
    assert after == before | {"writes": {"courses.patch": 1}}
    assert before["student_submissions"] > 1000


def test_info_is_all_that_google_auth_needs(shared: ClassroomServer, district: District) -> None:
    info = shared.info()
    from_info: Any = service_account.Credentials.from_service_account_info
    theirs = from_info(info["service_account"], scopes=sorted(ALL), subject=info["admin_email"])
    refresh(theirs)
    assert theirs.valid
    assert info["domain"] == "riverbend.example"
    assert info["teacher_email"] == district.teacher_email


def test_twenty_thousand_students_load_in_seconds() -> None:
    began = time.perf_counter()
    state = load(District.make(students=20_000, today=date(2026, 11, 23)).classroom())
    assert len(state.accounts) > 20_000
    assert time.perf_counter() - began < 10


def test_a_reset_stand_in_is_as_on_its_first_day(
    server: ClassroomServer, control: ClassroomControl, course_id: str, student_email: str
) -> None:
    before = control.snapshot()
    control.do("remove_member", course_id=course_id, role="students", user=student_email)
    control.switch_on("outage")
    server.reset()
    assert control.snapshot() == before
    assert control.faults() == []
