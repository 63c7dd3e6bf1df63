from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from classbridge.oneroster.discovery import FILES, discover
from classbridge.oneroster.errors import MalformedAnswer, NotFound, ServerFailed
from classbridge.oneroster.models import Version
from classbridge.oneroster.options import Options
from classbridge.oneroster.provider import SqlSource, create_app, sqlite_engine
from classbridge.oneroster.provider.operations import table
from classbridge.oneroster.roots import Roots, Service
from classbridge.oneroster.transport import Transport
from tests.oneroster.providing import ROOTS
from tests.oneroster.sis import Reply, Sis, Stage, served

FIRST, SECOND = (f"/rostering/v1p2/discovery/{name}" for name in FILES["rostering"])
FLOW = {"tokenUrl": "https://login.sis.example/token", "scopes": {"https://scope.example/roster.readonly": "x"}}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.0.1",
    "paths": {"/orgs": {"get": {"operationId": "getAllOrgs"}, "parameters": []}, "/classes": {"get": {}}},
    "components": {"securitySchemes": {"a": {"type": "oauth2", "flows": {"clientCredentials": FLOW}}}},
}


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[str]:
    source = SqlSource(sqlite_engine(tmp_path / "sis.db"), ROOTS)
    with served(create_app(source)) as url:
        yield url
    source.close()


@pytest.mark.parametrize("service", FILES)
async def test_our_provider_says_what_it_serves_and_where_tokens_are(provider: str, service: Service) -> None:
    roots = Roots.of(f"{provider}/ims/oneroster", Version.V1_2)
    async with Transport() as transport:
        found = await discover(transport, roots, service)
    wanted = [one for one in table(Version.V1_2) if one.service == service]
    assert found.operations == {one.id for one in wanted}
    assert found.token_url == f"{provider}/token"
    assert found.scopes >= {scope for one in wanted for scope in one.scopes}


async def asked(stage: Stage) -> Any:
    async with Transport(Options()) as transport:
        return await discover(transport, Roots.of(stage.url, Version.V1_2))


@pytest.mark.parametrize("path", [FIRST, SECOND])
async def test_a_document_is_found_under_either_name_without_credentials(
    sis: Sis, stage: Stage, path: str
) -> None:
    sis.faults.append(lambda seen: Reply(body=DOCUMENT) if seen.path == path else None)
    found = await asked(stage)
    assert (found.token_url, found.operations) == (FLOW["tokenUrl"], {"getAllOrgs"})
    assert found.scopes == {"https://scope.example/roster.readonly"}
    assert all("authorization" not in seen.headers for seen in sis.seen)


async def test_a_server_without_a_document_is_not_found(sis: Sis, stage: Stage) -> None:
    sis.valid = lambda _: True
    with pytest.raises(NotFound):
        await asked(stage)
    assert sis.paths == [FIRST, SECOND]


async def test_a_server_that_fails_is_not_one_without_a_document(sis: Sis, stage: Stage) -> None:
    sis.faults.append(lambda _: Reply(status=500))
    with pytest.raises(ServerFailed):
        await asked(stage)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"{}", b'{"paths":[]}', b'{"paths":' + b"[" * 100_000, b"\xff\xfe"],
)
async def test_what_is_no_openapi_document_is_malformed(sis: Sis, stage: Stage, body: bytes) -> None:
    sis.faults.append(lambda _: Reply(body=body))
    with pytest.raises(MalformedAnswer):
        await asked(stage)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("https://login.sis.example/token?tenant=1", "https://login.sis.example/token?tenant=1"),
        ("/oauth/token", "{stage}/oauth/token"),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("https://id:secret@login.sis.example/token", None),
        ("https://[broken/token", None),
        ("https://sis.example:99999999/token", None),
        ("", None),
        (7, None),
        (None, None),
        ({"a": 1}, None),
    ],
)
async def test_only_a_token_address_that_can_be_used_is_read(
    sis: Sis, stage: Stage, written: Any, read: str | None
) -> None:
    flows = {"clientCredentials": {"tokenUrl": written}}
    document = {**DOCUMENT, "components": {"securitySchemes": {"a": {"flows": flows}}}}
    sis.faults.append(lambda _: Reply(body=document))
    assert (await asked(stage)).token_url == (read.format(stage=stage.url) if read else None)


@pytest.mark.parametrize("junk", [None, 1, "x", [1], {"a": None}, {"a": {"get": [], "flows": 1}}])
async def test_odd_parts_of_a_document_are_left_out(sis: Sis, stage: Stage, junk: Any) -> None:
    document = {"paths": {**DOCUMENT["paths"], "/odd": junk}, "components": {"securitySchemes": junk}}
    sis.faults.append(lambda _: Reply(body=document))
    found = await asked(stage)
    assert (found.operations, found.token_url, found.scopes) == ({"getAllOrgs"}, None, frozenset())
