"""Raw requests to the server under test: whole answers with their time, counted and bounded, nothing forgiven.

The consumer's client repairs and retries; a judge must not. Only a connection that was cut and a 429 are tried
once more, and a 401 once with a new token, as every careful consumer does.
"""

import asyncio
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import httpx2
import msgspec
from msgspec import Struct, field

from classbridge.oneroster.auth import Auth, ClientCredentials, Placement
from classbridge.oneroster.conformance.outcome import NotTried
from classbridge.oneroster.errors import OneRosterError, Unreachable
from classbridge.oneroster.failure import retry_after
from classbridge.oneroster.models import Version
from classbridge.oneroster.oauth1 import OAuth1
from classbridge.oneroster.options import Guard, Options
from classbridge.oneroster.roots import Roots
from classbridge.oneroster.transport import Answer, Transport

SCOPES = ("roster.readonly", "gradebook.readonly", "gradebook.createput", "gradebook.delete")
"""The four that Google's consumer asks for."""


class Limits(Struct, frozen=True, kw_only=True):
    """What one run may cost the server. Times are seconds."""

    calls: int = 500
    seconds: float = 900
    answer_timeout: float = 60
    answer_bytes: int = 64 * 1024 * 1024
    longest_wait: float = 5
    """A Retry-After longer than this is not waited for."""
    slow: float = 3
    """The median answer to a small question may not take longer."""
    interval: float = 0
    """Between the starts of two requests."""


class Server(Struct, frozen=True, kw_only=True):
    """The server under test and our way in. `base_url` as `Roots.of` takes it; `headers` go to its API only."""

    base_url: str
    version: Version
    token_url: str = ""
    client_id: str
    client_secret: str
    auth: str = "oauth2"
    """`oauth2`, or `oauth1` for 1.1."""
    placement: Placement = "basic"
    teacher_email: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    guard: Guard | None = None
    ca_file: str | None = None

    @property
    def roots(self) -> Roots:
        """Where its services start."""
        return Roots.of(self.base_url, self.version)

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes to ask for, as URIs."""
        name = f"v{self.version.replace('.', 'p')}"
        return tuple(f"https://purl.imsglobal.org/spec/or/{name}/scope/{scope}" for scope in SCOPES)


class Reply(Struct, frozen=True, kw_only=True):
    """What came back. `call` names the request, without values.

    Where no answer came, `status` is 0 and `error` says why.
    """

    call: str
    status: int
    headers: httpx2.Headers
    body: bytes
    milliseconds: float
    url: str
    error: str = ""

    @property
    def content_type(self) -> str:
        """The media type, without parameters, in lower case."""
        return str(self.headers.get("content-type", "")).partition(";")[0].strip().lower()

    @property
    def json(self) -> Any:
        """The body as JSON; None where it is none."""
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None


class Wire:
    """Sends requests with a server's credentials. Reads that repeat are answered from memory."""

    def __init__(self, server: Server, limits: Limits) -> None:
        self.server = server
        self.limits = limits
        self.used: list[float] = []
        """The times of the answers that the check under way has used."""
        self.transport = Transport(_options(server, limits), guard=server.guard)
        self.auth: Auth = _auth(server)
        self._kept: dict[tuple[Any, ...], Reply] = {}
        self._most = limits.calls
        self._end = time.monotonic() + limits.seconds

    async def get(
        self, path: str, *ids: str, service: str = "rostering", fresh: bool = False, **query: Any
    ) -> Reply:
        """Read `path`, whose `{}` are filled with sourcedIds; `fresh` asks again even if it is known."""
        key = (service, path, ids, tuple(query.items()))
        if fresh or key not in self._kept:
            self._kept[key] = await self.call("GET", path, *ids, service=service, **query)
        else:
            self.used.append(self._kept[key].milliseconds)
        return self._kept[key]

    async def call(
        self,
        method: str,
        path: str,
        *ids: str,
        service: str = "rostering",
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        **query: Any,
    ) -> Reply:
        """Send one request to the API; with `headers` exactly these instead of our credentials."""
        url = self.server.roots.url(service, path.format(*(quote(one, safe="") for one in ids)))
        url += f"?{urlencode(query, quote_via=quote)}" if query else ""
        named = [f"{name}={value}" if isinstance(value, int) else name for name, value in query.items()]
        name = f"{method} {path.replace('{}', '{id}')}" + (f"?{'&'.join(named)}" if named else "")
        content = None if body is None else msgspec.json.encode(body)
        if headers is not None:
            return await self.send(method, url, {**self.server.headers, **headers}, content, name=name)
        return await self._signed(method, url, content, name)

    async def follow(self, url: str) -> Reply:
        """Read the address of a Link header or an href; the caller has looked at its host."""
        return await self._signed("GET", url, None, "GET the next link")

    async def _signed(self, method: str, url: str, content: bytes | None, name: str) -> Reply:
        try:
            sent = await self.auth.headers(method, url, self.transport)
            reply = await self._with(sent, method, url, content, name)
            answer = Answer(status=reply.status, headers=reply.headers, body=b"")
            if reply.status == 401 and await self.auth.refused(sent, answer, self.transport):
                sent = await self.auth.headers(method, url, self.transport)
                reply = await self._with(sent, method, url, content, name)
        except OneRosterError as error:
            return _nothing(name, url, f"no token: {error.meaning}")
        return reply

    async def _with(
        self, sent: Mapping[str, str], method: str, url: str, content: bytes | None, name: str
    ) -> Reply:
        headers = {**self.server.headers, **sent}
        if content is not None:
            headers["Content-Type"] = "application/json"
        return await self.send(method, url, headers, content, name=name)

    async def send(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None = None, *, name: str
    ) -> Reply:
        """Send a request as it is. Raises `NotTried` once the run's limits are reached."""
        reply = await self._once(method, url, headers, content, name)
        wait = retry_after(Answer(status=reply.status, headers=reply.headers, body=b""))
        if reply.status == 429 and wait is not None and wait <= self.limits.longest_wait:
            await asyncio.sleep(wait)
            reply = await self._once(method, url, headers, content, name)
        elif reply.error == Unreachable.meaning:
            reply = await self._once(method, url, headers, content, name)
        self.used.append(reply.milliseconds)
        return reply

    async def _once(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None, name: str
    ) -> Reply:
        if self.transport.requests >= self._most or time.monotonic() > self._end:
            raise NotTried("Not tried: the run's limit of requests or time is reached.")
        started = time.perf_counter()
        try:
            answer = await self.transport.exchange(method, url, headers=headers, content=content)
        except OneRosterError as error:
            return _nothing(name, url, error.meaning, (time.perf_counter() - started) * 1000)
        return Reply(
            call=name,
            status=answer.status,
            headers=answer.headers,
            body=answer.body,
            milliseconds=(time.perf_counter() - started) * 1000,
            url=url,
        )

    def more_calls(self, count: int) -> None:
        """Let cleaning up have requests of its own, whatever the checks have used."""
        self._most = self.transport.requests + count
        self._end = max(self._end, time.monotonic() + self.limits.answer_timeout)


def _nothing(name: str, url: str, why: str, milliseconds: float = 0) -> Reply:
    return Reply(
        call=name, status=0, headers=httpx2.Headers(), body=b"", milliseconds=milliseconds, url=url, error=why
    )


def _options(server: Server, limits: Limits) -> Options:
    return Options(
        max_concurrency=1,
        min_interval=limits.interval,
        read_timeout=limits.answer_timeout,
        answer_timeout=limits.answer_timeout,
        max_answer_bytes=limits.answer_bytes,
        ca_file=server.ca_file,
        user_agent="classbridge-check",
    )


def _auth(server: Server) -> Auth:
    if server.auth == "oauth1":
        return OAuth1(server.client_id, server.client_secret)
    return ClientCredentials(
        server.token_url, server.client_id, server.client_secret, server.scopes, placement=server.placement
    )
