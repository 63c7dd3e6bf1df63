"""What a made-up SIS's habits make of a token request and its answer."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode

import msgspec
from litestar.types import ASGIApp, Receive, Scope, Send

from classbridge.sandbox.sis.exchange import Answer, collect, deliver, received, replay
from classbridge.sandbox.sis.personality import Personality


class TokenWire:
    """Middleware around a SIS's token endpoint; `trouble` says in words what is wrong with the key itself."""

    def __init__(self, app: ASGIApp, habits: Personality, trouble: Callable[[], str]) -> None:
        self._app = app
        self._habits = habits
        self._trouble = trouble

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a token request as the habits have it."""
        body = self._unprefixed(await received(receive))
        answer = await collect(self._app, scope, replay(body))
        if answer.body.startswith(b"{"):
            members = msgspec.json.decode(answer.body)
            answer.body = msgspec.json.encode(self._changed(answer, members))
        await deliver(answer, send)

    def _unprefixed(self, body: bytes) -> bytes:
        """The form with the scopes as the standard writes them; those without the prefix are none."""
        prefix = self._habits.scope_prefix
        form = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
        if not prefix or "scope" not in form:
            return body
        scopes = form["scope"][0].split()
        named = [one.removeprefix(prefix) if one.startswith(prefix) else f"unknown:{one}" for one in scopes]
        return urlencode({**form, "scope": " ".join(named)}, doseq=True).encode()

    def _changed(self, answer: Answer, members: dict[str, Any]) -> dict[str, Any]:
        habits = self._habits
        if answer.status == 401 and (trouble := self._trouble()):
            return {**members, "error_description": trouble}
        if "access_token" not in members:
            return members
        members["token_type"] = habits.token_type
        if habits.expires_in == "text":
            members["expires_in"] = str(members["expires_in"])
        elif habits.expires_in == "omitted":
            del members["expires_in"]
        scopes = members.pop("scope", None)
        if scopes and habits.token_scope:
            members["scope"] = " ".join(habits.scope_prefix + one for one in scopes.split())
        return members
