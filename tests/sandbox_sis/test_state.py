"""What a made-up SIS holds, as the sandbox counts it and as another hand changes it."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx2
import pytest

from classbridge.oneroster.models import LineItem, Ref
from classbridge.sandbox.sis import SisServer, load
from classbridge.sandbox.sis.state import NewLineItem
from tests.sandbox_sis.conftest import DISTRICT, Consumer

SECTION, OTHER = DISTRICT.demo_sections


def put_item(sis: Consumer, sourced_id: str, title: str, section: str = SECTION) -> None:
    body = {"sourcedId": sourced_id, "title": title, "class": {"sourcedId": section}, "resultValueMax": 100}
    assert sis.grades("PUT", f"/lineItems/{sourced_id}", {"lineItem": body}).is_success


def put_result(sis: Consumer, sourced_id: str, student: str, score: Any = 80, item: str = "i1") -> None:
    refs = {"lineItem": {"sourcedId": item}, "student": {"sourcedId": student}}
    body = {
        "sourcedId": sourced_id,
        **refs,
        "scoreStatus": "fully graded",
        "score": score,
        "scoreDate": "2026-11-20",
    }
    assert sis.grades("PUT", f"/results/{sourced_id}", {"result": body}).is_success


def pupils(sis: Consumer) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sis.roster(f"/classes/{SECTION}/students").json()["users"]
    return found


def test_writes_are_counted_as_the_sis_made_them(generic: Consumer) -> None:
    first, second = (one["sourcedId"] for one in pupils(generic)[:2])
    put_item(generic, "i1", "AB12-3456 Essay")
    put_item(generic, "i1", "AB12-3456 Essay, again")
    put_result(generic, "r1", first)
    put_result(generic, "r2", second)
    generic.grades("DELETE", "/results/r2")
    generic.grades("DELETE", "/results/r2")
    with generic.server.control() as control:
        state = control.state()
        assert state["writes"] == {"put_line_item": 2, "put_result": 2, "delete_result": 1, "delete_line_item": 0}
        assert (state["line_items"], state["results"], state["duplicates"]) == (1, 1, 0)
        generic.grades("DELETE", "/lineItems/i1")
        assert control.state()["writes"]["delete_line_item"] == 1


def test_a_second_line_item_of_the_same_class_and_code_is_a_duplicate(generic: Consumer) -> None:
    with generic.server.control() as control:
        put_item(generic, "i1", "AB12-3456-78 Essay")
        put_item(generic, "i2", "AB12-3456-78 Essay", OTHER)
        put_item(generic, "i3", "AB12-3456-79 Essay")
        assert control.state()["duplicates"] == 0
        put_item(generic, "i4", "AB12-3456-78 Another title")
        assert control.state()["duplicates"] == 1


def test_a_second_result_of_the_same_line_item_and_student_is_a_duplicate(generic: Consumer) -> None:
    student = pupils(generic)[0]["sourcedId"]
    put_item(generic, "i1", "AB12-3456-78 Essay")
    put_result(generic, "r1", student)
    with generic.server.control() as control:
        assert control.state()["duplicates"] == 0
        put_result(generic, "r2", student)
        put_result(generic, "r3", student)
        assert control.state()["duplicates"] == 2


def test_planted_homonyms_are_listed_apart() -> None:
    def item(n: int) -> LineItem:
        return LineItem(sourced_id=f"h{n}", title="Same name, same day", class_=Ref(sourced_id=SECTION))

    with SisServer.start(load("generic@1.2"), [*DISTRICT.records(), item(1), item(2)]) as server:
        state = server.source.state()
        assert state["duplicates"] == 0
        assert [one["line_items"] for one in state["homonyms"]] == [["h1", "h2"]]
        server.source.delete("lineItem", "h1")
        assert server.source.state()["duplicates"] == 0


def test_grades_can_be_listed_apart_from_the_api(generic: Consumer) -> None:
    pupil = next(one for one in pupils(generic) if one.get("email"))
    put_item(generic, "i1", "AB12-3456-78 Essay")
    put_result(generic, "r1", pupil["sourcedId"], 92.5)
    with generic.server.control() as control:
        [grade] = control.grades()
        assert (grade.class_id, grade.title) == (SECTION, "AB12-3456-78 Essay")
        assert (grade.student_email, grade.score) == (pupil["email"], Decimal("92.5"))
        assert control.grades(OTHER) == []
        assert control.grades(SECTION) == [grade]


def test_another_hand_changes_a_score_without_counting_as_a_write(generic: Consumer) -> None:
    put_item(generic, "i1", "AB12-3456-78 Essay")
    put_result(generic, "r1", pupils(generic)[0]["sourcedId"])
    with generic.server.control() as control:
        control.change_score("r1", Decimal("55.5"))
        assert control.state()["writes"]["put_result"] == 1
        with pytest.raises(httpx2.HTTPStatusError, match="404"):
            control.change_score("nobody", Decimal(1))
    assert generic.grades("GET", "/results/r1").json()["result"]["score"] == 55.5


def test_another_tool_adds_a_line_item_with_random_ids(generic: Consumer) -> None:
    students = [one["sourcedId"] for one in pupils(generic)[:3]]
    new = NewLineItem(
        class_id=SECTION,
        title="AB12-3456-78 Essay",
        due_date=datetime(2026, 11, 20, 12, tzinfo=UTC),
        result_value_max=Decimal(100),
        category_id="cat-tests",
        scores=dict.fromkeys(students, Decimal(70)),
    )
    with generic.server.control() as control:
        first, second = control.add_line_item(new), control.add_line_item(new)
        assert first != second
        assert control.state()["duplicates"] == 1
        assert sum(control.state()["writes"].values()) == 0
    listed = generic.grades("GET", f"/classes/{SECTION}/lineItems/{first}/results").json()["results"]
    assert {one["student"]["sourcedId"] for one in listed} == set(students)


def test_a_port_and_a_directory_can_be_given(tmp_path: Any, records: Any) -> None:
    with SisServer.start(load("generic"), records, directory=tmp_path) as server:
        port = server.origin.rpartition(":")[2]
        assert list(tmp_path.glob("generic-1.2.sqlite"))
    with SisServer.start(load("generic"), [], port=int(port)) as again:
        assert again.origin.endswith(port)
