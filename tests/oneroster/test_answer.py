import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classbridge.oneroster.answer import page, single
from classbridge.oneroster.codec import decode, encode
from classbridge.oneroster.errors import MalformedAnswer, OneRosterError, RecordError, parse_status
from classbridge.oneroster.models import Record, User, Version, type_of
from classbridge.oneroster.shape import NEW_IN_1_2, collections
from classbridge.oneroster.status import StatusInfo
from tests.oneroster.strategies import records

V = Version.V1_2
ORG = {"sourcedId": "o1", "name": "School", "type": "school"}
USER = {"sourcedId": "u1", "givenName": "A", "familyName": "B", "roles": []}
SESSION = {
    "sourcedId": "q1",
    "title": "Q1",
    "type": "gradingPeriod",
    "startDate": "2026-08-15",
    "endDate": "2026-10-31",
}


@pytest.mark.parametrize(
    ("entity", "key", "row"),
    [
        ("user", "students", USER),
        ("user", "teachers", USER),
        ("user", "Users", USER),
        ("academicSession", "terms", SESSION),
        ("academicSession", "gradingPeriods", SESSION),
        ("org", "schools", ORG),
        ("org", "places", ORG),
    ],
)
def test_q18_a_collection_is_found_under_its_other_names(entity: str, key: str, row: dict[str, Any]) -> None:
    found = page(entity, json.dumps({key: [row]}).encode(), V, keys=("places",))
    assert [record.sourced_id for record in found.records] == [row["sourcedId"]]


def test_q18_an_object_instead_of_a_list_is_a_list_of_one() -> None:
    assert len(page("org", json.dumps({"orgs": ORG}).encode(), V).records) == 1


def test_a_bad_record_is_set_aside_and_its_page_lives() -> None:
    body = json.dumps({"orgs": [ORG, {"sourcedId": "o2"}, None, {**ORG, "sourcedId": "o3"}]}).encode()
    found = page("org", body, V)
    assert [record.sourced_id for record in found.records] == ["o1", "o3"]
    assert [(bad.sourced_id, bad.member) for bad in found.set_aside] == [("o2", "$"), (None, "$")]
    assert len(found.rows) == 4


def alone(entity: str, row: Any, version: Version) -> Record | str:
    try:
        return decode(entity, json.dumps(row).encode(), version)
    except RecordError as error:
        return str(error)


ODD = [
    {},
    None,
    {"sourcedId": ""},
    {"sourcedId": "x", "score": "NaN", "weight": "Infinity"},
    {"role": "student", "orgs": [{"sourcedId": "s1"}]},
    {"userProfiles": [{"profileId": "p", "credentials": [{"type": "x", "password": "hunter2"}]}]},
    {"dateLastModified": "yesterday"},
    {"status": "inactive"},
]


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_page_read_in_one_go_holds_what_its_records_are_one_by_one(data: st.DataObject) -> None:
    version = data.draw(st.sampled_from(Version))
    entity = data.draw(st.sampled_from(sorted(set(type_of) - (NEW_IN_1_2 if version is Version.V1_1 else set()))))
    sound = [json.loads(encode(one, version)) for one in data.draw(st.lists(records(entity, version), max_size=3))]
    odd = data.draw(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(ODD)), max_size=2))
    rows: list[Any] = [*sound]
    for at, change in odd:
        row = dict(rows[at]) if change is not None and at < len(sound) else {}
        if entity == "user" and change and "orgs" in change:
            row.pop("roles", None)
        rows.append(change if change is None else {**row, **change})
    found = page(entity, json.dumps({collections[entity]: rows}).encode(), version).rows
    assert [str(row) if isinstance(row, RecordError) else row for row in found] == [
        alone(entity, row, version) for row in rows
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b'{"error":"x"}',
        b'{"orgs":null}',
        b'{"orgs":"none"}',
        b'{"orgs":[{"sourcedId":"o1"}',
        b"<html>busy</html>",
        b"[]",
        b"null",
        b'{"users":[]}',
    ],
)
def test_a_body_without_its_collection_is_malformed_and_never_empty(body: bytes) -> None:
    with pytest.raises(MalformedAnswer):
        page("org", body, V)


def test_a_failure_told_in_a_200_keeps_the_servers_words() -> None:
    body = b'{"statusInfoSet":[{"imsx_codeMajor":"failure","imsx_description":"licence expired"}]}'
    with pytest.raises(MalformedAnswer) as caught:
        page("org", body, V)
    assert caught.value.words == "licence expired"


def test_an_empty_list_is_empty_and_a_byte_order_mark_is_no_error() -> None:
    assert page("org", b'\xef\xbb\xbf{"orgs":[]}', V).rows == ()


@pytest.mark.parametrize("body", [{"user": USER}, {"student": USER}, {"users": [USER]}, USER])
def test_a_single_record_is_read_from_any_envelope(body: dict[str, Any]) -> None:
    assert isinstance(single("user", json.dumps(body).encode(), V), User)


@pytest.mark.parametrize("body", [b"{}", b'{"users":[]}', b'{"org":{}}', b"oops"])
def test_a_single_answer_without_its_record_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedAnswer):
        single("user", body, V)


golden_errors = [
    pytest.param(case["body"], id=f"{version}-{number}")
    for version in Version
    for number, case in enumerate(
        json.loads((Path(__file__).parent / "samples" / f"json-{version}" / "errors.json").read_text())
    )
]


@pytest.mark.parametrize("body", golden_errors)
def test_q38_every_golden_error_body_is_understood(body: dict[str, Any]) -> None:
    [status] = parse_status(json.dumps(body).encode(), "application/json")
    assert status.code_major in {"failure", "success"}
    assert status.code_minor
    assert status.description


@pytest.mark.parametrize(
    ("body", "minor"),
    [
        ({"status_info_set": [{"imsx_codeMajor": "failure", "imsx_codeMinor": "invalid data"}]}, "invalid data"),
        ({"imsx_StatusInfo": {"imsx_codeMajor": "failure", "imsx_codeMinor": "invalid_data"}}, "invalid_data"),
        ({"imsx_codeMajor": "failure", "imsx_CodeMinor": "server_busy"}, "server_busy"),
        ({"statusInfoSet": {"CodeMajor": "failure", "CodeMinor": "unknown object"}}, "unknown object"),
        ({"error": "invalid_client", "error_description": "no"}, "invalid_client"),
    ],
)
def test_q38_the_shapes_of_real_servers_are_understood(body: dict[str, Any], minor: str) -> None:
    assert [status.code_minor for status in parse_status(json.dumps(body).encode())] == [minor]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"<html><body>Bad gateway</body></html>", "text/html"),
        (b'{"message":"<html>secret page</html>"}', "application/json"),
        (b"Service unavailable", "text/plain"),
        (b"", ""),
        (b"\xff\xfe", "application/json"),
    ],
)
def test_q38_html_and_other_text_is_never_kept(body: bytes, content_type: str) -> None:
    assert parse_status(body, content_type) == []


def test_an_error_says_where_and_what_but_not_the_servers_words() -> None:
    error = OneRosterError(
        method="PUT",
        path="/results/r1",
        status=422,
        infos=[StatusInfo(code_minor="invaliddata", description="Åsa")],
    )
    assert str(error) == "The request failed. PUT /results/r1 (HTTP 422)"
    assert error.words == "invaliddata: Åsa"
