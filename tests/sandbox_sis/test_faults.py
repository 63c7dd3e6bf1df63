"""Each fault of the sandbox, switched on from outside and seen by a plain client."""

import time
from collections.abc import Callable
from json import JSONDecodeError
from typing import Any

import httpx2
import pytest

from classbridge.sandbox.faults import FaultBoard
from classbridge.sandbox.sis import FAULTS, SisControl
from tests.conformance.planted import PLANTED
from tests.sandbox_sis.conftest import DISTRICT, Consumer

SECTION = DISTRICT.demo_sections[0]
STUDENTS = f"/classes/{SECTION}/students"
ITEM = {"sourcedId": "item-1", "title": "Essay", "class": {"sourcedId": SECTION}, "resultValueMax": 100}


def students(sis: Consumer, **query: Any) -> httpx2.Response:
    return sis.roster(STUDENTS, **query)


def put_result(sis: Consumer, cell: str = "cell-1") -> httpx2.Response:
    student = students(sis, limit=1).json()["users"][0]["sourcedId"]
    body = {
        "sourcedId": cell,
        "lineItem": {"sourcedId": "item-1"},
        "student": {"sourcedId": student},
        "scoreStatus": "fully graded",
        "score": 80,
        "scoreDate": "2026-11-20",
    }
    return sis.grades("PUT", f"/results/{cell}", {"result": body})


def with_item(sis: Consumer) -> None:
    assert sis.grades("PUT", "/lineItems/item-1", {"lineItem": ITEM}).status_code == 201


def drop_write(sis: Consumer) -> None:
    with_item(sis)
    assert put_result(sis).status_code == 201
    assert sis.grades("GET", "/results/cell-1").status_code == 404


def outage(sis: Consumer) -> None:
    assert students(sis).status_code == 503
    sis.server.board.switch_on("outage", count=1)
    assert sis.token().status_code == 503


def cut(sis: Consumer) -> None:
    with pytest.raises(httpx2.RemoteProtocolError):
        students(sis)


def slow(sis: Consumer) -> None:
    begun = time.monotonic()
    assert students(sis).status_code == 200
    assert time.monotonic() - begun >= 0.2


def rate_limit(sis: Consumer) -> None:
    answer = students(sis)
    assert (answer.status_code, answer.headers.get("retry-after")) == (429, "0")


def server_error(sis: Consumer) -> None:
    answer = students(sis)
    assert answer.status_code == 500
    assert "internal_server_error" in answer.text


def server_error_page_2(sis: Consumer) -> None:
    assert students(sis, limit=2).status_code == 200
    assert students(sis, limit=2, offset=2).status_code == 500


def server_error_results(sis: Consumer) -> None:
    assert students(sis).status_code == 200
    assert sis.grades("GET", "/results").status_code == 500


def expired_token(sis: Consumer) -> None:
    assert students(sis).status_code == 401


def empty_collection(sis: Consumer) -> None:
    answer = students(sis)
    assert answer.json() == {"users": []}
    assert answer.headers["x-total-count"] == "0"


def no_collection_key(sis: Consumer) -> None:
    answer = students(sis)
    assert (answer.status_code, answer.json()) == (200, {})


def truncated_body(sis: Consumer) -> None:
    answer = students(sis)
    assert answer.status_code == 200
    with pytest.raises(JSONDecodeError):
        answer.json()


def html_error(sis: Consumer) -> None:
    answer = students(sis)
    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html")


def shifted_pages(sis: Consumer) -> None:
    whole = [one["sourcedId"] for one in students(sis).json()["users"]]
    second = students(sis, limit=2, offset=2).json()["users"]
    assert [one["sourcedId"] for one in second] == whole[3:5]


def ignore_paging(sis: Consumer) -> None:
    assert len(students(sis, limit=2, offset=2).json()["users"]) == len(students(sis).json()["users"]) > 2


def wrong_total(sis: Consumer) -> None:
    answer = students(sis)
    assert int(answer.headers["x-total-count"]) == len(answer.json()["users"]) + 7


def no_headers(sis: Consumer) -> None:
    assert {"link", "x-total-count"} & set(students(sis).headers) == set()


def change_score(sis: Consumer) -> None:
    with_item(sis)
    assert put_result(sis).status_code == 201
    assert sis.grades("GET", "/results/cell-1").json()["result"]["score"] == 0.2


def refuse_student(sis: Consumer) -> None:
    with_item(sis)
    assert put_result(sis).status_code == 422
    assert put_result(sis).status_code == 201


def no_write_licence(sis: Consumer) -> None:
    assert sis.grades("PUT", "/lineItems/item-1", {"lineItem": ITEM}).status_code == 403


SEEN: dict[str, Callable[[Consumer], None]] = {
    "drop-write": drop_write,
    "outage": outage,
    "cut": cut,
    "slow": slow,
    "rate-limit": rate_limit,
    "server-error": server_error,
    "server-error-page-2": server_error_page_2,
    "server-error-results": server_error_results,
    "expired-token": expired_token,
    "empty-collection": empty_collection,
    "no-collection-key": no_collection_key,
    "truncated-body": truncated_body,
    "malformed-json": truncated_body,
    "html-error": html_error,
    "shifted-pages": shifted_pages,
    "ignore-paging": ignore_paging,
    "wrong-total": wrong_total,
    "no-headers": no_headers,
    "change-score": change_score,
    "refuse-student": refuse_student,
    "no-write-licence": no_write_licence,
}


def test_every_fault_is_tried_here_or_found_by_the_conformance_check_and_drop_write_is_the_first() -> None:
    names = [fault.name for fault in FAULTS]
    assert list(SEEN) == names[: len(SEEN)]
    assert set(names) == {one.fault for one in PLANTED}
    assert FAULTS[0].name == "drop-write"


@pytest.mark.parametrize("name", SEEN)
def test_a_fault_does_what_it_says_once_and_then_the_sis_is_well(generic: Consumer, name: str) -> None:
    value = {"slow": 0.2, "rate-limit": 0, "change-score": 0.2}.get(name)
    with generic.server.control() as control:
        control.switch_on(name, count=1, value=value)
        SEEN[name](generic)
        assert generic.server.board.on() == []
        answer = generic.sign_in().roster(STUDENTS)
        assert answer.status_code == 200
        assert len(answer.json()["users"]) > 2
        control.switch_off()


@pytest.mark.parametrize("name", SEEN)
def test_a_fault_that_is_off_does_nothing(generic: Consumer, name: str) -> None:
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        SEEN[name](generic)


class Clock:
    time = 0.0

    def __call__(self) -> float:
        return self.time


def test_a_fault_lasts_its_count_its_seconds_or_until_it_is_switched_off() -> None:
    clock = Clock()
    board = FaultBoard(("a",), now=clock)
    board.switch_on("a", count=2)
    assert [bool(board.take("a")) for _ in range(3)] == [True, True, False]
    board.switch_on("a", seconds=5)
    clock.time = 4
    assert board.take("a")
    clock.time = 5
    assert board.take("a") is None
    board.switch_on("a")
    assert all(board.take("a") for _ in range(5))
    board.switch_off()
    assert board.take("a") is None
    with pytest.raises(KeyError):
        board.switch_on("b")


def test_the_control_api_asks_for_its_key_and_for_a_known_fault(generic: Consumer) -> None:
    with SisControl(generic.info["control_url"], "wrong") as stranger:
        for call in (stranger.state, stranger.grades, stranger.switch_off):
            with pytest.raises(httpx2.HTTPStatusError, match="403"):
                call()
    with generic.server.control() as control, pytest.raises(httpx2.HTTPStatusError, match="404"):
        control.switch_on("no-such-fault")
