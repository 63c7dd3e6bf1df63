import re
from collections.abc import Iterator

import pytest
from litestar.testing import TestClient
from tests.provider.conftest import Http

from classbridge.oneroster.models import Org
from classbridge.oneroster.provider import Options, SqlSource, create_app

ORGS = "/ims/oneroster/rostering/v1p2/orgs"
OLD = "/ims/oneroster/v1p1/orgs"


def many(source: SqlSource) -> None:
    source.load(Org(sourced_id=f"o{n:02}", name=f"School {n % 3}", type="school") for n in range(25))


@pytest.fixture
def orgs(source: SqlSource) -> Iterator[Http]:
    many(source)
    with TestClient(create_app(source)) as client:
        yield client


def links(header: str) -> dict[str, str]:
    return {rel: url for url, rel in re.findall(r'<([^>]*)>; rel="(\w+)"', header)}


def ids(answer: object) -> list[str]:
    return [org["sourcedId"] for org in answer.json()["orgs"]]  # type: ignore[attr-defined]


def test_following_next_gives_every_record_once_in_order(orgs: Http) -> None:
    found, url = [], f"{ORGS}?limit=10"
    while url:
        answer = orgs.get(url)
        assert answer.headers["x-total-count"] == "25"
        found += ids(answer)
        url = links(answer.headers["link"]).get("next", "")
    assert found == [f"o{n:02}" for n in range(25)]


def test_links_name_first_last_next_and_prev_and_keep_the_other_parameters(orgs: Http) -> None:
    answer = orgs.get(ORGS, params={"limit": 10, "offset": 10, "filter": "type='school'"})
    found = links(answer.headers["link"])
    offsets = {rel: re.findall(r"offset=(\d+)", url)[0] for rel, url in found.items()}
    assert offsets == {"first": "0", "prev": "0", "next": "20", "last": "20"}
    assert all("filter=type%3D%27school%27" in url for url in found.values())


def test_a_page_past_the_end_is_empty_and_a_limit_of_ten_thousand_is_taken(orgs: Http) -> None:
    assert ids(orgs.get(f"{ORGS}?offset=100")) == []
    assert len(ids(orgs.get(f"{ORGS}?limit=10000"))) == 25
    assert ids(orgs.get(f"{ORGS}?offset=99999999999999999999999")) == []


@pytest.mark.parametrize("query", ["limit=0", "limit=-1", "limit=abc", "offset=-1", "offset=1.5", "limit=٣"])
def test_a_limit_or_offset_that_is_no_number_is_400(orgs: Http, query: str) -> None:
    answer = orgs.get(f"{ORGS}?{query}")
    assert answer.status_code == 400
    assert b"invaliddata" in answer.content


def test_sort_orders_by_the_field_and_then_by_sourced_id(orgs: Http) -> None:
    ascending = orgs.get(f"{ORGS}?sort=name&limit=100").json()["orgs"]
    keys = [(org["name"], org["sourcedId"]) for org in ascending]
    assert keys == sorted(keys)
    descending = orgs.get(f"{ORGS}?sort=name&orderBy=desc&limit=1").json()["orgs"]
    assert descending[0]["name"] == "School 2"


def test_pages_of_a_sorted_collection_do_not_overlap(orgs: Http) -> None:
    found = [one for at in (0, 10, 20) for one in ids(orgs.get(f"{ORGS}?sort=name&limit=10&offset={at}"))]
    assert sorted(found) == [f"o{n:02}" for n in range(25)]


def test_an_unknown_sort_field_warns_in_1_1_and_is_ignored_in_1_2(orgs: Http) -> None:
    old = orgs.get(f"{OLD}?sort=shoe&limit=2").json()
    assert old["statusInfoSet"][0]["imsx_codeMinor"] == "invalid_sort_field"
    assert old["statusInfoSet"][0]["imsx_severity"] == "warning"
    assert len(old["orgs"]) == 2
    assert list(orgs.get(f"{ORGS}?sort=shoe&limit=2").json()) == ["orgs"]


def test_fields_cuts_records_down(orgs: Http) -> None:
    assert orgs.get(f"{ORGS}?fields=sourcedId,name&limit=1").json() == {
        "orgs": [{"sourcedId": "o00", "name": "School 0"}]
    }
    assert orgs.get(f"{ORGS}/o01?fields=name").json() == {"org": {"name": "School 1"}}


def test_an_unknown_or_blank_field_is_answered_as_each_version_says(orgs: Http) -> None:
    old = orgs.get(f"{OLD}?fields=shoe&limit=1")
    assert old.status_code == 200
    assert old.json()["statusInfoSet"][0]["imsx_codeMinor"] == "invalid_selection_field"
    assert old.json()["orgs"][0]["name"] == "School 0"
    assert orgs.get(f"{ORGS}?fields=shoe").status_code == 400
    assert b"invalid_blank_selection_field" in orgs.get(f"{OLD}?fields=").content
    assert b"invalid_selection_field" in orgs.get(f"{ORGS}?fields=").content


def test_a_page_cap_and_missing_headers_are_options(sqlite_source: SqlSource) -> None:
    many(sqlite_source)
    with TestClient(create_app(sqlite_source, options=Options(page_cap=5, page_headers="total"))) as http:
        answer = http.get(f"{ORGS}?limit=10000")
        assert len(ids(answer)) == 5
        assert answer.headers["x-total-count"] == "25"
        assert "link" not in answer.headers


def test_a_page_has_at_most_ten_thousand_records_and_its_links_lead_to_the_rest(sqlite_source: SqlSource) -> None:
    sqlite_source.load(Org(sourced_id=f"o{n:05}", name="School", type="school") for n in range(10_001))
    with TestClient(create_app(sqlite_source)) as http:
        first = http.get(f"{ORGS}?limit=1000000")
        assert len(ids(first)) == 10_000
        assert first.headers["x-total-count"] == "10001"
        assert ids(http.get(links(first.headers["link"])["next"])) == ["o10000"]
