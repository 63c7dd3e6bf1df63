"""Requests to Google's REST: authorised, retried, limited in time and size, answered whole or with an error."""

import asyncio
import random
import re
from collections.abc import Mapping, Sequence
from copy import copy
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import quote

import httpx2
import msgspec
from msgspec import Struct

from classbridge.classroom.google.tokens import Guard, Tokens
from classbridge.classroom.port import ClassroomError

T = TypeVar("T")
Query = Mapping[str, str | Sequence[str]]
_TOKEN = re.compile(r"@(\w+)\s*")
_QUOTA = {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded"}


class Limits(Struct, frozen=True, kw_only=True):
    """How Google is asked. Times are seconds, sizes bytes; `retries` counts the tries after the first."""

    concurrency: int = 8
    connect_timeout: float = 10.0
    answer_timeout: float = 60.0
    max_answer_bytes: int = 32 * 1024 * 1024
    retries: int = 4
    backoff: float = 0.5
    max_wait: float = 30.0
    page_size: int = 500
    max_pages: int = 10_000


class Rest:
    """One base URL, asked as one person. Every call raises ClassroomError."""

    def __init__(
        self,
        base_url: str,
        tokens: Tokens,
        *,
        guard: Guard | None = None,
        http: httpx2.AsyncClient | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self._base_url = base_url.rstrip("/")
        self._tokens = tokens
        self._guard = guard
        self._http = http or _http_client(self.limits)
        self._slots = asyncio.Semaphore(self.limits.concurrency)

    def acting_as(self, person: str) -> "Rest":
        """The same connections and limits for another person; closing either closes both."""
        other = copy(self)
        other._tokens = self._tokens.acting_as(person)
        return other

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def call(
        self, method: str, path: str, kind: type[T], *, query: Query | None = None, body: Any = None
    ) -> T:
        """Send one request and read its answer as a record of `kind`.

        A POST is sent again only where Google surely did nothing with it: a second one could double its effect.
        """
        content = None if body is None else msgspec.json.encode(body)
        attempt = 0
        while True:
            try:
                return _decode(await self._authorised(method, path, query or {}, content), kind)
            except _Refused as refused:
                wait = self._wait(refused, attempt, method)
                if wait is None:
                    raise refused.error from None
            await asyncio.sleep(wait)
            attempt += 1

    async def whole(self, path: str, key: str, kind: type[T], query: Query) -> list[T]:
        """Read every page of a list. An answer without `key` is an empty page: Google leaves empty lists out."""
        found: list[T] = []
        seen: set[str] = set()
        asked = {**query, "pageSize": str(self.limits.page_size)}
        while True:
            page = await self.call("GET", path, dict[str, msgspec.Raw], query=asked)
            found += _items(page.get(key), kind)
            token = _decode(bytes(page.get("nextPageToken", b'""')), str)
            if not token:
                return found
            if token in seen or len(seen) >= self.limits.max_pages:
                raise _malformed("a page token came twice")
            seen.add(token)
            asked["pageToken"] = token

    def _wait(self, refused: "_Refused", attempt: int, method: str) -> float | None:
        """Return how long to wait before the next try; None when there is none."""
        repeatable = method != "POST" or refused.error.status in (429, 503)
        if not (refused.error.transient and repeatable) or attempt >= self.limits.retries:
            return None
        if refused.retry_after is not None:
            return refused.retry_after if refused.retry_after <= self.limits.max_wait else None
        longest = min(self.limits.max_wait, self.limits.backoff * 2**attempt)
        return random.uniform(longest / 2, longest)  # noqa: S311 - spreads load, hides nothing

    async def _authorised(self, method: str, path: str, query: Query, content: bytes | None) -> bytes:
        """Send with a token, and once more with a new one when the first is refused."""
        url = self._base_url + path
        if self._guard and (checked := self._guard(url)) is not None:
            await checked
        token = await self._token()
        status, headers, body = await self._send(method, url, query, content, token)
        if status == 401:
            token = await self._token(instead_of=token)
            status, headers, body = await self._send(method, url, query, content, token)
        if not 200 <= status < 300:
            raise _Refused(refusal(status, body), _retry_after(headers))
        return body

    async def _token(self, instead_of: str | None = None) -> str:
        try:
            return await self._tokens.token(self._guard, instead_of=instead_of)
        except ClassroomError as error:
            raise _Refused(error) from None

    async def _send(
        self, method: str, url: str, query: Query, content: bytes | None, token: str
    ) -> tuple[int, httpx2.Headers, bytes]:
        headers = {"Authorization": f"Bearer {token}"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        params = {name: value if isinstance(value, str) else list(value) for name, value in query.items()}
        try:
            async with (
                self._slots,
                asyncio.timeout(self.limits.answer_timeout),
                self._http.stream(method, url, params=params, headers=headers, content=content) as response,
            ):
                return response.status_code, response.headers, await self._read(response)
        except (TimeoutError, httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise _Refused(ClassroomError(0, "UNAVAILABLE", type(error).__name__)) from None

    async def _read(self, response: httpx2.Response) -> bytes:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > self.limits.max_answer_bytes:
                raise _malformed("larger than the limit")
        return bytes(body)


class _Refused(Exception):  # noqa: N818 - carries the error until no try is left
    """An answer that is no success, with the seconds after which Google wants to be asked again."""

    def __init__(self, error: ClassroomError, retry_after: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.retry_after = retry_after


def place(template: str, *segments: str) -> str:
    """Fill a path's `{}` with percent-encoded segments; ids and addresses may hold anything."""
    for segment in segments:
        if not segment.strip("."):
            raise ClassroomError(400, "INVALID_ARGUMENT", "An id is empty.")
    return template.format(*(quote(segment, safe="") for segment in segments))


def refusal(status: int, body: bytes) -> ClassroomError:
    """Read google.rpc's error body, or make the best of another one; a page of HTML is not kept."""
    try:
        error = msgspec.json.decode(body, type=_Body).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        error = _Error()
    message = error.message[:500]
    token = _TOKEN.match(message)
    if status == 403 and _QUOTA & {one.reason for one in error.errors}:
        return ClassroomError(429, "RESOURCE_EXHAUSTED", message)
    name = token[1] if token else _unnamed(error)
    return ClassroomError(status, error.status or _REASONS.get(status, "UNKNOWN"), message, name)


class _Said(Struct, frozen=True):
    reason: str = ""


class _Error(Struct, frozen=True):
    message: str = ""
    status: str = ""
    errors: list[_Said] = []
    details: list[_Said] = []


class _Body(Struct, frozen=True):
    error: _Error


_REASONS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}


def _unnamed(error: _Error) -> str:
    """Name what Google says in details or the older `reason` and not by an @Token."""
    reasons = {one.reason for one in (*error.details, *error.errors)}
    if reasons & {"SERVICE_DISABLED", "accessNotConfigured"}:
        return "ClassroomApiDisabled"
    if reasons & {"ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientPermissions"}:
        return "ScopesInsufficient"
    return ""


def _decode(body: bytes, kind: type[T]) -> T:
    if kind is type(None):
        return None
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _malformed("not the JSON that the method promises") from None


def _items(raw: msgspec.Raw | None, kind: type[T]) -> list[T]:
    many: type[list[T]] = list[kind]  # type: ignore[valid-type]
    return [] if raw is None else _decode(bytes(raw), many)


def _malformed(what: str) -> ClassroomError:
    """502 is what a gateway calls an answer it can't use; asking again may give another."""
    return ClassroomError(502, "MALFORMED_ANSWER", what)


def _retry_after(headers: httpx2.Headers) -> float | None:
    """Read Retry-After in seconds, whether it is a number or a date (RFC 9110, 10.2.3)."""
    text = headers.get("retry-after", "").strip()
    if text.isdigit():
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _http_client(limits: Limits) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        trust_env=False,
        headers={"User-Agent": "classbridge (gzip)", "Accept": "application/json"},
        timeout=httpx2.Timeout(limits.answer_timeout, connect=limits.connect_timeout, pool=None),
        limits=httpx2.Limits(max_connections=limits.concurrency),
    )
