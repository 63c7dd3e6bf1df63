"""The provider's description of itself: valid, equal to the standard's tables, served where it is looked for."""

from typing import Any

import jsonschema_rs
import pytest
from litestar.testing import TestClient
from schemathesis.specs.openapi.definitions import OPENAPI_30
from tests.provider.calls import EVERY, Row
from tests.provider.conftest import Http
from tests.provider.description import document, operations_of, violations

from classbridge.oneroster.models import Version
from classbridge.oneroster.provider import OAuth1, OAuth1Verifier, Options, SqlSource, create_app, table
from classbridge.oneroster.provider.discovery import FILES

SERVICES = [(version, service) for version, service in FILES]
OLD, NEW = "/ims/oneroster/v1p1", "/ims/oneroster"


@pytest.mark.parametrize(("version", "service"), SERVICES)
def test_the_document_is_valid_openapi(version: Version, service: str) -> None:
    validator = jsonschema_rs.validator_for(OPENAPI_30)
    assert [error.message for error in validator.iter_errors(document(version, service))] == []


@pytest.mark.parametrize("version", Version)
def test_the_documents_have_the_standards_operations_and_no_others(version: Version) -> None:
    wanted = {(row.operation_id, row.method, row.path) for row in EVERY if row.version is version}
    described = [one for at, service in SERVICES if at is version for one in operations_of(document(at, service))]
    assert set(described) == wanted
    assert len(described) == len(wanted)


def _described(row: Row) -> dict[str, Any]:
    found: dict[str, Any] = document(row.version, row.service)["paths"][row.path][row.method.lower()]
    return found


@pytest.mark.parametrize("row", EVERY, ids=lambda row: row.name)
def test_an_operation_is_described_with_its_parameters_statuses_and_scopes(row: Row) -> None:
    described = _described(row)
    names = [one.get("name") or one["$ref"].rsplit("/", 1)[-1] for one in described["parameters"]]
    in_path = [part[1:-1] for part in row.path.split("/") if part.startswith("{")]
    assert names == [*in_path, *row.query]
    success = row.success if isinstance(row.success, list) else [row.success]
    assert {str(status) for status in [*success, *row.errors]} <= set(described["responses"])
    assert ("requestBody" in described) is (row.request_envelope is not None)
    [operation] = [one for one in table(row.version) if one.id == row.operation_id]
    scopes = {scope for one in described["security"] for scope in one.get("OAuth2CC", [])}
    assert scopes == operation.scopes
    assert ({"OAuth1": []} in described["security"]) is (row.version is Version.V1_1)


@pytest.mark.parametrize(
    "row", [row for row in EVERY if row.request_envelope and row.version is Version.V1_2], ids=lambda row: row.name
)
def test_the_golden_records_are_bodies_as_described(row: Row) -> None:
    schema = _described(row)["requestBody"]["content"]["application/json"]["schema"]
    whole = document(row.version, row.service)
    sent = row.body
    assert sent is not None
    assert violations(schema, whole, sent) == []
    [name] = sent
    assert violations(schema, whole, {name: {"sourcedId": "bare"}}) != []


@pytest.mark.parametrize(("version", "service"), SERVICES)
def test_each_service_serves_its_document_under_every_name_without_credentials(
    sqlite_source: SqlSource, version: Version, service: str
) -> None:
    base = OLD if version is Version.V1_1 else f"{NEW}/{service}/v1p2"
    options = Options(token_url="https://login.example/oauth2/token")
    app = create_app(sqlite_source, auth=OAuth1(OAuth1Verifier({})), options=options)
    with TestClient(app, base_url="http://sis.example") as http:
        for name in FILES[version, service]:
            answer = http.get(f"{base}/discovery/{name}")
            assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
            found = answer.json()
            assert found["servers"] == [{"url": f"http://sis.example{base}"}]
            flow = found["components"]["securitySchemes"]["OAuth2CC"]["flows"]["clientCredentials"]
            assert flow["tokenUrl"] == "https://login.example/oauth2/token"
            assert found["paths"] == document(version, service)["paths"]


def test_without_a_token_url_the_token_endpoint_is_on_the_same_host(library: Http) -> None:
    found = library.get(f"{NEW}/resources/v1p2/discovery/imsorv1p2_resources_openapi3_v1p0.json").json()
    flow = found["components"]["securitySchemes"]["OAuth2CC"]["flows"]["clientCredentials"]
    assert flow["tokenUrl"] == f"{str(library.base_url).rstrip('/')}/token"


def test_what_is_not_served_and_another_status_for_replacing_are_described(sqlite_source: SqlSource) -> None:
    options = Options(unserved=frozenset({"getAllOrgs"}), put_update_status=200)
    with TestClient(create_app(sqlite_source, options=options)) as http:
        rostering = http.get(f"{NEW}/rostering/v1p2/discovery/imsorv1p2_rostering_openapi3_v1p0.json").json()
        gradebook = http.get(f"{NEW}/gradebook/v1p2/discovery/imsorv1p2_gradebook_openapi3_v1p0.json").json()
    assert "/orgs" not in rostering["paths"]
    assert {"200", "201"} <= set(gradebook["paths"]["/results/{sourcedId}"]["put"]["responses"])
