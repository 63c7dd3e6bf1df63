"""Who may call the provider: bearer tokens, OAuth 1.0a signatures, either of them, or anyone."""

from typing import Protocol

from msgspec import Struct

from classbridge.oneroster.provider.errors import unauthorised
from classbridge.oneroster.provider.oauth1 import OAuth1Verifier, SignedRequest
from classbridge.oneroster.provider.tokens import TokenService


class Grant(Struct, frozen=True):
    """An authenticated caller; `scopes` is None where the server does not limit by scope."""

    client_id: str
    scopes: frozenset[str] | None = None


class Authenticator(Protocol):
    """Turns a request's credentials into a grant."""

    def authenticate(self, request: SignedRequest) -> Grant:
        """Raises `ProviderError` 401 where the credentials are missing, wrong or expired."""


class Anyone:
    """Lets everybody in: for a provider on the loopback of one's own machine."""

    def authenticate(self, request: SignedRequest) -> Grant:
        """Everybody is granted everything."""
        return Grant("anonymous")


class Bearer:
    """OAuth 2 access tokens that `tokens` issued."""

    def __init__(self, tokens: TokenService) -> None:
        self._tokens = tokens

    def authenticate(self, request: SignedRequest) -> Grant:
        """Find the token that the request carries."""
        scheme, _, value = request.authorization.partition(" ")
        token = self._tokens.find(value.strip()) if scheme.lower() == "bearer" else None
        if token is None:
            raise unauthorised("No valid access token came with the request.")
        return Grant(token.client_id, token.scopes)


class OAuth1:
    """OAuth 1.0a signatures (OneRoster 1.1)."""

    def __init__(self, verifier: OAuth1Verifier) -> None:
        self._verifier = verifier

    def authenticate(self, request: SignedRequest) -> Grant:
        """Verify the request's signature."""
        key = self._verifier.verify(request)
        if key is None:
            raise unauthorised("The request is not signed, or its signature, time or nonce is not valid.")
        return Grant(key)


class Either:
    """Bearer tokens, and OAuth 1.0a signatures beside them."""

    def __init__(self, bearer: Bearer, oauth1: OAuth1) -> None:
        self._bearer = bearer
        self._oauth1 = oauth1

    def authenticate(self, request: SignedRequest) -> Grant:
        """Take the scheme that the request came with."""
        signed = request.authorization[:6].lower() == "oauth "
        return (self._oauth1 if signed else self._bearer).authenticate(request)
