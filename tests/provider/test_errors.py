import logging

import pytest
from litestar.testing import TestClient
from tests.provider.conftest import Http

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
        assert "imsx" in answer.text


def test_an_unknown_parent_is_404_but_empty_where_1_2_lists_no_404(http: Http) -> None:
    assert http.get(f"{OLD}/classes/nope/students").status_code == 404
    assert http.get("/ims/oneroster/gradebook/v1p2/classes/nope/lineItems").status_code == 404
    assert http.get(f"{NEW}/classes/nope/students").json() == {"users": []}


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
