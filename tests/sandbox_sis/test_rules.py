"""Each habit of a gradebook, and each gate before it, seen by a plain client."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from tests.sandbox_sis.conftest import DISTRICT, Consumer

Run = Callable[..., Consumer]
SECTION = DISTRICT.demo_sections[0]


def put_item(sis: Consumer, **members: Any) -> httpx2.Response:
    body = {
        "sourcedId": "item-1",
        "title": "Essay",
        "class": {"sourcedId": SECTION},
        "category": {"sourcedId": "cat-tests"},
        "dueDate": "2026-11-20T12:00:00.000Z",
        "resultValueMax": 100,
        **members,
    }
    body = {name: value for name, value in body.items() if value is not None}
    return sis.grades("PUT", "/lineItems/item-1", {"lineItem": body})


def item(sis: Consumer) -> dict[str, Any]:
    got: dict[str, Any] = sis.grades("GET", "/lineItems/item-1").json()["lineItem"]
    return got


def put_result(sis: Consumer, **members: Any) -> httpx2.Response:
    student = sis.roster(f"/classes/{SECTION}/students").json()["users"][0]["sourcedId"]
    body = {
        "sourcedId": "cell-1",
        "lineItem": {"sourcedId": "item-1"},
        "student": {"sourcedId": student},
        "scoreStatus": "fully graded",
        "score": 80,
        "scoreDate": "2026-11-20",
        **members,
    }
    return sis.grades("PUT", "/results/cell-1", {"result": body})


def score(sis: Consumer) -> Any:
    return sis.grades("GET", "/results/cell-1").json()["result"]["score"]


def refusal(answer: httpx2.Response) -> str:
    assert answer.status_code == 422, answer.text
    return str(answer.json()["imsx_description"])


@pytest.mark.parametrize(("length", "status"), [(50, 201), (51, 422)])
def test_a_title_that_is_too_long_is_refused(run: Run, length: int, status: int) -> None:
    sis = run("generic@1.2", title_max=50)
    assert put_item(sis, title="x" * length).status_code == status


def test_a_title_that_is_too_long_is_cut(run: Run) -> None:
    sis = run("generic@1.2", title_max=50, title_policy="truncate")
    assert put_item(sis, title="x" * 51).status_code == 201
    assert item(sis)["title"] == "x" * 50


def test_a_category_is_required_and_no_placeholder(run: Run) -> None:
    placeholder = "11111111-1111-1111-1111-111111111111"
    sis = run("infinite-campus")
    assert "category" in refusal(put_item(sis, category=None))
    category = {"category": {"sourcedId": placeholder, "title": "Placeholder"}}
    assert sis.grades("PUT", f"/categories/{placeholder}", category).status_code == 201
    assert "placeholder" in refusal(put_item(sis, category={"sourcedId": placeholder}))
    assert put_item(sis).status_code == 201


def test_work_without_a_category_is_filed_under_the_default_one(run: Run) -> None:
    sis = run("skyward-sms")
    assert put_item(sis, category=None).status_code == 201
    assert item(sis)["category"]["sourcedId"] == "cat-homework"
    assert put_item(sis).status_code == 200
    assert item(sis)["category"]["sourcedId"] == "cat-tests"


@pytest.mark.parametrize(("points", "status"), [(10, 201), (10.0, 201), (10.5, 422)])
def test_maximum_points_are_whole(run: Run, points: float, status: int) -> None:
    assert put_item(run("generic@1.2", whole_points=True), resultValueMax=points).status_code == status


def test_a_due_date_is_needed_inside_a_term_in_local_time(run: Run) -> None:
    sis = run("infinite-campus")
    section = sis.roster(f"/classes/{SECTION}").json()["class"]
    term = sis.roster(f"/terms/{section['terms'][0]['sourcedId']}").json()["academicSession"]
    assert "no due date" in refusal(put_item(sis, dueDate=None))
    assert "outside" in refusal(put_item(sis, dueDate="2031-01-01T12:00:00.000Z"))
    # Chicago is behind UTC: the first minutes of the term's first day, UTC, are still the day before it.
    assert "outside" in refusal(put_item(sis, dueDate=f"{term['startDate']}T00:30:00.000Z"))
    assert put_item(sis, dueDate=f"{term['startDate']}T12:00:00.000Z").status_code == 201


def test_only_some_score_statuses_are_taken(run: Run) -> None:
    sis = run("generic@1.2", score_statuses=("fully graded",))
    put_item(sis)
    assert put_result(sis).status_code == 201
    assert "fully graded" in refusal(put_result(sis, scoreStatus="exempt"))


@pytest.mark.parametrize(
    ("policy", "status", "kept"), [("keep", 201, 120), ("clamp", 201, 100), ("reject", 422, None)]
)
def test_a_score_above_the_maximum_is_kept_clamped_or_refused(
    run: Run, policy: str, status: int, kept: Any
) -> None:
    sis = run("generic@1.2", above_maximum=policy)
    put_item(sis)
    assert put_result(sis, score=120).status_code == status
    if kept is not None:
        assert score(sis) == kept


def test_scores_are_kept_with_so_many_decimals(run: Run) -> None:
    sis = run("generic@1.2", score_decimals=1)
    put_item(sis)
    put_result(sis, score=92.25)
    assert score(sis) == 92.3


def test_without_the_vendor_header_the_gradebook_is_401_and_rostering_works(run: Run) -> None:
    sis = run("infinite-campus")
    assert sis.grades("GET", "/categories").status_code == 200
    for header in ("", "wrong:key"):
        sis.http.headers["x-vendor-authorization"] = header
        assert sis.grades("GET", "/categories").status_code == 401
        assert sis.grades("GET", f"/classes/{SECTION}/lineItems").status_code == 401
        assert put_item(sis).status_code == 401
        assert sis.roster("/classes", limit=1).status_code == 200


def test_without_the_write_licence_puts_and_deletes_are_403_and_reads_work(run: Run) -> None:
    sis = run("skyward-sms", write_licence=False)
    assert put_item(sis).status_code == 403
    assert sis.grades("DELETE", "/lineItems/item-1").status_code == 403
    assert sis.grades("GET", "/lineItems").status_code == 200


def test_line_items_may_be_there_to_stay(run: Run) -> None:
    sis = run("generic@1.2", delete_line_items=False)
    put_item(sis)
    assert sis.grades("DELETE", "/lineItems/item-1").status_code == 405
    assert sis.grades("GET", "/lineItems/item-1").status_code == 200


def test_a_refused_filter_field_is_named(run: Run) -> None:
    sis = run("infinite-campus")
    for field in ("role", "roles.role"):
        answer = sis.roster("/users", filter=f"{field}='guardian'")
        assert answer.status_code == 400
        assert "invalid_filter_field" in answer.text
    assert sis.roster("/users", filter="status='active'").status_code == 200


def test_skyward_takes_paths_in_any_case_and_keeps_the_case_of_ids(run: Run) -> None:
    sis = run("skyward-sms")
    base = sis.info["base_url"]
    assert sis.http.get(f"{base.replace('/api/ims', '/API/IMS')}/CLASSES/{SECTION}/Students").status_code == 200
    assert sis.http.get(f"{base}/classes/{SECTION.upper()}/students").status_code == 404
    assert sis.grades("PUT", "/lineitems/item-1", {}).status_code == 422


def test_another_sis_minds_the_case_of_its_paths(generic: Consumer) -> None:
    assert generic.roster("/CLASSES").status_code == 404


def test_skyward_sends_no_paging_headers_and_has_no_categories_of_a_class(run: Run) -> None:
    sis = run("skyward-sms")
    answer = sis.roster("/users", limit=5)
    assert {"link", "x-total-count"} & set(answer.headers) == set()
    assert len(answer.json()["users"]) == 5
    assert sis.grades("GET", f"/classes/{SECTION}/categories").status_code == 404


def test_a_page_cap_is_silent(run: Run) -> None:
    sis = run("generic@1.2", page_cap=7)
    assert len(sis.roster("/users", limit=10_000).json()["users"]) == 7


def test_skywards_token_endpoint_is_elsewhere_and_only_there(run: Run) -> None:
    sis = run("skyward-sms")
    elsewhere, base = httpx2.URL(sis.info["token_url"]), httpx2.URL(sis.info["base_url"])
    assert elsewhere.port != base.port
    assert sis.http.post(elsewhere.copy_with(port=base.port)).status_code == 404
    assert sis.http.get(base.copy_with(port=elsewhere.port, path=f"{base.path}/users")).status_code == 404


def test_the_campus_token_url_needs_its_app_name(run: Run) -> None:
    sis = run("infinite-campus")
    bare = sis.info["token_url"].partition("?")[0]
    client = (sis.info["client_id"], sis.info["client_secret"])
    for query, status in (("", 400), ("?appName=other", 400), ("?appName=example", 200)):
        answer = sis.http.post(bare + query, auth=client, data={"grant_type": "client_credentials"})
        assert answer.status_code == status


def test_another_app_name_in_the_path_is_404(run: Run) -> None:
    sis = run("infinite-campus")
    sis.info["base_url"] = sis.info["base_url"].replace("/example/", "/other/")
    assert sis.roster("/users").status_code == 404


def test_a_sis_that_takes_basic_only_refuses_credentials_in_the_body(run: Run) -> None:
    sis = run("infinite-campus")
    form = {"grant_type": "client_credentials", "client_id": sis.info["client_id"]}
    answer = sis.http.post(sis.info["token_url"], data=form | {"client_secret": sis.info["client_secret"]})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
