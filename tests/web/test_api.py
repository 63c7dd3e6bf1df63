from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from classbridge.bridge.outcome import Code
from classbridge.service import classes, connections
from classbridge.service.errors import refuse
from classbridge.web.api.shapes import cut
from tests.web import values
from tests.web.conftest import ADMIN, TEACHER, SignIn


def token(client: TestClient[Litestar]) -> dict[str, str]:
    return {"x-csrftoken": client.cookies["csrftoken"]}


def test_the_openapi_document_lists_every_path_and_no_page(client: TestClient[Litestar]) -> None:
    document = client.get("/api/schema").json()
    assert {path.split("/")[1:3][0] for path in document["paths"]} == {"api"}
    assert "/api/v1/exports/{run_id}/retry" in document["paths"]
    assert "X-CSRFToken" in document["info"]["description"]


def test_it_says_who_is_signed_in(signed_in: SignIn) -> None:
    answer = signed_in(TEACHER).get("/api/v1/me").json()
    assert (answer["email"], answer["district_id"], answer["roles"]) == (TEACHER, "d1", ["teacher"])


def test_the_real_catalogue_is_listed_in_pages(signed_in: SignIn) -> None:
    client = signed_in(ADMIN)
    seen: list[str] = []
    cursor = ""
    while True:
        page = client.get("/api/v1/sis", params={"limit": 3} | ({"cursor": cursor} if cursor else {})).json()
        assert len(page["items"]) <= 3
        seen += [choice["vendor"] for choice in page["items"]]
        if page["next"] is None:
            break
        cursor = page["next"]
    assert len(seen) == len(set(seen))
    assert len(seen) >= 8


def test_a_connection_is_made_and_its_secret_never_comes_back(signed_in: SignIn) -> None:
    client = signed_in(ADMIN)
    started = client.post(
        "/api/v1/connections", json={"vendor": "generic", "version": "1.2"}, headers=token(client)
    )
    assert started.status_code == 201, started.text
    one = f"/api/v1/connections/{started.json()['id']}"
    body = {
        "base_url": "https://sis.example/ims/oneroster",
        "token_url": "https://sis.example/token",
        "key": "k",
        "secret": "a very secret secret",
    }
    saved = client.put(one + "/credentials", json=body, headers=token(client))
    assert saved.status_code == 200, saved.text
    assert saved.json()["key_kept"] is True
    for text in (saved.text, client.get(one).text, client.get("/api/v1/connections").text):
        assert "a very secret secret" not in text
    page = client.get(f"/admin/sis/{started.json()['id']}/setup/credentials").text
    assert "a very secret secret" not in page
    assert "Kept, sealed" in page


def test_a_wrong_address_is_a_problem_document_with_code_and_parameters(signed_in: SignIn) -> None:
    client = signed_in(ADMIN)
    started = client.post(
        "/api/v1/connections", json={"vendor": "generic", "version": "1.1"}, headers=token(client)
    ).json()
    answer = client.put(
        f"/api/v1/connections/{started['id']}/credentials",
        json={"base_url": "not an address", "key": "k", "secret": "s"},
        headers=token(client),
    )
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == "URL_INVALID"
    assert problem["status"] == 422
    assert {"title", "detail", "fix", "owner", "params"} <= set(problem)


def test_a_teacher_is_refused_with_the_reason(signed_in: SignIn) -> None:
    answer = signed_in(TEACHER).get("/api/v1/connections")
    assert (answer.status_code, answer.json()["code"]) == (403, "ADMIN_ONLY")


@pytest.mark.parametrize("body", ['{"vendor": 1, "version": "1.2"}', '{"vendor": "generic"}', '{"x": 1}', "[", ""])
def test_a_wrong_body_is_a_problem_document(signed_in: SignIn, body: str) -> None:
    client = signed_in(ADMIN)
    answer = client.post(
        "/api/v1/connections", content=body, headers=token(client) | {"content-type": "application/json"}
    )
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_unknown_path_is_a_problem_document(client: TestClient[Litestar]) -> None:
    answer = client.get("/api/v1/nothing")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_a_write_without_a_token_is_refused(signed_in: SignIn) -> None:
    client = signed_in(ADMIN)
    answer = client.post("/api/v1/connections", json={"vendor": "generic", "version": "1.2"})
    assert (answer.status_code, answer.json()["code"]) == (403, "HTTP_403")


def test_long_work_answers_202_with_where_to_follow_it(signed_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classes, "refresh", lambda *_: "r1")
    client = signed_in(TEACHER)
    answer = client.post("/api/v1/refreshes", headers=token(client))
    assert (answer.status_code, answer.headers["location"]) == (202, "/api/v1/runs/r1")
    assert answer.json() == {"run_id": "r1", "href": "/api/v1/runs/r1"}


def test_the_same_idempotency_key_gives_the_first_answer_and_works_once(
    signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = iter(("r1", "r2"))
    monkeypatch.setattr(classes, "refresh", lambda *_: next(runs))
    client = signed_in(TEACHER)
    answers = [
        client.post("/api/v1/refreshes", headers=token(client) | {"idempotency-key": key}).json()["run_id"]
        for key in ("one", "one", "two")
    ]
    assert answers == ["r1", "r1", "r2"]


def test_a_refusal_is_not_remembered(signed_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> str:
        raise refuse(Code.NOT_CONNECTED)

    client = signed_in(TEACHER)
    headers = token(client) | {"idempotency-key": "three"}
    monkeypatch.setattr(classes, "refresh", refused)
    assert client.post("/api/v1/refreshes", headers=headers).status_code == 409
    monkeypatch.setattr(classes, "refresh", lambda *_: "r9")
    assert client.post("/api/v1/refreshes", headers=headers).status_code == 202


def test_another_person_does_not_get_the_first_ones_answer(
    signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classes, "refresh", lambda _ctx, actor, _course: f"r-{actor.email}")
    client = signed_in(TEACHER)
    headers = token(client) | {"idempotency-key": "four"}
    first = client.post("/api/v1/refreshes", headers=headers).json()
    second = signed_in(ADMIN).post("/api/v1/refreshes", headers=headers).json()
    assert first != second


def test_a_fault_of_ours_is_numbered_and_tells_nothing(
    signed_in: SignIn, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("Åsa Öberg has grade 17.5")

    monkeypatch.setattr(connections, "home", broken)
    client = signed_in(ADMIN)
    answer = client.get("/api/v1/overview")
    page = client.get("/admin")
    assert (answer.status_code, page.status_code) == (500, 500)
    number = answer.json()["request_id"]
    logged = capsys.readouterr()
    assert number in logged.out + logged.err
    for text in (answer.text, page.text, logged.out, logged.err):
        assert "Öberg" not in text
        assert "17.5" not in text


def test_views_come_as_json_with_exact_decimals(signed_in: SignIn, answers: dict[str, Any]) -> None:
    page = signed_in(TEACHER).get("/api/v1/classes/1001/grades").json()
    assert page["students"][0]["cells"][4]["classroom"] == "17.5"
    assert len(page["students"]) == len(answers["page"].students)


def test_a_page_is_cut_after_its_cursor() -> None:
    rows = values.CLASS_LIST.rows
    first = cut(rows, lambda row: row.course_id, None, 4)
    second = cut(rows, lambda row: row.course_id, first.next, 4)
    third = cut(rows, lambda row: row.course_id, second.next, 4)
    assert [len(page.items) for page in (first, second, third)] == [4, 4, 1]
    assert third.next is None
    assert [row for page in (first, second, third) for row in page.items] == list(rows)
