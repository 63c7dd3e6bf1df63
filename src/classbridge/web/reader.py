"""Who reads the page, and how: language, theme, time zone, district and roles."""

from typing import Any
from zoneinfo import ZoneInfo

from litestar import Request
from litestar.datastructures import State
from litestar.di import NamedDependency
from msgspec import Struct

from classbridge.bridge.policy import Actor, Role
from classbridge.service import sign_in
from classbridge.service.context import Context
from classbridge.text import languages
from classbridge.web.security import NotSignedInError

PageRequest = Request[Any, Any, State]
LANGUAGE_COOKIE = "language"
THEME_COOKIE = "theme"
THEMES = ("system", "light", "dark")


class Reader(Struct, frozen=True, kw_only=True):
    """The reader of one page."""

    language: str
    theme: str
    time_zone: ZoneInfo
    name: str = ""
    email: str = ""
    district: str = ""
    several_districts: bool = False
    roles: frozenset[str] = frozenset()

    @property
    def signed_in(self) -> bool:
        """Whether somebody has signed in to a district."""
        return bool(self.district)

    @property
    def manages(self) -> bool:
        """Whether the admin's pages are this reader's."""
        return bool(self.roles & {Role.ADMIN, Role.AUDITOR})


def session_of(request: PageRequest) -> dict[str, Any]:
    """Return the session, empty where the request never reached it, as for a page that does not exist."""
    session = request.scope.get("session")
    return session if isinstance(session, dict) else {}


def language_of(request: PageRequest) -> str:
    """Pick the language: the person's, then the cookie's, then the browser's."""
    wishes = [session_of(request).get("language"), request.cookies.get(LANGUAGE_COOKIE)]
    default = request.app.state.default_language
    return languages.choose(wishes, request.headers.get("accept-language", ""), default)


def client_of(request: PageRequest) -> str:
    """The network address that the request came from; empty where the server was not told."""
    return request.client.host if request.client else ""


def reader_of(request: PageRequest) -> Reader:
    """Put together who reads."""
    session = session_of(request)
    theme = request.cookies.get(THEME_COOKIE, "system")
    chosen: dict[str, Any] = next(
        (d for d in session.get("districts", ()) if d["id"] == session.get("district_id")), {}
    )
    actor: Actor | None = request.scope["state"].get("actor")
    roles = actor.roles if actor else chosen.get("roles", ())
    return Reader(
        language=language_of(request),
        theme=theme if theme in THEMES else "system",
        time_zone=ZoneInfo(chosen.get("time_zone") or "UTC"),
        name=session.get("name", ""),
        email=session.get("email", ""),
        district=chosen.get("name", ""),
        several_districts=len(session.get("districts", ())) > 1,
        roles=frozenset(str(role) for role in roles),
    )


def current_actor(request: PageRequest, ctx: NamedDependency[Context]) -> Actor:
    """Ask afresh on each request who this is: a disabled account or a withdrawn role ends at once."""
    session = session_of(request)
    if not session.get("account_id") or not session.get("district_id"):
        raise NotSignedInError
    actor = sign_in.actor(ctx, session["account_id"], session["district_id"])
    request.scope["state"]["actor"] = actor
    return actor
