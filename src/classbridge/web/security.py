"""What every answer carries, and the rule that a route is closed unless it says otherwise."""

from litestar.connection import ASGIConnection
from litestar.datastructures import MutableScopeHeaders
from litestar.handlers import BaseRouteHandler
from litestar.types import Message, Scope

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)

HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

STRICT_TRANSPORT = "max-age=31536000"
PUBLIC = {"public": True}
"""The route option that opens a route to people who have not signed in."""


class NotSignedInError(Exception):
    """Nobody is signed in, or not to a district yet."""

    def __init__(self, *, choose_district: bool = False) -> None:
        super().__init__("sign-in needed")
        self.choose_district = choose_district


def signed_in(connection: ASGIConnection, handler: BaseRouteHandler) -> None:  # type: ignore[type-arg]
    """Guard of all routes: raise `NotSignedInError` unless the route is public or somebody has signed in."""
    if handler.opt.get("public"):
        return
    session = connection.scope.get("session") or {}
    if not isinstance(session, dict) or not session.get("account_id"):
        raise NotSignedInError
    if not session.get("district_id") and not handler.opt.get("any_district"):
        raise NotSignedInError(choose_district=True)


def add_headers(*, https: bool):  # type: ignore[no-untyped-def]
    """Make the hook that puts the headers on every answer: pages, errors and static files alike."""

    async def hook(message: Message, scope: Scope) -> None:
        if message["type"] != "http.response.start":
            return
        headers = MutableScopeHeaders.from_message(message)
        for name, value in HEADERS.items():
            headers[name] = value
        if https:
            headers["strict-transport-security"] = STRICT_TRANSPORT
        if not str(scope["path"]).startswith("/static/"):
            headers.setdefault("cache-control", "no-store")

    return hook
