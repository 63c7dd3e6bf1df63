"""Access tokens for Google, got by google-auth off the event loop, shared by all requests of one person."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

import requests
from google.auth.exceptions import GoogleAuthError, RefreshError
from google.auth.transport.requests import Request
from google.oauth2 import credentials, service_account

from classbridge.classroom.google.scopes import EVERYTHING
from classbridge.classroom.port import ClassroomError

Guard = Callable[[str], Awaitable[None] | None]
"""Called with each URL before a request is sent; raises to forbid it."""

_TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
_TIMEOUT = 30.0
_MEANINGS = (
    ("invalid jwt signature", "KeyRefused"),
    ("invalid_client", "KeyRefused"),
    ("disabled_client", "KeyRefused"),
    ("account not found", "ServiceAccountGone"),
    ("reasonable timeframe", "ClockWrong"),
    ("invalid email or user id", "UserUnknown"),
    ("unauthorized_client", "NotDelegated"),
    ("access_denied", "NotDelegated"),
)
"""What the token service says (developers.google.com/identity/protocols/oauth2/service-account, error codes), as
`ClassroomError.token`."""


class Tokens(Protocol):
    """Where access tokens come from."""

    async def token(self, guard: Guard | None = None, *, instead_of: str | None = None) -> str:
        """Return a live token, another one than `instead_of`. Raises ClassroomError."""

    def acting_as(self, subject: str) -> "Tokens":
        """Return the tokens of another person; raises TypeError where only one can be acted as."""


class GoogleTokens:
    """Tokens of one google-auth credential, renewed early and one renewal at a time."""

    def __init__(self, held: Any, token_uri: str) -> None:
        self._held = held
        self._token_uri = token_uri
        self._lock = asyncio.Lock()

    @classmethod
    def of_service_account(
        cls, info: Mapping[str, Any], subject: str | None, scopes: Sequence[str] = EVERYTHING
    ) -> "GoogleTokens":
        """Act as `subject` by a service account with domain-wide delegation, or as the account itself (None).

        `info` is the account's key file.

        Raises ValueError when the key file lacks something.
        """
        make = service_account.Credentials.from_service_account_info
        held = make(info, scopes=list(scopes), subject=subject)  # type: ignore[no-untyped-call]
        return cls(held, info["token_uri"])

    @classmethod
    def of_refresh_token(cls, info: Mapping[str, str], scopes: Sequence[str] = EVERYTHING) -> "GoogleTokens":
        """Act as the person who gave a refresh token; `info` has client_id, client_secret and refresh_token."""
        uri = info.get("token_uri") or _TOKEN_URI
        held = credentials.Credentials(  # type: ignore[no-untyped-call]
            None,
            refresh_token=info["refresh_token"],
            token_uri=uri,
            client_id=info["client_id"],
            client_secret=info["client_secret"],
            scopes=list(scopes),
        )
        return cls(held, uri)

    def acting_as(self, subject: str) -> "GoogleTokens":
        """Return the tokens of another person by the same service account, whose key is not read a second time.

        Raises TypeError for a person's own refresh token.
        """
        if not isinstance(self._held, service_account.Credentials):
            raise TypeError("only a service account can act as somebody else")
        other = self._held.with_subject(subject)  # type: ignore[no-untyped-call]
        return GoogleTokens(other, self._token_uri)

    async def token(self, guard: Guard | None = None, *, instead_of: str | None = None) -> str:
        """Return a token that lives for some minutes yet, another one than `instead_of`."""
        async with self._lock:
            # google-auth counts a token as stale 3 min 45 s before its end.
            if not self._held.valid or self._held.token == instead_of:
                if guard and (checked := guard(self._token_uri)) is not None:
                    await checked
                await asyncio.to_thread(self._renew)
            return str(self._held.token)

    def _renew(self) -> None:
        try:
            with requests.Session() as session:
                session.trust_env = False
                self._held.refresh(partial(Request(session=session), timeout=_TIMEOUT))
        except RefreshError as error:
            raise _refused(error) from None
        except GoogleAuthError:
            raise ClassroomError(0, "UNAVAILABLE", "Google's token service did not answer.") from None


def _refused(error: RefreshError) -> ClassroomError:
    """Google's own words, such as `unauthorized_client: …`, and our name for them; they hold no secret."""
    said = str(error.args[0]) if error.args else ""
    if error.retryable:
        return ClassroomError(503, "UNAVAILABLE", said[:300])
    name = next((name for words, name in _MEANINGS if words in said.casefold()), "")
    return ClassroomError(401, "UNAUTHENTICATED", said[:300], name)
