import time
from email.utils import formatdate
from typing import Any

import pytest
from oauthlib.oauth1.rfc5849.endpoints.signature_only import SignatureOnlyEndpoint
from oauthlib.oauth1.rfc5849.request_validator import RequestValidator

from classbridge.oneroster.errors import Unauthorized
from classbridge.oneroster.models import User
from classbridge.oneroster.oauth1 import OAuth1
from classbridge.oneroster.query import where
from tests.oneroster.conftest import Connect
from tests.oneroster.sis import Reply, Seen, Sis, Stage

KEY, SECRET = "district-key-0001", "s3cret &/+å"


class Keys(RequestValidator):
    enforce_ssl = False

    @property
    def client_key_length(self) -> tuple[int, int]:
        return 5, 40

    @property
    def nonce_length(self) -> tuple[int, int]:
        return 10, 40

    @property
    def safe_characters(self) -> set[str]:
        return super().safe_characters | {"-", "_"}  # type: ignore[no-any-return]

    @property
    def dummy_client(self) -> str:
        return "dummy-client"

    def validate_client_key(self, client_key: str, request: Any) -> bool:
        return client_key == KEY

    def get_client_secret(self, client_key: str, request: Any) -> str:
        return SECRET

    def validate_timestamp_and_nonce(
        self,
        client_key: str,
        timestamp: str,
        nonce: str,
        request: Any,
        request_token: Any = None,
        access_token: Any = None,
    ) -> bool:
        return True


def verified(url: str, method: str, header: str) -> bool:
    endpoint: Any = SignatureOnlyEndpoint(Keys())  # type: ignore[no-untyped-call]
    valid, _ = endpoint.validate_request(url, http_method=method, headers={"Authorization": header})
    return bool(valid)


@pytest.fixture
def checked(sis: Sis, stage: Stage) -> Sis:
    """A server that lets in only what oauthlib's own server side verifies."""
    sis.rows["/users"] = [
        {"sourcedId": "u1", "givenName": "Åsa", "familyName": "O'Brien", "role": "student", "orgs": []}
    ]

    def verify(seen: Seen) -> Reply | None:
        url = f"{stage.url}{seen.path.replace(' ', '%20').replace('å', '%C3%A5')}?{seen.raw_query}".rstrip("?")
        return None if verified(url, seen.method, seen.headers["authorization"]) else Reply(status=401)

    sis.faults.append(verify)
    sis.valid = lambda _authorization: True
    return sis


@pytest.mark.parametrize("method", ["HMAC-SHA1", "HMAC-SHA256"])
@pytest.mark.parametrize("value", ["O'Brien", "a b=c&d", "å+ö@x.se", "100%", "~-._", "''", "/?#"])
async def test_a_signed_filter_verifies_whatever_its_value(
    checked: Sis, connect: Connect, method: Any, value: str
) -> None:
    async with connect(auth=OAuth1(KEY, SECRET, method=method)) as client:
        await client.read_all("users", User, filter=where("familyName", "=", value))
    assert checked.seen[0].query["filter"] == where("familyName", "=", value).text


@pytest.mark.parametrize("method", ["HMAC-SHA1", "HMAC-SHA256"])
async def test_paths_and_writes_verify_too(checked: Sis, connect: Connect, method: Any) -> None:
    async with connect(auth=OAuth1(KEY, SECRET, method=method)) as client:
        deleted = await client.delete_result("r 1å")
    assert deleted.status == 404
    assert checked.seen[0].path == "/results/r 1å"


async def test_a_wrong_secret_does_not_verify(checked: Sis, connect: Connect) -> None:
    async with connect(auth=OAuth1(KEY, "other")) as client:
        with pytest.raises(Unauthorized):
            await client.users()
    assert len(checked.seen) == 1


async def test_a_clock_that_is_wrong_follows_the_servers_once(sis: Sis, connect: Connect) -> None:
    sis.rows["/users"] = []
    sis.valid = lambda _authorization: True
    ahead = 3600
    stamps = []

    def strict_clock(seen: Seen) -> Reply | None:
        stamp = int(seen.headers["authorization"].split('oauth_timestamp="')[1].split('"')[0])
        stamps.append(stamp - time.time())
        if abs(stamp - time.time() - ahead) < 60:
            return None
        return Reply(status=401, headers={"Date": formatdate(time.time() + ahead, usegmt=True)})

    sis.faults.append(strict_clock)
    async with connect(auth=OAuth1(KEY, SECRET)) as client:
        await client.users()
        await client.users()
    assert [round(stamp / 60) for stamp in stamps] == [0, 60, 60]
