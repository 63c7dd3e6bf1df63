"""The OAuth token endpoint: service accounts with domain-wide delegation, and refresh tokens."""

import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from msgspec import Struct

from classbridge.sandbox.classroom import scopes
from classbridge.sandbox.classroom.errors import Json
from classbridge.sandbox.classroom.state import State

LIFETIME = 3600
_JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_GOOGLE_AUDIENCE = "https://oauth2.googleapis.com/token"
_SKEW = 60
_LONGEST_ASSERTION = 3600


@cache
def _signing_key() -> RSAKey:
    """One key for the process: making one takes a while, and all stand-ins are ours."""
    return RSAKey.generate_key(2048)


class OAuthError(Exception):
    """A refusal of the token endpoint, as RFC 6749 section 5.2 words it."""

    def __init__(self, error: str, description: str, *, status: int = 400) -> None:
        super().__init__(error)
        self.status = status
        self.json = {"error": error, "error_description": description}


class Grant(Struct, frozen=True, kw_only=True):
    """What an access or refresh token stands for; no account is a service account acting as itself."""

    account_id: str | None
    scopes: frozenset[str]
    project: str
    expires: float = float("inf")


class TokenDesk:
    """Gives and knows tokens of one Cloud project, with a service account and an OAuth client."""

    def __init__(self, state: State, *, now: Callable[[], float] = time.time) -> None:
        self._state = state
        self._now = now
        self._key = _signing_key()
        self._key_id = secrets.token_hex(20)
        self._access: dict[str, Grant] = {}
        self._refresh: dict[str, Grant] = {}
        self.project = "classbridge-sandbox"
        self.client_email = f"classbridge@{self.project}.iam.gserviceaccount.example"
        self.client_number = str(10**20 + secrets.randbelow(10**20))
        self.client_id = f"{secrets.token_hex(16)}.apps.example"
        self.client_secret = secrets.token_urlsafe(24)
        self.delegated: frozenset[str] = scopes.DELEGABLE
        self.key_withdrawn = False
        self.clock_ahead = 0.0

    def service_account(self, token_url: str) -> Json:
        """The key file that an admin would download, for google-auth."""
        return {
            "type": "service_account",
            "project_id": self.project,
            "private_key_id": self._key_id,
            "private_key": self._key.as_pem(private=True).decode(),
            "client_email": self.client_email,
            "client_id": self.client_number,
            "auth_uri": token_url.removesuffix("/token") + "/auth",
            "token_uri": token_url,
            "universe_domain": "googleapis.com",
        }

    def sign_in(self, account_id: str, granted: Iterable[str]) -> str:
        """A refresh token, as someone gets by consenting to the scopes."""
        token = f"1//{secrets.token_urlsafe(32)}"
        self._refresh[token] = Grant(account_id=account_id, scopes=frozenset(granted), project=self.project)
        return token

    def reset(self) -> None:
        """Forget every token and delegate all scopes again; the credentials stay."""
        self._access.clear()
        self._refresh.clear()
        self.delegated = scopes.DELEGABLE
        self.key_withdrawn = False
        self.clock_ahead = 0.0

    def expire(self) -> None:
        """Let every access token run out now."""
        self._access.clear()

    def grant(self, access_token: str) -> Grant | None:
        """What a token that is still good stands for."""
        grant = self._access.get(access_token)
        return grant if grant and grant.expires > self._now() else None

    def exchange(self, form: Mapping[str, str], token_url: str) -> Json:
        """The token endpoint's answer to a form. Raises `OAuthError`."""
        kind = form.get("grant_type", "")
        if kind == _JWT_BEARER:
            return self._issue(self._asserted(form.get("assertion", ""), token_url))
        if kind == "refresh_token":
            return self._issue(self._refreshed(form))
        raise OAuthError("unsupported_grant_type", f"Invalid grant_type: {kind}")

    def _issue(self, grant: Grant) -> Json:
        token = f"ya29.{secrets.token_urlsafe(32)}"
        self._access[token] = Grant(
            account_id=grant.account_id,
            scopes=grant.scopes,
            project=grant.project,
            expires=self._now() + LIFETIME,
        )
        return {
            "access_token": token,
            "expires_in": LIFETIME - 1,
            "scope": " ".join(sorted(grant.scopes)),
            "token_type": "Bearer",
        }

    def _asserted(self, assertion: str, token_url: str) -> Grant:
        claims = self._claims(assertion)
        if claims.get("iss") != self.client_email:
            raise OAuthError("invalid_grant", "Invalid grant: account not found")
        if claims.get("aud") not in (token_url, _GOOGLE_AUDIENCE):
            raise OAuthError("invalid_grant", "Invalid JWT: Failed audience check.")
        self._check_times(claims)
        wanted = frozenset(str(claims.get("scope", "")).split())
        if not wanted:
            raise OAuthError("invalid_scope", "Invalid OAuth scope or ID token audience provided.")
        subject = claims.get("sub") or self.client_email
        if subject == self.client_email:
            return Grant(account_id=None, scopes=wanted, project=self.project)
        return Grant(account_id=self._impersonated(str(subject), wanted), scopes=wanted, project=self.project)

    def _claims(self, assertion: str) -> dict[str, Any]:
        try:
            claims = jwt.decode(assertion, self._key, algorithms=["RS256"]).claims
        except (JoseError, ValueError):
            claims = None
        if claims is None or self.key_withdrawn:
            raise OAuthError("invalid_grant", "Invalid JWT Signature.")
        return claims

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        issued, expires, moment = claims.get("iat"), claims.get("exp"), self._now() + self.clock_ahead
        if not isinstance(issued, int) or not isinstance(expires, int):
            raise OAuthError("invalid_grant", "Invalid JWT: iat and exp are required.")
        if expires - issued > _LONGEST_ASSERTION or not issued - _SKEW <= moment < expires:
            raise OAuthError(
                "invalid_grant",
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
                "Check your iat and exp values in the JWT claim.",
            )

    def _impersonated(self, email: str, wanted: frozenset[str]) -> str:
        account = self._state.account(email)
        if account is None or "@" not in email:
            raise OAuthError("invalid_grant", "Invalid email or User ID")
        if not wanted <= self.delegated:
            raise OAuthError(
                "unauthorized_client",
                "Client is unauthorized to retrieve access tokens using this method, or client not authorized "
                "for any of the scopes requested.",
                status=401,
            )
        return account.id

    def _refreshed(self, form: Mapping[str, str]) -> Grant:
        if (form.get("client_id"), form.get("client_secret")) != (self.client_id, self.client_secret):
            raise OAuthError("invalid_client", "The OAuth client was not found.", status=401)
        grant = self._refresh.get(form.get("refresh_token", ""))
        if grant is None:
            raise OAuthError("invalid_grant", "Token has been expired or revoked.")
        wanted = frozenset(form.get("scope", "").split()) or grant.scopes
        if not wanted <= grant.scopes:
            raise OAuthError("invalid_scope", "Some requested scopes were not granted.")
        return Grant(account_id=grant.account_id, scopes=wanted, project=grant.project)
