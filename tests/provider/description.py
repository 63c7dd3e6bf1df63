"""Whether an answer is what the provider's own OpenAPI document says."""

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from tests.provider.calls import Row

from classbridge.oneroster.models import Version
from classbridge.oneroster.provider import openapi_document

ROOT = "http://sis.example"
formats = FormatChecker()


@formats.checks("date-time", raises=ValueError)
def _date_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@cache
def document(version: Version, service: str) -> dict[str, Any]:
    """A service's document; 1.1's only one has every service in it."""
    named = "" if version is Version.V1_1 else service
    return openapi_document(version, named, root=ROOT, token_url=f"{ROOT}/token")


def violations(schema: dict[str, Any], whole: dict[str, Any], value: Any) -> list[str]:
    """Where a value breaks a schema of a document."""
    validator = Draft202012Validator({**schema, "components": whole["components"]}, format_checker=formats)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def require_described(row: Row, answer: Any) -> None:
    """Fail unless the document has the answer's status, and the answer its body."""
    whole = document(row.version, row.service)
    responses = whole["paths"][row.path][row.method.lower()]["responses"]
    assert str(answer.status_code) in responses, f"{row.name} may not answer {answer.status_code}"
    described = responses[str(answer.status_code)]
    if "content" not in described:
        assert answer.content == b""
        return
    assert answer.headers["content-type"] == "application/json"
    schema = described["content"]["application/json"]["schema"]
    assert violations(schema, whole, answer.json()) == []
    for name in described.get("headers", {}):
        assert name in answer.headers


def operations_of(whole: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Each (operationId, method, path) of a document."""
    for path, methods in whole["paths"].items():
        for method, operation in methods.items():
            yield operation["operationId"], method.upper(), path
