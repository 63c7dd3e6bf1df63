"""Where the requests of a made-up SIS go: its own addresses are turned into the provider's."""

from urllib.parse import parse_qsl

from litestar.types import ASGIApp, Receive, Scope, Send

from classbridge.oneroster.models import Version
from classbridge.oneroster.provider.errors import body as error_body
from classbridge.oneroster.provider.selection import COLLECTIONS
from classbridge.sandbox.loopback import PATH as CONTROL_PATH
from classbridge.sandbox.sis.personality import Personality

_ROOTS = {Version.V1_1: "/ims/oneroster/v1p1", Version.V1_2: "/ims/oneroster"}
_GRADEBOOK = {"categories", "lineItems", "results", "scoreScales", "assessmentLineItems", "assessmentResults"}
_CANONICAL = {name.lower(): name for name in COLLECTIONS}


class Front:
    """One listening address of a SIS: its API, its token endpoint and the control API, as far as it has them."""

    def __init__(
        self, habits: Personality, *, api: ASGIApp | None, token: ASGIApp | None, control: ASGIApp | None
    ) -> None:
        self._habits = habits
        self._api = api
        self._token = token
        self._control = control

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on to what its path names."""
        path = scope["path"]
        if self._control and path.startswith(f"{CONTROL_PATH}/"):
            await self._control(scope, receive, send)
        elif self._token and self._same(path, self._habits.token_address):
            app = self._token if self._query_given(scope) else _answer(400, b'{"error":"invalid_request"}')
            await app({**scope, "path": self._habits.token_address}, receive, send)  # type: ignore[arg-type]
        elif self._api and (inner := self._inner_path(path)):
            await self._api({**scope, "path": inner}, receive, send)  # type: ignore[arg-type]
        else:
            content = error_body(self._habits.version, "unknownobject", "There is no such address.")
            await _answer(404, content)(scope, receive, send)

    def _same(self, given: str, wanted: str) -> bool:
        return given == wanted or (self._habits.case_insensitive and given.lower() == wanted.lower())

    def _query_given(self, scope: Scope) -> bool:
        query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        wanted = {n: v.format(**self._habits.parameters) for n, v in self._habits.token_query.items()}
        return wanted.items() <= query.items()

    def _inner_path(self, path: str) -> str | None:
        """The provider's path for a path of this SIS; None where it is outside of its API."""
        prefix = self._habits.base_path
        if not self._same(path[: len(prefix) + 1], f"{prefix}/"):
            return None
        rest = path[len(prefix) + 1 :]
        if self._habits.flat:
            rest = _with_service(rest)
        return f"{_ROOTS[self._habits.version]}/{self._canonical(rest) if self._habits.case_insensitive else rest}"

    def _canonical(self, rest: str) -> str:
        """The path below the prefix in the standard's case; sourcedIds keep theirs."""
        segments = rest.split("/")
        start = 0 if self._habits.version is Version.V1_1 else 2
        segments[:start] = [segment.lower() for segment in segments[:start]]
        for place in range(start, len(segments), 2):
            segments[place] = _CANONICAL.get(segments[place].lower(), segments[place])
        return "/".join(segments)


def _with_service(rest: str) -> str:
    """A 1.2 path below the prefix with the service that serves its last collection put before it."""
    names = rest.split("/")[1::2]
    service = "gradebook" if set(names) & _GRADEBOOK else "rostering"
    return f"{service}/{rest}"


def _answer(status: int, content: bytes) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - an ASGI application
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content, "more_body": False})

    return app
