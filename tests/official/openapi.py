"""The provider beside the official OpenAPI files of 1.2 and a derived one of 1.1 (`make openapi-official`).

The files are not part of the project: ONEROSTER_OPENAPI_DIR names the directory that holds `official/` and
`derived/`. Not collected by `make test`.
"""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.provider.calls import EVERY, Row
from tests.provider.conftest import ROOTS, Http, golden
from tests.provider.description import document, operations_of, violations
from tests.provider_fuzz.fuzzing import CHECKS, fuzz, guarded, settings

from classbridge.oneroster.models import Version
from classbridge.oneroster.provider import SqlSource, sqlite_engine

pytest_plugins = ["tests.provider.conftest"]

FOLDER = Path(os.environ["ONEROSTER_OPENAPI_DIR"])
PUBLISHED = {
    (Version.V1_1, ""): "derived/oneroster-v1p1-derived-openapi3.json",
    (Version.V1_2, "rostering"): "official/onerosterv1p2rostersservice_openapi3_v1p0.json",
    (Version.V1_2, "gradebook"): "official/onerosterv1p2gradebookservice_openapi3_v1p0.json",
    (Version.V1_2, "resources"): "official/onerosterv1p2resourcesservice_openapi3_v1p0.json",
}
OURS_ALONE = {"400", "413", "415", "422"}
"""Statuses of bodies that cannot be taken; the published files list 422 only, and none of them in 1.1."""
THEIRS_ALONE = {"default"}
"""We answer only what we list."""
KNOWN = {
    ".password": "passwords are never served",
    ".learningObjectiveSet.source": "a plain text: the published pattern fits no value of the vocabulary",
    ".statusInfoSet": "the derived file has every spelling of 1.1's status words, we have one",
}
"""Where our schemas differ on purpose, by a part of the place, and why."""

SEED = 20_261_124
OUR_ANSWERS = {
    "Undocumented status code: Received: 422": Version.V1_1,
    "parameter `limit` in query": Version.V1_2,
    "parameter `offset` in query": Version.V1_2,
}
"""What fuzzing finds on purpose, with the version: 1.1 has no word for a body that cannot be stored, and no page
is refused for being asked beyond 32 bits."""


@cache
def published(version: Version, service: str) -> Any:
    service = "" if version is Version.V1_1 else service
    return msgspec.json.decode((FOLDER / PUBLISHED[version, service]).read_bytes())


def _operation(whole: dict[str, Any], row: Row) -> Any:
    return whole["paths"][row.path][row.method.lower()]


def both(row: Row) -> tuple[Any, Any]:
    """The operation as published and as ours."""
    theirs, ours = published(row.version, row.service), document(row.version, row.service)
    return _operation(theirs, row), _operation(ours, row)


every = pytest.mark.parametrize("row", EVERY, ids=lambda row: row.name)


@pytest.mark.parametrize(("version", "service"), PUBLISHED)
def test_the_operations_are_the_same(version: Version, service: str) -> None:
    theirs, ours = published(version, service), document(version, service)
    assert set(operations_of(ours)) == set(operations_of(theirs))


@every
def test_the_parameters_are_the_same(row: Row) -> None:
    theirs, ours = both(row)
    components = document(row.version, row.service)["components"]["parameters"]
    resolved = [components[one["$ref"].rsplit("/", 1)[-1]] if "$ref" in one else one for one in ours["parameters"]]
    assert list(map(_parameter, resolved)) == list(map(_parameter, theirs["parameters"]))


def _parameter(one: dict[str, Any]) -> tuple[Any, ...]:
    schema = one["schema"]
    kind = (
        "string" if one["name"] == "fields" else schema["type"]
    )  # with commas or as a list: the same on the wire
    return (
        one["name"],
        one["in"],
        one.get("required", False),
        kind,
        schema.get("default"),
        schema.get("enum"),
    )


@every
def test_the_statuses_are_the_same(row: Row) -> None:
    theirs, ours = (set(one["responses"]) for one in both(row))
    assert theirs - ours <= THEIRS_ALONE
    assert ours - theirs <= (OURS_ALONE if row.request_envelope else set())


@every
def test_the_scopes_are_the_same(row: Row) -> None:
    theirs, ours = ({s for one in each["security"] for s in one.get("OAuth2CC", [])} for each in both(row))
    assert theirs <= ours if row.version is Version.V1_1 else theirs == ours


@pytest.mark.parametrize(("version", "service"), PUBLISHED)
def test_the_schemas_differ_only_where_it_is_known(version: Version, service: str) -> None:
    rows = [row for row in EVERY if row.version is version and service in ("", row.service)]
    found = {place for row in rows for place in _schema_differences(row)}
    known = {place for place in found if any(name in place.split(":")[0] for name in KNOWN)}
    print(version, service, *sorted(known), sep="\n  ")  # noqa: T201 - a part of the report
    assert found - known == set()


def _schema_differences(row: Row) -> Iterator[str]:
    theirs, ours = both(row)
    pairs = [(theirs.get("requestBody"), ours.get("requestBody"))]
    pairs += [(theirs["responses"][status], ours["responses"].get(status)) for status in theirs["responses"]]
    for their, our in pairs:
        errors = row.version is Version.V1_1 and their and "ErrorResponse" in str(their)
        if their and our and "content" in their and not errors:
            one = _schema(their, published(row.version, row.service))
            other = _schema(our, document(row.version, row.service))
            yield from _differences(one, other, "", strict=row.version is Version.V1_2)


def _schema(body: dict[str, Any], whole: dict[str, Any]) -> Any:
    return _resolved(body["content"]["application/json"]["schema"], whole)


def _resolved(schema: Any, whole: dict[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_resolved(one, whole) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _resolved(whole["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]], whole)
    if "allOf" in schema and len(schema["allOf"]) == 1:
        return _resolved(schema["allOf"][0], whole)
    return {name: _resolved(inner, whole) for name, inner in schema.items()}


def _differences(theirs: Any, ours: Any, place: str, *, strict: bool) -> Iterator[str]:
    """Where two schemas take different values. Not `strict`: ours may be narrower."""
    if theirs.get("type") == "array" and ours.get("type") == "array":
        if theirs.get("minItems", 0) != ours.get("minItems", 0):
            yield f"{place}: {theirs.get('minItems', 0)} or {ours.get('minItems', 0)} items at least"
        yield from _differences(theirs["items"], ours["items"], place, strict=strict)
    elif "properties" in theirs and "properties" in ours:
        yield from _different_members(theirs, ours, place, strict=strict)
    elif _plain(theirs) != _plain(ours) and (strict or not _narrower(ours, theirs)):
        yield f"{place}: {_plain(theirs)} or {_plain(ours)}"


def _different_members(theirs: Any, ours: Any, place: str, *, strict: bool) -> Iterator[str]:
    for name in theirs["properties"].keys() ^ ours["properties"].keys():
        yield f"{place}.{name}: only in {'theirs' if name in theirs['properties'] else 'ours'}"
    for name in theirs["properties"].keys() & ours["properties"].keys():
        yield from _differences(
            theirs["properties"][name], ours["properties"][name], f"{place}.{name}", strict=strict
        )
    needed, our_needed = set(theirs.get("required", ())), set(ours.get("required", ()))
    envelope = place == ""  # the published collections do not require their one member
    if needed != our_needed and not envelope:
        yield f"{place}: requires {sorted(needed - our_needed)}, ours {sorted(our_needed - needed)}"
    if strict and theirs.get("additionalProperties") != ours.get("additionalProperties"):
        yield f"{place}: closed or not"


def _plain(schema: dict[str, Any]) -> Any:
    """A simple schema as comparable data, whatever the order and the spelling of its alternatives."""
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return sorted(map(str, (_plain(one) for one in choices)))
    if "pattern" in schema:
        return ("pattern", "ext:" in schema["pattern"])
    kind = schema.get("format") if schema.get("format") in ("date", "date-time", "uri") else None
    return (schema.get("type"), kind, sorted(schema.get("enum", [])))


def _narrower(ours: dict[str, Any], theirs: dict[str, Any]) -> bool:
    """Whether each of our words is one of theirs."""
    choices = theirs.get("oneOf") or theirs.get("anyOf") or [theirs]
    words = {word for one in choices for word in one.get("enum", [])}
    return bool(ours.get("enum")) and set(ours["enum"]) <= words


@every
def test_our_answers_are_valid_by_the_published_schemas(http: Http, row: Row) -> None:
    theirs, _ = both(row)
    whole = published(row.version, row.service)
    right = http.request(row.method, row.address, json=row.body)
    wrong = http.request(row.method, row.address.replace(row.address.rsplit("/", 1)[-1], "nobody"), json=row.body)
    refused = http.request(row.method, row.address + "?filter=shoe='43'&fields=shoe", json={})
    for answer in (right, wrong, refused):
        described = theirs["responses"].get(str(answer.status_code), {})
        if content := described.get("content"):
            assert violations(content["application/json"]["schema"], whole, answer.json()) == []
    assert str(right.status_code) in theirs["responses"]


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("version", "service"), PUBLISHED)
def test_what_the_published_files_describe_is_answered_as_they_say(
    version: Version, service: str, tmp_path: Path
) -> None:
    source = SqlSource(sqlite_engine(tmp_path / "sis.sqlite"), ROOTS)
    source.load(golden())
    app, token = guarded(source)
    amount = {"fuzzing": {"generation": {"max-examples": 10}}, "stateful": {"enabled": False}}
    config = settings(document(version, service), CHECKS, **amount)
    found = fuzz(app, FOLDER / PUBLISHED[version, service], token, config, seed=SEED)
    source.close()
    print(f"{version} {service}: {found.requests} requests in {found.seconds:.0f} s: {found.statuses}")  # noqa: T201 - a part of the report
    known = [text for text, where in OUR_ANSWERS.items() if where is version]
    assert [one for one in found.failures if not any(text in one for text in known)] == []
    assert found.errors == []
    assert max(found.statuses) < 500
    assert found.statuses[200] > 0
