"""Delta reads: `filter=dateLastModified>'t'` finds every change since the newest record that was seen."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from litestar.testing import TestClient
from tests.provider.conftest import Http, golden
from tests.provider.test_writing import item, result

from classbridge.oneroster.provider import Options, SqlSource, create_app

BASE = "/ims/oneroster/gradebook/v1p2"
FAR = datetime(2100, 1, 1, 12, 0, 0, 987_654, tzinfo=UTC)


class Reader:
    """Follows a collection by deltas, as a consumer does."""

    def __init__(self, http: Http, collection: str) -> None:
        self._http = http
        self._url = f"{BASE}/{collection}"
        self._name = collection
        self._watermark = ""
        self.changes()

    def changes(self) -> dict[str, str]:
        """The status of each record that changed since the last time, by sourcedId."""
        query = {"filter": f"dateLastModified>'{self._watermark}'"} if self._watermark else {}
        found: list[dict[str, Any]] = self._http.get(self._url, params=query).json()[self._name]
        self._watermark = max([self._watermark, *(one["dateLastModified"] for one in found)])
        return {one["sourcedId"]: one["status"] for one in found}


def test_a_delta_has_each_change_once_even_while_the_clock_stands_still(source: SqlSource) -> None:
    source.load(golden())
    options = Options(tombstones=True, now=lambda: FAR)
    with TestClient(create_app(source, options=options)) as http:
        results, items = Reader(http, "results"), Reader(http, "lineItems")
        http.put(f"{BASE}/results/r-1", json=result("r-1"))
        assert results.changes() == {"r-1": "active"}
        http.put(f"{BASE}/results/r-1", json=result("r-1", score=81))
        http.put(f"{BASE}/results/r-2", json=result("r-2"))
        assert results.changes() == {"r-1": "active", "r-2": "active"}
        http.post(f"{BASE}/lineItems/li-1/results", json={"results": [result("tmp")["result"]]})
        assert list(results.changes().values()) == ["active"]
        http.delete(f"{BASE}/results/r-2")
        assert results.changes() == {"r-2": "tobedeleted"}
        assert results.changes() == items.changes() == {}
        http.put(f"{BASE}/lineItems/li-9", json=item("li-9"))
        assert items.changes() == {"li-9": "active"}


def test_a_clock_that_is_set_back_hides_no_change(sqlite_source: SqlSource) -> None:
    sqlite_source.load(golden())
    times = iter([FAR, FAR - timedelta(hours=1)])
    with TestClient(create_app(sqlite_source, options=Options(now=lambda: next(times)))) as http:
        reader = Reader(http, "results")
        for name in ("r-1", "r-2"):
            http.put(f"{BASE}/results/{name}", json=result(name))
            assert reader.changes() == {name: "active"}


def test_a_tombstone_is_still_read_and_takes_a_line_items_results_along(source: SqlSource) -> None:
    source.load(golden())
    with TestClient(create_app(source, options=Options(tombstones=True))) as http:
        before = http.get(f"{BASE}/lineItems").headers["x-total-count"]
        assert http.delete(f"{BASE}/lineItems/li-1").status_code == 204
        item_ = http.get(f"{BASE}/lineItems/li-1").json()["lineItem"]
        assert (item_["status"], item_["title"]) == ("tobedeleted", golden_title())
        assert http.get(f"{BASE}/lineItems").headers["x-total-count"] == before
        of_it = http.get(f"{BASE}/results", params={"filter": "lineItem.sourcedId='li-1'"}).json()["results"]
        assert {one["status"] for one in of_it} == {"tobedeleted"}
        assert {one["dateLastModified"] for one in of_it} == {item_["dateLastModified"]}
        others = http.get(f"{BASE}/results", params={"filter": "lineItem.sourcedId!='li-1'"}).json()["results"]
        assert {one["status"] for one in others} == {"active"}


def golden_title() -> str:
    return next(str(getattr(one, "title", "")) for one in golden() if one.sourced_id == "li-1")


def test_deleting_a_tombstone_again_changes_nothing_and_a_put_brings_it_back(sqlite_source: SqlSource) -> None:
    sqlite_source.load(golden())
    with TestClient(create_app(sqlite_source, options=Options(tombstones=True))) as http:
        url = f"{BASE}/results/res-1"
        http.delete(url)
        first = http.get(url).json()
        assert http.delete(url).status_code == 204
        assert http.get(url).json() == first
        http.put(url, json=result("res-1"))
        assert http.get(url).json()["result"]["status"] == "active"
        assert http.delete(f"{BASE}/results/nothing").status_code == 404


@pytest.mark.parametrize(("given", "kept"), [("2020-01-01T00:00:00.000Z", True), (None, False)])
def test_the_callers_time_is_kept_only_where_stamping_is_off(
    sqlite_source: SqlSource, given: str | None, kept: bool
) -> None:
    sqlite_source.load(golden())
    body = result("r-1", **({"dateLastModified": given} if given else {}))
    with TestClient(create_app(sqlite_source, options=Options(stamp=False, now=lambda: FAR))) as http:
        http.put(f"{BASE}/results/r-1", json=body)
        got = http.get(f"{BASE}/results/r-1").json()["result"]["dateLastModified"]
    assert got == (given if kept else "2100-01-01T12:00:00.987Z")
