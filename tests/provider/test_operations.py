"""Every operation of the standard's tables, in both versions, over the golden records."""

from typing import Any

import pytest
from tests.provider.calls import EVERY, NEW, Row
from tests.provider.conftest import Http
from tests.provider.description import require_described

from classbridge.oneroster.models import Version
from classbridge.oneroster.provider import table

REQUIRED = {
    "academicSession": {"title", "type", "startDate", "endDate"},
    "org": {"name", "type"},
    "course": {"title", "org"},
    "class": {"title", "classType", "course", "school", "terms"},
    "user": {"givenName", "familyName", "enabledUser"},
    "enrollment": {"user", "class", "school", "role"},
    "demographics": set[str](),
    "resource": {"vendorResourceId"},
    "category": {"title"},
    "lineItem": {"title", "assignDate", "dueDate", "class", "category"},
    "result": {"lineItem", "student", "scoreStatus", "scoreDate"},
    "scoreScale": {"title", "type", "class", "scoreScaleValue"},
    "assessmentLineItem": {"title"},
    "assessmentResult": {"assessmentLineItem", "student", "scoreDate", "scoreStatus"},
}
OWN = {
    (Version.V1_1, "user"): {"role", "orgs"},
    (Version.V1_2, "user"): {"roles"},
    (Version.V1_1, "lineItem"): {"resultValueMin", "resultValueMax", "gradingPeriod"},
    (Version.V1_2, "lineItem"): {"school"},
}
OPERATIONS = {(one.version, one.id): one for version in Version for one in table(version)}


def of(*methods: str) -> pytest.MarkDecorator:
    chosen = [row for row in EVERY if row.method in methods]
    return pytest.mark.parametrize("row", chosen, ids=lambda row: row.name)


def test_the_tables_are_whole() -> None:
    count = {version: sum(row.version is version for row in EVERY) for version in Version}
    assert count == {Version.V1_1: 61, Version.V1_2: 81}
    assert set(OPERATIONS) == {(row.version, row.operation_id) for row in EVERY}
    assert {row.method for row in EVERY} == {"GET", "PUT", "POST", "DELETE"}


@of("GET")
def test_a_read_answers_with_its_envelope_and_the_required_members(library: Http, row: Row) -> None:
    answer = library.get(row.address)
    assert answer.status_code == 200
    require_described(row, answer)
    body = answer.json()
    assert row.response_envelope is not None
    assert list(body) == [row.response_envelope]
    paged = "limit" in row.query
    records = body[row.response_envelope] if paged else [body[row.response_envelope]]
    assert records, "the golden records have one for each relation"
    entity = OPERATIONS[row.version, row.operation_id].entity
    wanted = {"sourcedId", "status", "dateLastModified"} | REQUIRED[entity] | OWN.get((row.version, entity), set())
    for record in records:
        assert wanted <= set(record)
    if paged:
        assert answer.headers["x-total-count"] == str(len(records))
        assert 'rel="first"' in answer.headers["link"]


@of("PUT")
def test_a_put_creates_the_record_which_can_then_be_read(http: Http, row: Row) -> None:
    sent = row.body
    assert sent is not None
    answer = http.put(row.address, json=sent)
    assert (answer.status_code, answer.content) == (201, b"")
    require_described(row, answer)
    got = http.get(row.address).json()
    [envelope] = sent
    for name in set(sent[envelope]) - {"dateLastModified"}:
        assert _plain(got[envelope][name]) == _plain(sent[envelope][name])


@of("DELETE")
def test_a_delete_takes_the_record_away(http: Http, row: Row) -> None:
    assert http.get(row.address).status_code == 200
    answer = http.delete(row.address)
    assert (answer.status_code, answer.content) == (204, b"")
    require_described(row, answer)
    assert http.get(row.address).status_code == 404


@of("POST")
def test_a_post_creates_the_records_under_ids_of_the_server(http: Http, row: Row) -> None:
    sent = row.body
    assert sent is not None
    [envelope] = sent
    answer = http.post(row.address, json=sent)
    assert answer.status_code == 201
    require_described(row, answer)
    pairs = answer.json()["sourcedIdPairs"]
    assert list(answer.json()) == ["sourcedIdPairs"]
    assert [pair["suppliedSourcedId"] for pair in pairs] == [one["sourcedId"] for one in sent[envelope]]
    for pair, one in zip(pairs, sent[envelope], strict=True):
        assert pair["allocatedSourcedId"] not in (one["sourcedId"], NEW)
        entity = OPERATIONS[row.version, row.operation_id].entity
        got = http.get(f"{row.base_path}/{envelope}/{pair['allocatedSourcedId']}").json()[entity]
        assert got["class"]["sourcedId"] == one["class"]["sourcedId"]


def _plain(value: Any) -> Any:
    """A value without what the server says anew: the hrefs of references."""
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items() if name != "href"}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    "row", [row for row in EVERY if row.method == "GET" and row.path.endswith("}")], ids=lambda row: row.name
)
def test_a_single_read_of_nothing_is_404(library: Http, row: Row) -> None:
    answer = library.get(row.address.rsplit("/", 1)[0] + "/nobody")
    assert answer.status_code == 404
    require_described(row, answer)
    assert b"unknown" in answer.content


@pytest.mark.parametrize("version", Version)
def test_a_reference_points_to_the_record_it_names(library: Http, version: Version) -> None:
    base = "/ims/oneroster/v1p1" if version is Version.V1_1 else "/ims/oneroster/gradebook/v1p2"
    item = library.get(f"{base}/lineItems/li-1").json()["lineItem"]
    href = item["class"]["href"].removeprefix("http://sis.example")
    assert library.get(href).json()["class"]["sourcedId"] == item["class"]["sourcedId"]


def test_collections_of_people_and_sessions_hold_only_their_kind(library: Http) -> None:
    base = "/ims/oneroster/rostering/v1p2"
    assert {u["roles"][0]["role"] for u in library.get(f"{base}/teachers").json()["users"]} == {"teacher"}
    assert {s["type"] for s in library.get(f"{base}/gradingPeriods").json()["academicSessions"]} == {
        "gradingPeriod"
    }
    assert {o["type"] for o in library.get(f"{base}/schools").json()["orgs"]} == {"school"}
    assert library.get(f"{base}/teachers/usr-s-1").status_code == 404
