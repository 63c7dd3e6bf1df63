"""POST of OneRoster 1.2's gradebook: the server chooses the sourcedIds; the whole body is stored, or nothing."""

from typing import Any

import pytest
from litestar.testing import TestClient
from tests.provider.conftest import Http, golden
from tests.provider.test_writing import item, result

from classbridge.oneroster.models import LineItem
from classbridge.oneroster.provider import Options, ProviderError, SqlSource, Write, create_app

BASE = "/ims/oneroster/gradebook/v1p2"
CLASS = f"{BASE}/classes/cls-math-9-a/lineItems"
SCHOOL = f"{BASE}/schools/org-s-1/lineItems"
RESULTS = f"{BASE}/lineItems/li-1/results"
OF_SESSION = f"{BASE}/classes/cls-math-9-a/academicSessions/as-t-1/results"


def items(*ids: str, **more: Any) -> dict[str, Any]:
    return {"lineItems": [item(one, **more)["lineItem"] for one in ids]}


def results(*ids: str, **more: Any) -> dict[str, Any]:
    return {"results": [result(one, **more)["result"] for one in ids]}


def test_each_record_gets_an_id_of_its_own_in_the_order_of_the_body(source: SqlSource) -> None:
    source.load(golden())
    with TestClient(create_app(source)) as http:
        answer = http.post(CLASS, json=items("b", "a"))
        assert answer.status_code == 201
        pairs = answer.json()["sourcedIdPairs"]
        assert [pair["suppliedSourcedId"] for pair in pairs] == ["b", "a"]
        allocated = {pair["allocatedSourcedId"] for pair in pairs}
        listed = {one["sourcedId"] for one in http.get(CLASS).json()["lineItems"]}
        assert len(allocated) == 2
        assert allocated <= listed
        assert not {"a", "b"} & listed


def test_the_same_body_again_makes_other_records(http: Http) -> None:
    ids = {http.post(CLASS, json=items("a")).json()["sourcedIdPairs"][0]["allocatedSourcedId"] for _ in range(2)}
    assert len(ids) == 2


def test_the_paths_school_is_given_to_a_line_item_that_names_none(http: Http) -> None:
    [pair] = http.post(SCHOOL, json=items("a")).json()["sourcedIdPairs"]
    got = http.get(f"{BASE}/lineItems/{pair['allocatedSourcedId']}").json()["lineItem"]
    assert got["school"]["sourcedId"] == "org-s-1"


def test_the_paths_class_is_given_to_a_result(http: Http) -> None:
    [pair] = http.post(OF_SESSION, json=results("a")).json()["sourcedIdPairs"]
    got = http.get(f"{BASE}/results/{pair['allocatedSourcedId']}").json()["result"]
    assert got["class"]["sourcedId"] == "cls-math-9-a"


def test_an_empty_collection_creates_nothing(http: Http) -> None:
    answer = http.post(CLASS, json={"lineItems": []})
    assert (answer.status_code, answer.json()) == (201, {"sourcedIdPairs": []})


REFUSED = [
    (f"{BASE}/classes/nope/lineItems", items("a"), 404),
    (f"{BASE}/schools/cls-math-9-a/lineItems", items("a"), 404),
    (f"{BASE}/lineItems/nope/results", results("a"), 404),
    (f"{BASE}/classes/cls-math-9-a/academicSessions/nope/results", results("a"), 404),
    (CLASS, {"lineItem": items("a")["lineItems"][0]}, 422),
    (CLASS, {"lineItems": items("a")["lineItems"][0]}, 422),
    (CLASS, {"lineItems": None}, 422),
    (CLASS, [], 400),
    (CLASS, items("a", "a"), 422),
    (CLASS, {"lineItems": [*items("good")["lineItems"], {"sourcedId": "bad"}]}, 422),
    (
        CLASS,
        {"lineItems": [*items("good")["lineItems"], item("bad", category={"sourcedId": "no"})["lineItem"]]},
        422,
    ),
    (f"{BASE}/classes/cls-sci-9-a/lineItems", items("a"), 422),
    (SCHOOL, items("a", school={"sourcedId": "org-d-1"}), 422),
    (f"{BASE}/schools/org-s-2/lineItems", items("a"), 422),
    (RESULTS, results("a", lineItem={"sourcedId": "li-2"}), 422),
    (RESULTS, {"results": [*results("good")["results"], *results("bad", scoreStatus="done")["results"]]}, 422),
]


@pytest.mark.parametrize(("url", "body", "status"), REFUSED)
def test_a_body_with_anything_wrong_in_it_is_refused_whole(
    library: Http, url: str, body: Any, status: int
) -> None:
    before = [library.get(f"{BASE}/{name}?limit=1000").json() for name in ("lineItems", "results")]
    answer = library.post(url, json=body)
    assert answer.status_code == status
    assert answer.json()["imsx_severity"] == "error"
    assert [library.get(f"{BASE}/{name}?limit=1000").json() for name in ("lineItems", "results")] == before


def test_a_rule_that_refuses_one_record_refuses_the_body(sqlite_source: SqlSource) -> None:
    def no_quizzes(write: Write) -> Any:
        if isinstance(write.record, LineItem) and write.record.title == "Quiz":
            raise ProviderError(422, "invaliddata", "There are no quizzes here.")
        return write.record

    sqlite_source.load(golden())
    body = {"lineItems": [item("a")["lineItem"], item("b", title="Quiz")["lineItem"]]}
    with TestClient(create_app(sqlite_source, options=Options(rules=(no_quizzes,)))) as http:
        count = http.get(CLASS).headers["x-total-count"]
        assert http.post(CLASS, json=body).status_code == 422
        assert http.get(CLASS).headers["x-total-count"] == count
