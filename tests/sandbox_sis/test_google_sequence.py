"""What Google's consumer asks of a SIS, step by step, against each personality with its own rules."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from classbridge.sandbox.sis import names
from tests.sandbox_sis.conftest import Consumer

LIMIT = 10_000


def only(answer: Any, name: str) -> list[Any]:
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()[name]
    return found


@pytest.mark.parametrize("name", names())
def test_the_sequence_of_googles_consumer(run: Callable[..., Consumer], name: str) -> None:
    sis = run(name)
    habits = sis.server.personality
    assert sis.roster("/teachers", limit=1).status_code == 200
    email = sis.info["teacher_email"]
    [teacher] = only(sis.roster("/teachers", filter=f"email='{email}'", limit=LIMIT), "users")
    assert teacher["email"] == email

    classes = only(
        sis.roster(f"/teachers/{teacher['sourcedId']}/classes", limit=LIMIT, filter="status='active'"), "classes"
    )
    class_ = classes[0]
    assert class_["school"]["sourcedId"]
    students = only(sis.roster(f"/classes/{class_['sourcedId']}/students", limit=LIMIT), "users")
    assert students
    assert all(student["sourcedId"] for student in students)
    term = class_["terms"][0]["sourcedId"]
    key = habits.collection_keys.get("gradingPeriods", "academicSessions")
    periods = only(sis.roster(f"/terms/{term}/gradingPeriods"), key)
    assert periods
    assert {period["type"] for period in periods} == {"gradingPeriod"}
    assert all(period["schoolYear"] and period["startDate"] and period["endDate"] for period in periods)

    of_class = sis.grades("GET", f"/classes/{class_['sourcedId']}/categories")
    assert (of_class.status_code == 200) is ("getCategoriesForClass" not in habits.unserved and not sis.old)
    categories = only(of_class if of_class.status_code == 200 else sis.grades("GET", "/categories"), "categories")

    item = {
        "sourcedId": str(uuid4()),
        "title": "Conformance",
        "description": "",
        "resultValueMin": 0,
        "resultValueMax": 100,
        "assignDate": f"{periods[0]['startDate']}T12:00:00.000Z",
        "dueDate": f"{periods[0]['endDate']}T12:00:00.000Z",
        "class": {"sourcedId": class_["sourcedId"]},
        "category": {"sourcedId": categories[0]["sourcedId"]},
        "school": {"sourcedId": class_["school"]["sourcedId"]},
    }
    path = f"/lineItems/{item['sourcedId']}"
    assert sis.grades("PUT", path, {"lineItem": item}).status_code == 201
    listed = only(sis.grades("GET", f"/classes/{class_['sourcedId']}/lineItems", limit=LIMIT), "lineItems")
    assert item["sourcedId"] in [one["sourcedId"] for one in listed]
    edited = sis.grades("PUT", path, {"lineItem": item | {"title": "x" * 112}})
    refused = habits.title_policy == "reject" and habits.title_max
    assert edited.status_code in ((422,) if refused else (200, 201))

    result = {
        "sourcedId": str(uuid4()),
        "lineItem": {"sourcedId": item["sourcedId"]},
        "student": {"sourcedId": students[0]["sourcedId"]},
        "score": 80,
        "comment": "",
        "scoreStatus": "fully graded",
        "scoreDate": "2026-11-20T10:00:00.000Z",
    }
    cell = f"/results/{result['sourcedId']}"
    column = f"/classes/{class_['sourcedId']}/lineItems/{item['sourcedId']}/results"
    assert sis.grades("PUT", cell, {"result": result}).status_code in (200, 201)
    exempts = not habits.score_statuses or "exempt" in habits.score_statuses
    changes: list[dict[str, Any]] = [{"score": 300}, *([{"scoreStatus": "exempt"}] if exempts else [])]
    for change in changes:
        assert sis.grades("PUT", cell, {"result": result | change}).status_code in (200, 201)
        [got] = only(sis.grades("GET", column, limit=LIMIT), "results")
        assert change.items() <= got.items()
    assert sis.grades("DELETE", cell).status_code == 204
    assert only(sis.grades("GET", column, limit=LIMIT), "results") == []
    assert sis.grades("DELETE", path).status_code == (204 if habits.delete_line_items else habits.delete_status)
    assert sis.grades("GET", path).status_code == (404 if habits.delete_line_items else 200)


@pytest.mark.parametrize("name", names())
def test_the_info_says_all_that_is_needed_to_connect(run: Callable[..., Consumer], name: str) -> None:
    sis = run(name)
    assert set(sis.info) == {
        "vendor",
        "version",
        "base_url",
        "token_url",
        "client_id",
        "client_secret",
        "extra_headers",
        "teacher_email",
        "auth",
        "control_url",
        "control_key",
    }
    assert f"{sis.info['vendor']}@{sis.info['version']}" == name
