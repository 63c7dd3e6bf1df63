"""Who gets in: tokens, scopes, signatures; and how each version says no."""

import base64
import time
from collections.abc import Iterator
from typing import Any, NoReturn
from urllib.parse import quote, quote_plus, urlencode

import pytest
from litestar.testing import TestClient
from oauthlib.oauth1.rfc5849 import SIGNATURE_HMAC_SHA1, SIGNATURE_HMAC_SHA256
from oauthlib.oauth1.rfc5849 import Client as OAuthlibClient
from tests.provider.calls import EVERY, Row
from tests.provider.conftest import Http
from tests.provider.description import require_described

from classbridge.oneroster.models import Version
from classbridge.oneroster.provider import (
    Bearer,
    Client,
    Either,
    OAuth1,
    OAuth1Verifier,
    Options,
    ProviderError,
    SignedRequest,
    SqlSource,
    TokenError,
    TokenRules,
    TokenService,
    Write,
    create_app,
    table,
    token_app,
)
from classbridge.oneroster.provider.tokens import Placement, ScopePolicy

Signer: Any = OAuthlibClient
SECRET = "s+e:c%ré t"
READ = "https://purl.imsglobal.org/spec/or/v1p2/scope/roster.readonly"
CORE = "https://purl.imsglobal.org/spec/or/v1p2/scope/roster-core.readonly"
OFFERED = frozenset({READ, CORE})


class Clock:
    def __init__(self) -> None:
        self.time = 1_800_000_000.0

    def __call__(self) -> float:
        return self.time


def basic(identity: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{identity}:{secret}".encode()).decode()


def service(clock: Clock | None = None, **rules: Any) -> TokenService:
    settings = {"scopes": OFFERED, **rules}
    return TokenService([Client(id="key", secret=SECRET)], TokenRules(**settings), now=clock or time.time)


def form(**members: str) -> bytes:
    return urlencode({"grant_type": "client_credentials", "scope": READ} | members).encode()


PLACEMENTS: list[tuple[Placement, bytes, str | None]] = [
    ("basic", form(), basic("key", SECRET)),
    ("basic_urlencoded", form(), basic("key", quote_plus(SECRET))),
    ("body", form(client_id="key", client_secret=SECRET), None),
]


@pytest.mark.parametrize("allowed", [placement for placement, _, _ in PLACEMENTS])
def test_credentials_are_taken_only_where_the_rules_allow_them(allowed: Placement) -> None:
    tokens = service(placements=[allowed])
    for placement, body, header in PLACEMENTS:
        if placement == allowed:
            assert tokens.issue(body, header).client_id == "key"
        else:
            with pytest.raises(TokenError, match="invalid_client"):
                tokens.issue(body, header)


@pytest.mark.parametrize(
    ("policy", "asked", "granted"),
    [
        ("ignore", "", None),
        ("ignore", "anything", None),
        ("require", "", "invalid_scope"),
        ("require", READ, {READ}),
        ("require", f"{READ} other", "invalid_scope"),
        ("grant_subset", f"{READ} other", {READ}),
        ("grant_subset", "other", "invalid_scope"),
    ],
)
def test_scopes_follow_the_policy(policy: ScopePolicy, asked: str, granted: Any) -> None:
    tokens = service(scope_policy=policy)
    if granted == "invalid_scope":
        with pytest.raises(TokenError, match="invalid_scope"):
            tokens.issue(form(scope=asked), basic("key", SECRET))
    else:
        assert tokens.issue(form(scope=asked), basic("key", SECRET)).scopes == granted


def test_a_token_lasts_its_lifetime() -> None:
    clock = Clock()
    tokens = service(clock, lifetime=60)
    value = tokens.issue(form(), basic("key", SECRET)).value
    clock.time += 59
    assert tokens.find(value)
    clock.time += 1
    assert tokens.find(value) is None


def test_a_new_token_ends_the_older_ones_only_where_the_rules_say_so() -> None:
    for single in (False, True):
        tokens = service(single_active_token=single)
        first, second = (tokens.issue(form(), basic("key", SECRET)).value for _ in range(2))
        assert (tokens.find(first) is None) is single
        assert tokens.find(second)


def test_credentials_hold_between_their_dates() -> None:
    clock = Clock()
    now = clock.time
    tokens = TokenService(
        [Client(id="key", secret=SECRET, effective=now + 10, expires=now + 20)],
        TokenRules(scope_policy="ignore"),
        now=clock,
    )
    outcome = []
    for _ in range(3):
        try:
            outcome.append(bool(tokens.issue(form(), basic("key", SECRET))))
        except TokenError:
            outcome.append(False)
        clock.time += 10
    assert outcome == [False, True, False]


def test_the_token_endpoint_answers_as_rfc_6749_says() -> None:
    with TestClient(token_app(service(), "/oauth/token")) as http:
        good = http.post("/oauth/token", content=form(), headers={"authorization": basic("key", SECRET)})
        assert good.status_code == 200
        assert good.headers["cache-control"] == "no-store"
        assert (good.json()["token_type"], good.json()["expires_in"], good.json()["scope"]) == (
            "Bearer",
            3600,
            READ,
        )
        wrong = http.post("/oauth/token", content=form(), headers={"authorization": basic("key", "no")})
        assert (wrong.status_code, wrong.json()) == (401, {"error": "invalid_client"})
        assert wrong.headers["www-authenticate"] == "Basic"
        headers = {"authorization": basic("key", SECRET)}
        other = http.post("/oauth/token", content=form(grant_type="password"), headers=headers)
        assert (other.status_code, other.json()) == (400, {"error": "unsupported_grant_type"})
        assert http.post("/oauth/token", content=b"\xff", headers={"authorization": "Basic %%"}).status_code == 401


@pytest.fixture(scope="module")
def tokens() -> TokenService:
    return service(
        scope_policy="grant_subset",
        scopes=frozenset(scope for version in Version for one in table(version) for scope in one.scopes),
    )


@pytest.fixture(scope="module")
def guarded(library_source: SqlSource, tokens: TokenService) -> Iterator[Http]:
    auth = Either(Bearer(tokens), OAuth1(OAuth1Verifier({"key": SECRET})))
    with TestClient(create_app(library_source, auth=auth, options=Options(rules=(_store_nothing,)))) as http:
        yield http


def _store_nothing(write: Write) -> NoReturn:
    raise ProviderError(422, "invaliddata", "This provider only reads.")


@pytest.mark.parametrize("authorization", ["", "Bearer nonsense", "Bearer", "Basic abc", 'OAuth oauth_nonce="1"'])
def test_no_valid_credentials_are_401_in_each_versions_words(guarded: Http, authorization: str) -> None:
    headers = {"authorization": authorization} if authorization else {}
    new = guarded.get("/ims/oneroster/rostering/v1p2/users", headers=headers)
    assert (new.status_code, new.headers["www-authenticate"]) == (401, "Bearer")
    field = new.json()["imsx_CodeMinor"]["imsx_codeMinorField"][0]
    assert field["imsx_codeMinorFieldValue"] == "unauthorisedrequest"
    old = guarded.get("/ims/oneroster/v1p1/users", headers=headers)
    assert (old.status_code, old.json()["statusInfoSet"][0]["imsx_codeMinor"]) == (401, "unauthorized")


def bearer(tokens: TokenService, scopes: frozenset[str]) -> dict[str, str]:
    issued = tokens.issue(form(scope=" ".join(scopes)), basic("key", SECRET))
    return {"authorization": f"Bearer {issued.value}"}


@pytest.mark.parametrize("row", EVERY, ids=lambda row: row.name)
def test_an_operation_refuses_a_token_without_its_scope_and_takes_each_of_its_own(
    guarded: Http, tokens: TokenService, row: Row
) -> None:
    [operation] = [one for one in table(row.version) if one.id == row.operation_id]
    others = bearer(tokens, tokens.rules.scopes - operation.scopes)
    refused = guarded.request(row.method, row.address, json=row.body, headers=others)
    assert refused.status_code == 403
    require_described(row, refused)
    assert b'"forbidden"' in refused.content
    address, admitted = row.address, 422 if row.body else 200
    if row.method == "DELETE":
        address, admitted = f"{row.address}-nobody", 404
    for scope in operation.scopes:
        headers = bearer(tokens, frozenset({scope}))
        answer = guarded.request(row.method, address, json=row.body, headers=headers)
        assert answer.status_code == admitted
        require_described(row, answer)


@pytest.mark.parametrize("row", EVERY, ids=lambda row: row.name)
def test_an_operation_without_credentials_is_401_as_described(guarded: Http, row: Row) -> None:
    answer = guarded.request(row.method, row.address, json=row.body)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    require_described(row, answer)


def test_only_1_1_takes_signatures(guarded: Http) -> None:
    assert signed(guarded, "/ims/oneroster/v1p1/users") == 200
    assert signed(guarded, "/ims/oneroster/rostering/v1p2/users") == 401


def test_a_signature_gives_every_right_of_1_1(guarded: Http) -> None:
    for row in (row for row in EVERY if row.version is Version.V1_1 and row.method == "GET"):
        assert signed(guarded, row.address) == 200


def signed(http: Http, url: str, method: str = SIGNATURE_HMAC_SHA256, **more: Any) -> int:
    signer = Signer("key", client_secret=more.pop("secret", SECRET), signature_method=method, **more)
    full, headers, _ = signer.sign(f"{http.base_url}{url}")
    return http.get(full, headers=headers).status_code


@pytest.mark.parametrize("method", [SIGNATURE_HMAC_SHA1, SIGNATURE_HMAC_SHA256])
@pytest.mark.parametrize(
    "query",
    ["", "?limit=1&offset=0", "?filter=" + quote("familyName='O''Brien' AND status='active'"), "?a=1&a=%C3%A5+b"],
)
def test_oauthlibs_signatures_are_accepted(guarded: Http, method: str, query: str) -> None:
    assert signed(guarded, f"/ims/oneroster/v1p1/users{query}", method) == 200


def test_a_signature_of_another_secret_method_or_time_is_refused(guarded: Http) -> None:
    url = "/ims/oneroster/v1p1/users"
    now = int(time.time())
    assert signed(guarded, url, secret="other") == 401
    assert signed(guarded, url, "PLAINTEXT") == 401
    assert signed(guarded, url, timestamp=str(now - 590)) == 200
    assert signed(guarded, url, timestamp=str(now - 610)) == 401
    assert signed(guarded, url, timestamp=str(now + 290)) == 200
    assert signed(guarded, url, timestamp=str(now + 310)) == 401
    assert signed(guarded, url, timestamp="soon") == 401


def test_a_nonce_is_taken_once(guarded: Http) -> None:
    url = "/ims/oneroster/v1p1/users"
    stamp = str(int(time.time()))
    assert [signed(guarded, url, nonce="n", timestamp=stamp) for _ in range(2)] == [200, 401]


def test_a_signature_does_not_fit_another_url_or_method() -> None:
    signer = Signer("key", client_secret=SECRET, signature_method=SIGNATURE_HMAC_SHA256)
    url, headers, _ = signer.sign("http://sis.example/users?limit=1")
    authorization = headers["Authorization"]
    verifier = OAuth1Verifier({"key": SECRET})
    assert verifier.verify(SignedRequest("GET", url.replace("limit=1", "limit=2"), authorization)) is None
    assert verifier.verify(SignedRequest("PUT", url, authorization)) is None
    assert verifier.verify(SignedRequest("GET", "http://SIS.example:80/users?limit=1", authorization)) == "key"
