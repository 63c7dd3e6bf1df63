"""How the adapter asks: whole lists, retries, refusals, limits, no secrets in errors."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from classbridge.classroom.google.adapter import GoogleClassroom
from classbridge.classroom.models import Course, GradingPeriod, GradingPeriodSettings, Invitation
from classbridge.classroom.models import Date as Day
from classbridge.classroom.port import ClassroomError
from tests.classroom.conftest import GivenTokens, kept
from tests.classroom.scripted import Answer, Request, Script, refusal

Opened = Callable[..., GoogleClassroom]
COURSE = {"id": "1", "name": "Biology", "ownerId": "2"}


async def _error(call: Any) -> ClassroomError:
    with pytest.raises(ClassroomError) as caught:
        await call
    return caught.value


def _page(number: int, token: str | None = None) -> dict[str, Any]:
    page: dict[str, Any] = {"students": [{"courseId": "1", "userId": str(number)}]}
    return page | ({"nextPageToken": token} if token else {})


async def test_a_list_is_read_to_its_last_page(script: Script, opened: Opened) -> None:
    script.answers(_page(1, "a"), {"nextPageToken": "b"}, _page(2, "c"), _page(3))
    members = await opened().members("1", "students")
    assert [member.user_id for member in members] == ["1", "2", "3"]
    assert [request.query.get("pageToken") for request in script.requests] == [None, ["a"], ["b"], ["c"]]
    assert {request.query["pageSize"][0] for request in script.requests} == {"500"}


async def test_an_empty_list_is_an_answer_without_its_key(script: Script, opened: Opened) -> None:
    script.answers({})
    assert await opened().courses() == []


async def test_a_page_token_that_comes_twice_is_an_error_and_not_an_endless_list(
    script: Script, opened: Opened
) -> None:
    script.answers(_page(1, "a"), _page(2, "b"), _page(3, "a"))
    error = await _error(opened().members("1", "students"))
    assert (error.reason, error.transient) == ("MALFORMED_ANSWER", True)


async def test_an_error_on_a_later_page_fails_the_whole_list(script: Script, opened: Opened) -> None:
    script.answers(_page(1, "a"), refusal(500, "INTERNAL"))
    assert (await _error(opened().members("1", "students"))).status == 500


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b'{"students": {}}', b'{"students": [{"userId": 7}]}', b'{"students": [', b"null"],
)
async def test_an_answer_that_is_not_what_the_method_promises_is_no_empty_list(
    script: Script, opened: Opened, body: bytes
) -> None:
    script.answers(Answer(body=body))
    assert (await _error(opened().members("1", "students"))).reason == "MALFORMED_ANSWER"


async def test_a_connection_cut_in_the_middle_is_tried_again(script: Script, opened: Opened) -> None:
    script.answers(Answer(body=COURSE, cut=True), Answer(body=COURSE, cut=True), COURSE)
    assert (await opened().course("1")).name == "Biology"
    assert len(script.requests) == 3


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
async def test_what_fails_in_passing_is_tried_again(script: Script, opened: Opened, status: int) -> None:
    script.answers(refusal(status, "X"), refusal(status, "X"), COURSE)
    assert (await opened().course("1")).id == "1"


async def test_after_the_last_try_the_refusal_is_told(script: Script, opened: Opened) -> None:
    script.answers(refusal(503, "UNAVAILABLE", "The service is currently unavailable."))
    error = await _error(opened().course("1"))
    assert (error.status, error.reason, error.transient) == (503, "UNAVAILABLE", True)
    assert len(script.requests) == 3


@pytest.mark.parametrize("status", [400, 403, 404, 409, 412])
async def test_what_will_not_change_is_asked_once(script: Script, opened: Opened, status: int) -> None:
    script.answers(refusal(status, "NO"))
    assert not (await _error(opened().course("1"))).transient
    assert len(script.requests) == 1


async def test_retry_after_is_kept_in_seconds_and_as_a_date(script: Script, opened: Opened) -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=-5), usegmt=True)
    script.answers(refusal(429, "X", retry_after="0"), refusal(429, "X", retry_after=soon), COURSE)
    assert (await opened(backoff=30).course("1")).id == "1"


async def test_a_longer_wait_than_allowed_is_left_to_the_caller(script: Script, opened: Opened) -> None:
    script.answers(refusal(429, "RESOURCE_EXHAUSTED", retry_after="3600"))
    assert (await _error(opened().course("1"))).status == 429
    assert len(script.requests) == 1


async def test_nobody_listening_is_no_answer(opened: Opened, tokens: GivenTokens) -> None:
    classroom = kept(GoogleClassroom("http://127.0.0.1:9", tokens, limits=opened()._rest.limits))
    error = await _error(classroom.course("1"))
    assert (error.status, error.transient) == (0, True)


async def test_an_answer_that_never_ends_is_no_answer(script: Script, opened: Opened) -> None:
    script.answers(Answer(body=COURSE, cut=True))
    error = await _error(opened(answer_timeout=0.05, retries=0).course("1"))
    assert error.status == 0


async def test_an_answer_larger_than_the_limit_is_refused(script: Script, opened: Opened) -> None:
    script.answers(Answer(body=b" " * 5000 + b"{}"))
    assert (await _error(opened(max_answer_bytes=4096).course("1"))).reason == "MALFORMED_ANSWER"


async def test_a_redirect_is_never_followed(script: Script, opened: Opened) -> None:
    script.answers(Answer(status=302, headers={"location": "https://elsewhere.example/"}))
    assert (await _error(opened().course("1"))).status == 302
    assert len(script.requests) == 1


async def test_a_refused_token_is_renewed_once(script: Script, opened: Opened) -> None:
    script.answers(refusal(401, "UNAUTHENTICATED"), COURSE)
    assert (await opened().course("1")).id == "1"
    assert [request.token for request in script.requests] == ["t0", "t1"]
    script.answers(refusal(401, "UNAUTHENTICATED"))
    error = await _error(opened().course("1"))
    assert (error.reason, len(script.requests)) == ("UNAUTHENTICATED", 2)


@pytest.mark.parametrize(
    ("answer", "status", "reason", "token"),
    [
        (
            refusal(403, "PERMISSION_DENIED", "@ClassroomApiDisabled The user is not permitted."),
            *(403, "PERMISSION_DENIED", "ClassroomApiDisabled"),
        ),
        (
            refusal(400, "FAILED_PRECONDITION", "@CourseMemberLimitReached Too many."),
            *(400, "FAILED_PRECONDITION", "CourseMemberLimitReached"),
        ),
        (refusal(404, "NOT_FOUND", "Requested entity was not found."), 404, "NOT_FOUND", ""),
        (Answer(status=403, body=b"<html>no</html>"), 403, "PERMISSION_DENIED", ""),
        (Answer(status=418, body=b""), 418, "UNKNOWN", ""),
        (
            Answer(
                status=403, body={"error": {"errors": [{"reason": "userRateLimitExceeded"}], "message": "slow"}}
            ),
            *(429, "RESOURCE_EXHAUSTED", ""),
        ),
        (
            Answer(
                status=403,
                body={"error": {"status": "PERMISSION_DENIED", "details": [{"reason": "SERVICE_DISABLED"}]}},
            ),
            *(403, "PERMISSION_DENIED", "ClassroomApiDisabled"),
        ),
    ],
)
async def test_a_refusal_is_read_as_google_writes_it(
    script: Script, opened: Opened, answer: Answer, status: int, reason: str, token: str
) -> None:
    script.answers(answer)
    error = await _error(opened(retries=0).course("1"))
    assert (error.status, error.reason, error.token) == (status, reason, token)
    assert "<html>" not in error.message


async def test_a_creation_is_not_repeated_when_it_may_have_happened(script: Script, opened: Opened) -> None:
    for lost in (refusal(500, "INTERNAL"), Answer(body=COURSE, cut=True)):
        script.answers(lost, COURSE)
        assert (await _error(opened().create_course(Course(name="Biology")))).transient
        assert len(script.requests) == 1


async def test_a_creation_that_google_turned_away_is_tried_again(script: Script, opened: Opened) -> None:
    script.answers(refusal(429, "RESOURCE_EXHAUSTED"), COURSE)
    assert (await opened().create_course(Course(name="Biology"))).id == "1"


async def test_an_id_with_a_slash_or_an_address_stays_one_segment(script: Script, opened: Opened) -> None:
    script.answers({})
    await opened().remove_member("d:school/9", "students", "åsa@riverbend.example")
    [request] = script.requests
    assert (request.method, request.path) == (
        "DELETE",
        "/v1/courses/d%3Aschool%2F9/students/%C3%A5sa%40riverbend.example",
    )


@pytest.mark.parametrize("bad", ["", ".", ".."])
async def test_an_empty_id_never_becomes_another_address(script: Script, opened: Opened, bad: str) -> None:
    assert (await _error(opened().remove_member("1", "students", bad))).reason == "INVALID_ARGUMENT"
    assert script.requests == []


async def test_a_role_that_classroom_does_not_have_is_refused(script: Script, opened: Opened) -> None:
    assert (await _error(opened().members("1", "guardians"))).reason == "INVALID_ARGUMENT"
    assert script.requests == []


async def test_the_guard_sees_each_address_before_anything_is_sent(script: Script, opened: Opened) -> None:
    class NotAllowedError(Exception):
        pass

    asked: list[str] = []

    async def guard(url: str) -> None:
        asked.append(url)
        raise NotAllowedError

    with pytest.raises(NotAllowedError):
        await opened(guard=guard).course("1")
    assert asked == [f"{script.url}/v1/courses/1"]
    assert script.requests == []


async def test_at_most_so_many_requests_run_at_once(script: Script, opened: Opened) -> None:
    running, most = 0, 0
    classroom = opened(concurrency=3)
    send = classroom._rest._http.send

    async def counted(*given: Any, **more: Any) -> Any:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.005)
        try:
            return await send(*given, **more)
        finally:
            running -= 1

    script.answers(COURSE)
    classroom._rest._http.send = counted  # type: ignore[method-assign]
    await asyncio.gather(*(classroom.course("1") for _ in range(12)))
    assert (len(script.requests), most) == (12, 3)


async def test_a_new_course_says_its_state_and_alias_and_no_member_that_is_unset(
    script: Script, opened: Opened
) -> None:
    bodies: list[bytes] = []

    def answer(request: Request) -> Answer:
        bodies.append(request.body)
        return Answer(body=COURSE)

    script.by(answer)
    await opened().create_course(Course(name="Biology", owner_id="t@x.example"), alias="d:sis-1")
    assert bodies == [b'{"name":"Biology","ownerId":"t@x.example","courseState":"ACTIVE","id":"d:sis-1"}']


async def test_grading_periods_are_written_as_a_whole_list_and_never_turned_off_for_existing_work(
    script: Script, opened: Opened
) -> None:
    period = GradingPeriod(
        id="7", title="Q1", start_date=Day(year=2026, month=8, day=10), end_date=Day(year=2026, month=10, day=9)
    )
    settings = GradingPeriodSettings(grading_periods=[period])
    await opened().replace_grading_periods("1", settings)
    [request] = script.requests
    assert request.query["updateMask"] == ["gradingPeriods"]
    assert b'"applyToExistingCoursework"' not in request.body
    script.answers({})
    await opened().replace_grading_periods(
        "1", GradingPeriodSettings(grading_periods=[period], apply_to_existing_coursework=True)
    )
    assert script.requests[0].query["updateMask"] == ["gradingPeriods,applyToExistingCoursework"]
    assert b'"applyToExistingCoursework":true' in script.requests[0].body


async def test_no_token_and_no_answer_of_a_stranger_is_in_an_error_s_text(script: Script, opened: Opened) -> None:
    script.answers(refusal(403, "PERMISSION_DENIED", "maria@riverbend.example may not"))
    error = await _error(
        opened().invite(Invitation(user_id="maria@riverbend.example", course_id="1", role="STUDENT"))
    )
    assert str(error) == "403 PERMISSION_DENIED"
