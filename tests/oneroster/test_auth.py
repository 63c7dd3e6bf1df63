import asyncio
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote_plus

import pytest
import time_machine

from classbridge.oneroster.auth import BearerToken, ClientCredentials, MemoryTokens
from classbridge.oneroster.errors import (
    AuthenticationFailed,
    MalformedAnswer,
    NotFound,
    OneRosterError,
    ScopeRefused,
    ServerFailed,
    Unauthorized,
)
from tests.oneroster.conftest import Connect
from tests.oneroster.sis import Reply, Seen, Sis, Stage

Credentials = Callable[..., ClientCredentials]
SECRET = "p+q:%/å ö"


@pytest.fixture
def orgs(sis: Sis) -> Sis:
    sis.rows["/orgs"] = [{"sourcedId": f"o{n}", "name": "N", "type": "school"} for n in range(25)]
    return sis


def basic(seen: Seen) -> list[str]:
    return b64decode(seen.headers["authorization"].removeprefix("Basic ")).decode().split(":", 1)


@pytest.mark.parametrize("placement", ["basic", "basic_urlencoded", "basic_raw", "body"])
async def test_q05_credentials_are_placed_as_the_server_wants_them(
    orgs: Sis, stage: Stage, connect: Connect, placement: Any
) -> None:
    auth = ClientCredentials(f"{stage.url}/token", "id:1", SECRET, ["a", "b"], placement=placement)
    async with connect(auth=auth) as client:
        await client.orgs()
    token_request = orgs.seen[0]
    form = parse_qs(token_request.body.decode())
    assert form["grant_type"] == ["client_credentials"]
    assert form["scope"] == ["a b"]
    if placement == "body":
        assert (form["client_id"], form["client_secret"]) == (["id:1"], [SECRET])
        assert "authorization" not in token_request.headers
    elif placement == "basic_raw":
        assert basic(token_request) == ["id", f"1:{SECRET}"]
    else:
        user, password = basic(token_request)
        assert (user, password) == ("id%3A1", "p%2Bq%3A%25%2F%C3%A5+%C3%B6")
        assert unquote_plus(password) == SECRET


async def test_the_token_urls_query_is_kept(orgs: Sis, stage: Stage, connect: Connect) -> None:
    auth = ClientCredentials(f"{stage.url}/token?appName=bridge", "id", "secret")
    async with connect(auth=auth) as client:
        await client.orgs()
    assert orgs.seen[0].query == {"appName": "bridge"}
    assert parse_qs(orgs.seen[0].body.decode()) == {"grant_type": ["client_credentials"]}


async def test_many_requests_at_once_share_one_token(orgs: Sis, connect: Connect) -> None:
    async with connect() as client:
        await asyncio.gather(*(client.orgs() for _ in range(8)))
    assert orgs.tokens == 1


@pytest.mark.parametrize("expires_in", [None, "3600", "soon", 0])
async def test_q07_a_token_without_a_clear_lifetime_lives_an_hour(
    orgs: Sis, connect: Connect, credentials: Credentials, expires_in: Any
) -> None:
    body = {"access_token": "token-1", "token_type": "bearer"} | (
        {} if expires_in is None else {"expires_in": expires_in}
    )
    orgs.token_reply = lambda _seen, _number: Reply(body=body)
    auth = credentials()
    async with connect(auth=auth) as client:
        await client.orgs()
        token = await auth.token(client.session.transport)
        await client.orgs()
    assert orgs.tokens == 1
    assert token.scopes is None


async def test_q07_a_token_is_renewed_before_it_expires(
    orgs: Sis, connect: Connect, credentials: Credentials
) -> None:
    async with connect(auth=credentials()) as client:
        await client.orgs()
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=59, seconds=30)):
            await client.orgs()
    assert orgs.tokens == 2
    assert all(seen.headers["authorization"] == "Bearer token-2" for seen in orgs.data()[-3:])


async def test_q07_a_token_revoked_in_mid_page_is_renewed_once(orgs: Sis, connect: Connect) -> None:
    orgs.valid = lambda authorization: authorization == f"Bearer token-{1 if len(orgs.data()) < 2 else 2}"
    async with connect() as client:
        found = await client.orgs()
    assert len(found.records) == 25
    assert orgs.tokens == 2


async def test_a_second_401_is_final(orgs: Sis, connect: Connect) -> None:
    orgs.valid = lambda _authorization: False
    async with connect() as client:
        with pytest.raises(Unauthorized) as caught:
            await client.orgs()
    assert caught.value.words == "no valid token"
    assert orgs.paths == ["/token", "/orgs", "/token", "/orgs"]


async def test_q08_a_token_that_another_worker_renewed_is_read_from_the_cache(
    orgs: Sis, connect: Connect, credentials: Credentials
) -> None:
    orgs.valid = lambda authorization: authorization == f"Bearer token-{orgs.tokens}"
    cache = MemoryTokens()
    first, second = credentials(cache=cache), credentials(cache=cache)
    async with connect(auth=first) as one, connect(auth=second) as two:
        await one.orgs()
        stale = await second.headers("GET", "", two.session.transport)
        await first.refused(stale, None, one.session.transport)  # type: ignore[arg-type]
        assert await second.refused(stale, None, two.session.transport)  # type: ignore[arg-type]
        await two.orgs()
    assert orgs.tokens == 2


async def test_q06_the_granted_scopes_are_recorded(orgs: Sis, connect: Connect, credentials: Credentials) -> None:
    auth = credentials(scopes=["read", "write"])
    async with connect(auth=auth) as client:
        await client.orgs()
        assert auth.granted("write")
    orgs.token_reply = lambda _seen, _number: Reply(body={"access_token": "token-9", "scope": "read other"})
    auth = credentials(scopes=["read", "write"])
    async with connect(auth=auth) as client:
        await client.orgs()
    assert auth.granted("read")
    assert not auth.granted("write")


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (401, {"error": "invalid_client"}, AuthenticationFailed),
        (400, {"error": "invalid_client"}, AuthenticationFailed),
        (401, b"<html>no</html>", AuthenticationFailed),
        (200, {"error": "invalid_client"}, AuthenticationFailed),
        (400, {"error": "invalid_scope"}, ScopeRefused),
        (404, b"", NotFound),
        (500, b"", ServerFailed),
        (200, b"<html>sign in</html>", MalformedAnswer),
        (200, {"token_type": "bearer"}, MalformedAnswer),
    ],
)
async def test_a_refusal_of_the_token_endpoint_says_which(
    orgs: Sis, connect: Connect, status: int, body: Any, expected: type[OneRosterError]
) -> None:
    orgs.token_reply = lambda _seen, _number: Reply(status=status, body=body)
    async with connect(retries=0) as client:
        with pytest.raises(OneRosterError) as caught:
            await client.orgs()
    assert type(caught.value) is expected
    assert caught.value.path == "/token"
    assert "hunter2" not in str(caught.value)
    assert orgs.paths == ["/token"]


async def test_a_given_token_is_sent_as_it_is_and_never_renewed(orgs: Sis, connect: Connect) -> None:
    async with connect(auth=BearerToken("token-x")) as client:
        await client.orgs()
    assert orgs.tokens == 0
    async with connect(auth=BearerToken("stale")) as client:
        with pytest.raises(Unauthorized):
            await client.orgs()
