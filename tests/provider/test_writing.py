from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from litestar.testing import TestClient
from tests.provider.calls import EVERY, Row
from tests.provider.conftest import Http, golden
from tests.provider.description import document

from classbridge.oneroster.models import LineItem, Result, Version
from classbridge.oneroster.provider import Options, ProviderError, SqlSource, Write, create_app

BASES = {Version.V1_1: "/ims/oneroster/v1p1", Version.V1_2: "/ims/oneroster/gradebook/v1p2"}
CLASS = {"sourcedId": "cls-math-9-a"}


def item(sourced_id: str, **more: Any) -> dict[str, Any]:
    return {"lineItem": {"sourcedId": sourced_id, "title": "Essay", "class": CLASS, **more}}


def result(sourced_id: str, **more: Any) -> dict[str, Any]:
    body = {"sourcedId": sourced_id, "lineItem": {"sourcedId": "li-1"}, "student": {"sourcedId": "usr-s-1"}}
    return {"result": {**body, "scoreStatus": "fully graded", "score": 80, "scoreDate": "2026-10-01", **more}}


@pytest.mark.parametrize("version", Version)
def test_put_creates_with_the_callers_id_and_then_replaces(http: Http, version: Version) -> None:
    url = f"{BASES[version]}/lineItems/new-1"
    created = http.put(url, json=item("new-1", title="x" * 112))
    assert (created.status_code, created.content) == (201, b"")
    assert http.put(url, json=item("new-1", title="Changed")).status_code == (200 if version == "1.1" else 201)
    listed = http.get(f"{BASES[version]}/classes/cls-math-9-a/lineItems").json()["lineItems"]
    assert [one["title"] for one in listed if one["sourcedId"] == "new-1"] == ["Changed"]


@pytest.mark.parametrize("version", Version)
def test_what_was_written_carries_status_and_the_time_of_the_write(http: Http, version: Version) -> None:
    http.put(f"{BASES[version]}/results/r-new", json=result("r-new", dateLastModified="2020-01-01T00:00:00Z"))
    got = http.get(f"{BASES[version]}/results/r-new").json()["result"]
    assert got["status"] == "active"
    assert abs(datetime.fromisoformat(got["dateLastModified"]) - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize("version", Version)
def test_extra_credit_a_date_time_as_score_date_and_exempt_are_kept(http: Http, version: Version) -> None:
    body = result("r-new", score=300, scoreDate="2026-10-01T12:30:00.000Z", scoreStatus="exempt", comment="")
    assert http.put(f"{BASES[version]}/results/r-new", json=body).status_code == 201
    listed = http.get(f"{BASES[version]}/classes/cls-math-9-a/lineItems/li-1/results?limit=10000").json()[
        "results"
    ]
    [got] = [one for one in listed if one["sourcedId"] == "r-new"]
    assert (got["score"], got["scoreDate"], got["scoreStatus"]) == (300, "2026-10-01", "exempt")


def test_what_is_written_in_one_version_is_read_in_the_other(http: Http) -> None:
    http.put(f"{BASES[Version.V1_2]}/results/r-new", json=result("r-new", score=12.5))
    assert http.get(f"{BASES[Version.V1_1]}/results/r-new").json()["result"]["score"] == 12.5


@pytest.mark.parametrize("version", Version)
def test_delete_takes_a_record_out_of_lists_and_single_reads(http: Http, version: Version) -> None:
    base = BASES[version]
    answer = http.delete(f"{base}/results/res-1")
    assert (answer.status_code, answer.content) == (204, b"")
    assert "res-1" not in [one["sourcedId"] for one in http.get(f"{base}/results").json()["results"]]
    assert http.get(f"{base}/results/res-1").status_code == 404
    assert http.delete(f"{base}/results/res-1").status_code == 404


def test_a_deleted_line_item_takes_its_results_with_it(http: Http) -> None:
    base = BASES[Version.V1_2]
    assert http.get(f"{base}/results?filter=lineItem.sourcedId='li-1'").json()["results"]
    http.delete(f"{base}/lineItems/li-1")
    assert http.get(f"{base}/results?filter=lineItem.sourcedId='li-1'").json()["results"] == []
    assert http.get(f"{base}/results/res-1").status_code == 404


def test_a_category_is_put_and_deleted(http: Http) -> None:
    url = f"{BASES[Version.V1_2]}/categories/cat-new"
    body = {"category": {"sourcedId": "cat-new", "title": "Labs", "weight": 10}}
    assert http.put(url, json=body).status_code == 201
    assert http.get(url).json()["category"]["title"] == "Labs"
    assert http.delete(url).status_code == 204


def _with(member: str) -> bytes:
    start = '{"lineItem":{"sourcedId":"new-1","title":"T","class":{"sourcedId":"cls-math-9-a"},'
    return f"{start}{member}}}}}".encode()


BAD_BODIES = [
    (b"", 400),
    (b"[]", 400),
    (b"\xff\xfe", 400),
    (b'{"lineItem":', 400),
    (b"{}", 422),
    (b'{"lineItem":null}', 422),
    (b'{"result":{}}', 422),
    (b'{"lineItem":{"sourcedId":"new-1","title":"T"}}', 422),
    (b'{"lineItem":{"sourcedId":"new-1","title":"T","class":{"sourcedId":"nope"}}}', 422),
    (b'{"lineItem":{"sourcedId":"other","title":"T","class":{"sourcedId":"cls-math-9-a"}}}', 422),
    (b'{"lineItem":{"sourcedId":"new-1","title":"a\\u0000b","class":{"sourcedId":"cls-math-9-a"}}}', 422),
    (b'{"lineItem":{"sourcedId":"new-1","title":5,"class":[]}}', 422),
    (_with('"category":{"sourcedId":"nope"}'), 422),
    (_with('"academicSession":{"sourcedId":"nope"}'), 422),
    (_with('"dueDate":"0001-01-01T00:00:00+14:00"'), 422),
    (_with('"description":"","dueDate":"9999-12-31T23:00:00-14:00"'), 422),
    (_with('"resultValueMax":"NaN"'), 422),
    (_with('"description":"\\ud800"'), 400),
    (_with('"metadata":' + '{"a":' * 9000 + "1" + "}" * 9000), 400),
]


@pytest.mark.parametrize(("body", "status"), BAD_BODIES, ids=[str(body[:80]) for body, _ in BAD_BODIES])
@pytest.mark.parametrize("version", Version)
def test_a_body_that_cannot_be_stored_is_refused_and_changes_nothing(
    library: Http, version: Version, body: bytes, status: int
) -> None:
    answer = library.put(f"{BASES[version]}/lineItems/new-1", content=body)
    assert answer.status_code == status
    assert b"invalid data" in answer.content or b"invaliddata" in answer.content
    assert library.get(f"{BASES[version]}/lineItems/new-1").status_code == 404


def test_a_result_of_an_unknown_line_item_or_student_is_refused(http: Http) -> None:
    base = BASES[Version.V1_1]
    for member in ("lineItem", "student"):
        answer = http.put(f"{base}/results/r-new", json=result("r-new", **{member: {"sourcedId": "nope"}}))
        assert answer.status_code == 422


@pytest.mark.parametrize(
    ("url", "name", "member", "allowed", "refused"),
    [
        ("results", "result", "scoreStatus", ["submitted", "ext:late-work"], ["done", "ext:", "xext:a"]),
        ("scoreScales", "scoreScale", "scoreScaleValue", [[{"itemValueLHS": "A", "itemValueRHS": "1"}]], [[]]),
        (
            "lineItems",
            "lineItem",
            "learningObjectiveSet",
            [[], [{"source": "case", "learningObjectiveIds": ["a"]}]],
            [[{"source": "case", "learningObjectiveIds": []}]],
        ),
    ],
)
def test_a_value_outside_its_vocabulary_and_an_empty_list_are_refused(
    http: Http, url: str, name: str, member: str, allowed: list[Any], refused: list[Any]
) -> None:
    [row] = [row for row in EVERY if row.method == "PUT" and row.path == f"/{url}/{{sourcedId}}"]
    sent: Any = row.body
    for value in allowed + refused:
        sent[name][member] = value
        assert http.put(row.address, json=sent).status_code == (201 if value in allowed else 422)


def test_1_1_knows_no_score_status_of_ones_own(http: Http) -> None:
    body = result("r-new", scoreStatus="ext:late-work")
    assert http.put(f"{BASES[Version.V1_1]}/results/r-new", json=body).status_code == 422


def test_what_a_reference_says_beside_its_id_is_not_believed(http: Http) -> None:
    strange = {"sourcedId": "cls-math-9-a", "type": "shoe", "href": "http://elsewhere.example/"}
    http.put(f"{BASES[Version.V1_2]}/lineItems/new-1", json=item("new-1", **{"class": strange}))
    got = http.get(f"{BASES[Version.V1_2]}/lineItems/new-1").json()["lineItem"]["class"]
    assert got == {
        "href": "http://sis.example/ims/oneroster/rostering/v1p2/classes/cls-math-9-a",
        "sourcedId": "cls-math-9-a",
        "type": "class",
    }


@pytest.mark.parametrize("row", [row for row in EVERY if row.method == "PUT"], ids=lambda row: row.name)
def test_every_required_member_can_be_asked_for(sqlite_source: SqlSource, row: Row) -> None:
    sqlite_source.load(golden())
    sent: Any = row.body
    [name] = sent
    described = document(row.version, row.service)["components"]["schemas"][name[0].upper() + name[1:]]
    with TestClient(create_app(sqlite_source, options=Options(complete_records=True))) as http:
        assert http.put(row.address, json=sent).status_code == 201
        for member in set(described["required"]) - {"status", "dateLastModified"}:
            less = {name: {key: value for key, value in sent[name].items() if key != member}}
            assert http.put(row.address, json=less).status_code == 422


def test_a_text_too_long_for_an_index_is_refused_not_failed(source: SqlSource) -> None:
    source.load(golden())
    title = "".join(chr(0x4E00 + number * 7919 % 20_000) for number in range(9_000))
    with TestClient(create_app(source)) as http:
        answer = http.put(f"{BASES[Version.V1_2]}/lineItems/new-1", json=item("new-1", title=title))
    assert answer.status_code == (422 if source.engine.dialect.name == "postgresql" else 201)


def test_a_rule_can_change_or_refuse_a_write(sqlite_source: SqlSource) -> None:
    def shout(write: Write) -> Any:
        if isinstance(write.record, LineItem):
            write.record.title = write.record.title.upper()
        elif isinstance(write.record, Result):
            raise ProviderError(409, "invaliddata", "The grading period is closed.")
        return write.record

    sqlite_source.load(golden())
    with TestClient(create_app(sqlite_source, options=Options(rules=(shout,), put_update_status=200))) as http:
        base = BASES[Version.V1_2]
        assert http.put(f"{base}/lineItems/li-1", json=item("li-1")).status_code == 200
        assert http.get(f"{base}/lineItems/li-1").json()["lineItem"]["title"] == "ESSAY"
        refused = http.put(f"{base}/results/r-new", json=result("r-new"))
        assert (refused.status_code, refused.json()["imsx_description"]) == (409, "The grading period is closed.")


def test_writes_work_on_either_database(source: SqlSource) -> None:
    source.load(golden())
    with TestClient(create_app(source)) as http:
        url = f"{BASES[Version.V1_2]}/lineItems/new-1"
        assert http.put(url, json=item("new-1")).status_code == 201
        assert http.put(url, json=item("new-1", title="Ö")).status_code == 201
        assert http.get(url).json()["lineItem"]["title"] == "Ö"
        assert http.delete(url).status_code == 204
        assert http.get(url).status_code == 404
