"""Every operation that the table serves, in both versions, over the golden records."""

import re
from importlib.resources import files
from typing import Any

import msgspec
import pytest
from tests.provider.conftest import Http

from classbridge.oneroster.models import Version
from classbridge.oneroster.provider import Operation, table

IDS = {
    "academicSessions": "as-t-1",
    "terms": "as-t-1",
    "gradingPeriods": "as-g-1",
    "orgs": "org-s-1",
    "schools": "org-s-1",
    "courses": "crs-math-9",
    "classes": "cls-math-9-a",
    "users": "usr-s-1",
    "students": "usr-s-1",
    "teachers": "usr-t-1",
    "enrollments": "enr-1",
    "demographics": "usr-s-1",
    "categories": "cat-hw",
    "lineItems": "li-1",
    "results": "res-1",
}
REQUIRED = {
    "academicSession": {"title", "type", "startDate", "endDate"},
    "org": {"name", "type"},
    "course": {"title", "org"},
    "class": {"title", "classType", "course", "school", "terms"},
    "user": {"givenName", "familyName", "enabledUser"},
    "enrollment": {"user", "class", "school", "role"},
    "demographics": set[str](),
    "category": {"title"},
    "lineItem": {"title", "assignDate", "dueDate", "class", "category"},
    "result": {"lineItem", "student", "scoreStatus", "scoreDate"},
}
OWN = {
    (Version.V1_1, "user"): {"role", "orgs"},
    (Version.V1_2, "user"): {"roles"},
    (Version.V1_1, "lineItem"): {"resultValueMin", "resultValueMax", "gradingPeriod"},
    (Version.V1_2, "lineItem"): {"school"},
}
READS = [one for version in Version for one in table(version) if one.method == "GET"]


def address(operation: Operation) -> str:
    segments = operation.path.strip("/").split("/")
    for place in range(1, len(segments), 2):
        segments[place] = IDS[segments[place - 1]]
    return "/".join((operation.base, *segments))


def name(operation: Operation) -> str:
    return f"{operation.version} {operation.id}"


@pytest.mark.parametrize("operation", READS, ids=name)
def test_a_read_answers_with_its_envelope_and_the_required_members(library: Http, operation: Operation) -> None:
    answer = library.get(address(operation))
    assert answer.status_code == 200
    body = answer.json()
    assert list(body) == [operation.envelope]
    records = body[operation.envelope] if operation.paged else [body[operation.envelope]]
    assert records, "the golden records have one for each relation"
    wanted = {"sourcedId", "status", "dateLastModified"} | REQUIRED[operation.entity]
    wanted |= OWN.get((operation.version, operation.entity), set())
    for record in records:
        assert wanted <= set(record)
    if operation.paged:
        assert answer.headers["x-total-count"] == str(len(records))
        assert 'rel="first"' in answer.headers["link"]


@pytest.mark.parametrize("operation", [one for one in READS if one.single], ids=name)
def test_a_single_read_of_nothing_is_404(library: Http, operation: Operation) -> None:
    answer = library.get(address(operation).rsplit("/", 1)[0] + "/nobody")
    assert answer.status_code == 404
    assert b"unknown" in answer.content


@pytest.mark.parametrize("version", Version)
def test_only_what_the_model_does_not_have_yet_is_left_out(version: Version) -> None:
    raw = files("classbridge.oneroster.provider").joinpath("data", f"operations-{version}.json").read_bytes()
    rows: list[dict[str, Any]] = msgspec.json.decode(raw)["operations"]
    served = {one.id for one in table(version)}
    left_out = {row["operationId"] for row in rows} - served
    pattern = re.compile(r"esource|ScoreScale|[aA]ssessment|^post")
    assert {one for one in left_out if not pattern.search(one)} == set()
    assert len(served) == {Version.V1_1: 57, Version.V1_2: 58}[version]


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
