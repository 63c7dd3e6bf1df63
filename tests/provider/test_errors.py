import logging
from urllib.parse import quote

import pytest
from litestar.testing import TestClient
from tests.provider.calls import EVERY, Row
from tests.provider.conftest import Http, golden
from tests.provider.description import require_described

from classbridge.oneroster.models import Version
from classbridge.oneroster.provider import Options, SqlSource, create_app

OLD, NEW = "/ims/oneroster/v1p1", "/ims/oneroster/rostering/v1p2"


def test_an_unknown_address_and_a_wrong_method_have_each_versions_body(http: Http) -> None:
    assert http.get(f"{OLD}/shoes").json()["statusInfoSet"][0]["imsx_codeMinor"] == "unknown object"
    unknown = http.get(f"{NEW}/shoes").json()
    assert (unknown["imsx_codeMajor"], unknown["imsx_severity"]) == ("failure", "error")
    for base in (OLD, NEW):
        answer = http.delete(f"{base}/users/usr-s-1")
        assert answer.status_code == 405
        assert "GET" in answer.headers["allow"]
        assert "imsx" in answer.text


def test_an_unknown_parent_is_404_but_empty_where_1_2_lists_no_404(http: Http) -> None:
    assert http.get(f"{OLD}/classes/nope/students").status_code == 404
    assert http.get("/ims/oneroster/gradebook/v1p2/classes/nope/lineItems").status_code == 404
    assert http.get(f"{NEW}/classes/nope/students").json() == {"users": []}


NESTED = [row for row in EVERY if row.path.count("/") > 2]


@pytest.mark.parametrize("row", NESTED, ids=lambda row: row.name)
def test_each_unknown_parent_is_404_where_the_standard_lists_it_else_there_is_nothing_below(
    library: Http, row: Row
) -> None:
    segments = row.address.removeprefix(row.base_path).split("/")
    for place in range(2, len(segments), 2):
        address = row.base_path + "/".join([*segments[:place], "nobody", *segments[place + 1 :]])
        answer = library.request(row.method, address, json=row.body)
        require_described(row, answer)
        if 404 in (row.errors or (404,)):
            assert answer.status_code == 404
        else:
            assert (answer.status_code, answer.headers["x-total-count"]) == (200, "0")


@pytest.mark.parametrize("row", [row for row in EVERY if row.request_envelope], ids=lambda row: row.name)
@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b'{"broken":', "application/json", 400),
        (b"[]", "application/json", 400),
        (b"{}", "text/csv", 415),
        (b"{}", "application/json", 422),
    ],
    ids=["cut off", "a list", "not JSON", "empty"],
)
def test_a_body_that_cannot_be_taken_is_answered_as_described(
    library: Http, row: Row, content: bytes, kind: str, status: int
) -> None:
    answer = library.request(row.method, row.address, content=content, headers={"content-type": kind})
    assert answer.status_code == status
    require_described(row, answer)
    assert "invalid" in answer.text


@pytest.mark.parametrize(
    "row", [row for row in EVERY if row.operation_id == "putResult"], ids=lambda row: row.name
)
def test_a_body_of_more_than_ten_megabytes_is_refused(library: Http, row: Row) -> None:
    answer = library.put(row.address, content=b" " * 11_000_000)
    assert answer.status_code == 413
    require_described(row, answer)


@pytest.mark.parametrize("row", [row for row in EVERY if row.query], ids=lambda row: row.name)
def test_a_field_that_does_not_exist_is_answered_as_described(library: Http, row: Row) -> None:
    queries = ["fields=shoe", "fields="] + (
        ["filter=shoe='43'", "limit=0", "sort=shoe"] if "limit" in row.query else []
    )
    for query in queries:
        answer = library.get(f"{row.address}?{query}")
        require_described(row, answer)
        lenient = query == "sort=shoe" or (query == "fields=shoe" and row.version is Version.V1_1)
        assert answer.status_code == (200 if lenient else 400)


def test_an_id_that_no_database_could_hold_is_unknown(source: SqlSource) -> None:
    source.load(golden())
    with TestClient(create_app(source)) as http:
        assert http.get(f"{NEW}/users/a%00b").status_code == 404
        assert http.get(f"{NEW}/classes/a%00b/students").json() == {"users": []}
        assert http.delete("/ims/oneroster/gradebook/v1p2/results/a%00b").status_code == 404


def test_an_id_may_hold_every_character_of_the_standard_and_more(http: Http) -> None:
    base = "/ims/oneroster/gradebook/v1p2"
    for name in ("a/b@c.d-e_f", "//x/", "50%", "lineItems/li-1", "å b"):
        sent = {"sourcedId": name, "title": "T", "class": {"sourcedId": "cls-math-9-a"}}
        url = f"{base}/lineItems/{quote(name, safe='')}"
        assert http.put(url, json={"lineItem": sent}).status_code == 201
        got = http.get(url).json()["lineItem"]
        assert got["sourcedId"] == name
        results = http.get(f"{base}/classes/cls-math-9-a/lineItems/{quote(name, safe='')}/results")
        assert (results.status_code, results.json()) == (200, {"results": []})
        assert quote(name, safe="") in results.headers["link"]
        assert http.delete(url).status_code == 204


def test_another_version_than_the_one_served_is_404(sqlite_source: SqlSource) -> None:
    with TestClient(create_app(sqlite_source, versions=[Version.V1_1])) as http:
        assert http.get(f"{OLD}/users").status_code == 200
        assert http.get(f"{NEW}/users").status_code == 404


def test_filters_and_operations_can_be_refused_by_option(sqlite_source: SqlSource) -> None:
    options = Options(filters_refused=frozenset({"users.email"}), unserved=frozenset({"getAllOrgs"}))
    with TestClient(create_app(sqlite_source, options=options)) as http:
        refused = http.get(f"{NEW}/users?filter=email='x'")
        assert (refused.status_code, "email" in refused.text) == (400, True)
        assert http.get(f"{NEW}/teachers?filter=email='x'").status_code == 200
        assert http.get(f"{NEW}/orgs").status_code == 404


def test_a_failure_is_500_with_a_body_and_a_log_without_the_request(
    sqlite_source: SqlSource, caplog: pytest.LogCaptureFixture
) -> None:
    with TestClient(create_app(sqlite_source)) as http:
        with sqlite_source.engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE oneroster_user")
        with caplog.at_level(logging.ERROR):
            answer = http.get(f"{NEW}/users?filter=familyName='Secretson'")
    assert answer.status_code == 500
    assert "internal_server_error" in answer.text
    assert "OperationalError" in caplog.text
    assert "secretson" not in (answer.text + caplog.text).casefold()
