"""Who we are to a server: OAuth 2 client credentials, or a token that was given.

1EdTech Security Framework 1.1, section 4; RFC 6749, sections 2.3.1, 4.4 and 5.
"""

import asyncio
import hashlib
import time
from base64 import b64encode
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Literal, Protocol
from urllib.parse import quote_plus, urlencode, urlsplit
from weakref import WeakKeyDictionary

import msgspec

from classbridge.oneroster.errors import (
    AuthenticationFailed,
    MalformedAnswer,
    OneRosterError,
    ScopeRefused,
    parse_status,
)
from classbridge.oneroster.failure import failure
from classbridge.oneroster.transport import Answer, Transport

Placement = Literal["basic", "basic_urlencoded", "basic_raw", "body"]
"""Where the client's id and secret go.

`basic` (default): the Basic header, both parts form-urlencoded first as RFC 6749 section 2.3.1 says;
`basic_urlencoded` is the same under the name of those SIS that are known to insist on it. `basic_raw`: the Basic
header without that encoding (RFC 7617 only). `body`: as form members.
"""

_DEFAULT_LIFETIME = 3600.0


class Auth(Protocol):
    """What a client asks for the credentials of each request."""

    async def headers(self, method: str, url: str, transport: Transport) -> dict[str, str]:
        """Return the headers that authorise a request."""

    async def refused(self, sent: Mapping[str, str], answer: Answer, transport: Transport) -> bool:
        """Learn that a request was answered with 401; True when it is worth one more try."""


class BearerToken:
    """A token from elsewhere, never renewed."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def headers(self, method: str, url: str, transport: Transport) -> dict[str, str]:
        """Return the bearer header."""
        return {"Authorization": f"Bearer {self._token}"}

    async def refused(self, sent: Mapping[str, str], answer: Answer, transport: Transport) -> bool:
        """Give up: there is no other token."""
        return False


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """An access token. `use_until` is in seconds since the epoch; `scopes` is None when none were named."""

    access_token: str
    use_until: float
    scopes: tuple[str, ...] | None = None


class TokenCache(Protocol):
    """Where tokens are kept. One shared by several workers saves them from killing each other's (Q08)."""

    async def get(self, key: str) -> Token | None:
        """Return the token kept under a key."""

    async def put(self, key: str, token: Token) -> None:
        """Keep a token."""

    def lock(self, key: str) -> AbstractAsyncContextManager[Any]:
        """Return the lock that whoever asks for a new token holds."""


class MemoryTokens:
    """Tokens of one process; may be shared by clients on several event loops."""

    def __init__(self) -> None:
        self._tokens: dict[str, Token] = {}
        self._locks: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, asyncio.Lock]]
        self._locks = WeakKeyDictionary()

    async def get(self, key: str) -> Token | None:
        """Return the token kept under a key."""
        return self._tokens.get(key)

    async def put(self, key: str, token: Token) -> None:
        """Keep a token."""
        self._tokens[key] = token

    def lock(self, key: str) -> asyncio.Lock:
        """Return this event loop's lock for a key."""
        locks = self._locks.setdefault(asyncio.get_running_loop(), {})
        return locks.setdefault(key, asyncio.Lock())


class ClientCredentials:
    """OAuth 2 client credentials with a cached token, renewed before it expires and once after a 401.

    `token_url` keeps its query (Q02). Without `scopes` none are asked for.
    """

    def __init__(
        self,
        token_url: str,
        client_id: str,
        client_secret: str,
        scopes: Sequence[str] = (),
        *,
        placement: Placement = "basic",
        cache: TokenCache | None = None,
    ) -> None:
        self.token_url = token_url
        self.scopes = tuple(scopes)
        self._client_id = client_id
        self._client_secret = client_secret
        self._placement = placement
        self._cache = cache or MemoryTokens()
        self._granted: tuple[str, ...] | None = None
        parts = "\0".join((token_url, client_id, client_secret, *self.scopes))
        self._key = hashlib.sha256(parts.encode()).hexdigest()

    @property
    def named(self) -> tuple[str, ...] | None:
        """The scopes that the server named in its last token answer; None when it named none."""
        return self._granted

    def granted(self, scope: str) -> bool:
        """Return whether the server granted a scope; what it did not say counts as asked for (Q06)."""
        return scope in (self.scopes if self._granted is None else self._granted)

    async def headers(self, method: str, url: str, transport: Transport) -> dict[str, str]:
        """Return the bearer header of a live token, asking for one if need be."""
        token = await self.token(transport)
        return {"Authorization": f"Bearer {token.access_token}"}

    async def refused(self, sent: Mapping[str, str], answer: Answer, transport: Transport) -> bool:
        """Renew the token, unless someone else has done so since the request was sent (Q08)."""
        async with self._cache.lock(self._key):
            token = await self._cache.get(self._key)
            if token is None or sent.get("Authorization") == f"Bearer {token.access_token}":
                await self._renew(transport)
        return True

    async def token(self, transport: Transport) -> Token:
        """Return a live token. Raises what the token endpoint answered."""
        token = await self._live()
        if token is None:
            async with self._cache.lock(self._key):
                token = await self._live() or await self._renew(transport)
        self._granted = token.scopes
        return token

    async def _live(self) -> Token | None:
        token = await self._cache.get(self._key)
        return token if token and time.time() < token.use_until else None

    async def _renew(self, transport: Transport) -> Token:
        headers, form = self._credentials()
        asked = time.time()
        answer = await transport.exchange(
            "POST", self.token_url, headers=headers, content=urlencode(form).encode()
        )
        token = _token(answer, asked, urlsplit(self.token_url).path)
        self._granted = token.scopes
        await self._cache.put(self._key, token)
        return token

    def _credentials(self) -> tuple[dict[str, str], dict[str, str]]:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        form = {"grant_type": "client_credentials"}
        if self.scopes:
            form["scope"] = " ".join(self.scopes)
        pair = (self._client_id, self._client_secret)
        if self._placement == "body":
            return headers, {**form, "client_id": pair[0], "client_secret": pair[1]}
        user, password = pair if self._placement == "basic_raw" else map(quote_plus, pair)
        headers["Authorization"] = "Basic " + b64encode(f"{user}:{password}".encode()).decode()
        return headers, form


def _token(answer: Answer, asked: float, path: str) -> Token:
    """Read a token answer as loosely as servers write it: lifetime absent or a string, no scope (Q07)."""
    body = _object(answer.body)
    access_token = body.get("access_token")
    if not 200 <= answer.status < 300 or "error" in body:
        raise _refusal(answer, path)
    if not isinstance(access_token, str) or not access_token:
        raise MalformedAnswer("no access token in it", method="POST", path=path, status=answer.status)
    lifetime = _seconds(body.get("expires_in"))
    scope = body.get("scope")
    return Token(
        access_token=access_token,
        use_until=asked + lifetime - min(60.0, lifetime / 10),
        scopes=tuple(scope.split()) if isinstance(scope, str) else None,
    )


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return value if isinstance(value, dict) else {}


def _seconds(value: Any) -> float:
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return _DEFAULT_LIFETIME
    return seconds if 0 < seconds < float("inf") else _DEFAULT_LIFETIME


def _refusal(answer: Answer, path: str) -> OneRosterError:
    infos = parse_status(answer.body, answer.content_type)
    codes = {info.code_minor.lower() for info in infos}
    kind: type[OneRosterError] | None = None
    if "invalid_scope" in codes:
        kind = ScopeRefused
    elif answer.status == 401 or codes & {"invalid_client", "unauthorized_client", "invalid_grant"}:
        kind = AuthenticationFailed
    if kind is None:
        return failure(answer, "POST", path)
    return kind(method="POST", path=path, status=answer.status, infos=infos)
