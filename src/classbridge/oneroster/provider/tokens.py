"""OAuth 2 client credentials as a SIS offers them (RFC 6749 4.4; 1EdTech Security Framework 1.1).

Tokens are random and live in memory: restarting the server revokes them.
"""

import hmac
import secrets
import threading
import time
from base64 import b64decode
from collections.abc import Callable, Sequence
from typing import Literal
from urllib.parse import parse_qsl, unquote_plus

from msgspec import Struct

Placement = Literal["basic", "basic_urlencoded", "body"]
ScopePolicy = Literal["ignore", "require", "grant_subset"]


class Client(Struct, frozen=True, kw_only=True):
    """A client's credentials, valid from `effective` until `expires` (seconds since the epoch)."""

    id: str
    secret: str
    effective: float = 0
    expires: float | None = None


class TokenRules(Struct, frozen=True, kw_only=True):
    """How a token endpoint behaves.

    `scopes` are those on offer. `scope_policy`: `ignore` them; `require` at least one, all of them on offer; or
    `grant_subset` of what is asked for. `placements`: where the client's id and secret may be.
    """

    placements: Sequence[Placement] = ("basic", "basic_urlencoded", "body")
    scope_policy: ScopePolicy = "require"
    scopes: frozenset[str] = frozenset()
    lifetime: int = 3600
    single_active_token: bool = False
    """Whether issuing a token revokes the client's earlier ones."""


class TokenError(Exception):
    """A refusal as RFC 6749 5.2 words it."""

    def __init__(self, code: str, status: int = 400) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


class Token(Struct, frozen=True, kw_only=True):
    """An access token that was issued. `scopes` is None where scopes are ignored."""

    value: str
    client_id: str
    scopes: frozenset[str] | None
    expires: float


class TokenService:
    """Issues and checks access tokens. Safe to use from several threads."""

    def __init__(
        self, clients: Sequence[Client], rules: TokenRules | None = None, *, now: Callable[[], float] = time.time
    ) -> None:
        self.rules = rules or TokenRules()
        self._clients = {client.id: client for client in clients}
        self._now = now
        self._tokens: dict[str, Token] = {}
        self._lock = threading.Lock()

    def replace_clients(self, clients: Sequence[Client]) -> None:
        """Take other credentials from now on; tokens already issued stay valid."""
        self._clients = {client.id: client for client in clients}

    def issue(self, body: bytes, authorization: str | None) -> Token:
        """Answer a token request: its form body and `Authorization` header. Raises `TokenError`."""
        form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        client = self._authenticated(form, authorization)
        if form.get("grant_type") != "client_credentials":
            raise TokenError("unsupported_grant_type" if "grant_type" in form else "invalid_request")
        scopes = self._granted(form.get("scope", "").split())
        token = Token(
            value=secrets.token_urlsafe(32),
            client_id=client.id,
            scopes=scopes,
            expires=self._now() + self.rules.lifetime,
        )
        self._keep(token)
        return token

    def find(self, value: str) -> Token | None:
        """The valid token of this value, if there is one."""
        token = self._tokens.get(value)
        return token if token and token.expires > self._now() else None

    def revoke_all(self) -> None:
        """Make every token that was issued invalid."""
        with self._lock:
            self._tokens.clear()

    def _keep(self, token: Token) -> None:
        now = self._now()
        with self._lock:
            for value, old in list(self._tokens.items()):
                replaced = self.rules.single_active_token and old.client_id == token.client_id
                if replaced or old.expires <= now:
                    del self._tokens[value]
            self._tokens[token.value] = token

    def _granted(self, asked: list[str]) -> frozenset[str] | None:
        if self.rules.scope_policy == "ignore":
            return None
        granted = frozenset(asked) & self.rules.scopes
        if not granted or (self.rules.scope_policy == "require" and len(granted) < len(set(asked))):
            raise TokenError("invalid_scope")
        return granted

    def _authenticated(self, form: dict[str, str], authorization: str | None) -> Client:
        now = self._now()
        for identity, secret in self._credentials(form, authorization):
            client = self._clients.get(identity)
            if client is None or not hmac.compare_digest(client.secret.encode(), secret.encode()):
                continue
            if client.effective <= now and (client.expires is None or now < client.expires):
                return client
        raise TokenError("invalid_client", 401)

    def _credentials(self, form: dict[str, str], authorization: str | None) -> list[tuple[str, str]]:
        """Each reading of the request's credentials that the rules allow."""
        found = []
        scheme, _, encoded = (authorization or "").partition(" ")
        if scheme.lower() == "basic":
            identity, _, secret = _unpacked(encoded).partition(":")
            if "basic" in self.rules.placements:
                found.append((identity, secret))
            if "basic_urlencoded" in self.rules.placements:
                found.append((unquote_plus(identity), unquote_plus(secret)))
        elif "body" in self.rules.placements:
            found.append((form.get("client_id", ""), form.get("client_secret", "")))
        return found


def _unpacked(encoded: str) -> str:
    try:
        return b64decode(encoded, validate=True).decode()
    except ValueError:
        return ""
