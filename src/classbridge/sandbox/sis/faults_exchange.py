"""A fault's form: which requests it meets, and what it sees of them."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec
from litestar.types import ASGIApp, Receive, Scope
from msgspec import Struct

from classbridge.oneroster.models import Version
from classbridge.oneroster.provider.errors import body as error_body
from classbridge.sandbox.faults import Switch
from classbridge.sandbox.sis.exchange import Answer, collect, received, replay, segments

_PEOPLE = ("students", "teachers", "users", "enrollments")


class Exchange(Struct, frozen=True):
    """A request that meets a fault, and the way on to the SIS."""

    app: ASGIApp
    scope: Scope
    receive: Receive
    switch: Switch

    @property
    def version(self) -> Version:
        """The OneRoster version that was called."""
        return Version.V1_1 if "/v1p1/" in self.scope["path"] else Version.V1_2

    @property
    def query(self) -> dict[str, str]:
        """The query parameters."""
        return dict(parse_qsl(self.scope["query_string"].decode("latin-1"), keep_blank_values=True))

    @property
    def path(self) -> list[str]:
        """The segments of the path, below the service."""
        return segments(self.scope["path"])

    async def forward(self, *, body: bytes | None = None, **query: int | str | None) -> Answer:
        """The SIS's own answer, to the request with these query parameters changed, or taken away (None)."""
        # What the application notes of a request, such as its body, lies in `state`: not for the next one.
        scope: Any = {**self.scope, "state": dict(self.scope.get("state", {}))}
        if query:
            changed = {name: value for name, value in {**self.query, **query}.items() if value is not None}
            scope = {**scope, "query_string": urlencode(changed).encode()}
        return await collect(self.app, scope, self.receive if body is None else replay(body))

    async def sent(self) -> dict[str, Any]:
        """The JSON object that the request holds."""
        found: dict[str, Any] = msgspec.json.decode(await received(self.receive))
        return found

    def error(self, status: int, minor: str, text: str, **headers: str) -> Answer:
        """An error in the words of the version that was called."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        content = error_body(self.version, minor, text)
        return Answer(status=status, body=content, headers={"content-type": "application/json", **headers})


class Fault(Struct, frozen=True):
    """One fault: its name, what it does in a sentence, the requests it meets, and how it answers them."""

    name: str
    says: str
    meets: Callable[[Scope], bool] = lambda _: False
    act: Callable[[Exchange], Awaitable[Answer]] | None = None


def anything(scope: Scope) -> bool:  # noqa: ARG001 - every fault asks about the request
    """Meet every request."""
    return True


def api(scope: Scope) -> bool:
    """Meet requests to the API, not those for tokens."""
    return "/ims/oneroster/" in scope["path"]


def collection(scope: Scope) -> bool:
    """Meet reads of a collection."""
    return api(scope) and scope.get("method") == "GET" and len(segments(scope["path"])) % 2 == 1


def people(scope: Scope) -> bool:
    """Meet reads of people and their places."""
    return collection(scope) and segments(scope["path"])[-1] in _PEOPLE


def later_page(scope: Scope) -> bool:
    """Meet every page but the first."""
    query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
    return collection(scope) and query.get("offset", "0") not in ("", "0")
