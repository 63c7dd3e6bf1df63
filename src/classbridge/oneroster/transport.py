"""Sends one request and returns the whole answer, or says why there is none."""

import asyncio
import inspect
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx2
from msgspec import Struct

from classbridge.oneroster.errors import (
    MalformedAnswer,
    OneRosterError,
    Redirected,
    TimedOut,
    TlsFailure,
    Unreachable,
)
from classbridge.oneroster.options import Exchange, Guard, OnExchange, Options


class Answer(Struct, frozen=True, kw_only=True):
    """A server's answer; `headers` are read without regard to case."""

    status: int
    headers: httpx2.Headers
    body: bytes

    @property
    def content_type(self) -> str:
        """The media type as the server named it."""
        return self.headers.get("content-type", "")


class Transport:
    """One server's connections, with its limits on concurrency, pace, time and size."""

    def __init__(
        self,
        options: Options | None = None,
        *,
        guard: Guard | None = None,
        on_exchange: OnExchange | None = None,
    ) -> None:
        self.options = options or Options()
        self.requests = 0
        self._guard = guard
        self._on_exchange = on_exchange
        self._slots = asyncio.Semaphore(self.options.max_concurrency)
        self._pace = asyncio.Lock()
        self._next_start = 0.0
        self._http = _http_client(self.options)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def exchange(
        self, method: str, url: str, *, headers: Mapping[str, str], content: bytes | None = None
    ) -> Answer:
        """Send one request. Raises the `OneRosterError` of a request that got no usable answer.

        A redirect is never followed: it may lead to a host that nobody named.
        """
        checked = self._guard(url) if self._guard else None
        if inspect.isawaitable(checked):
            await checked
        path = urlsplit(url).path
        async with self._slots:
            await self._wait_for_turn()
            return await self._recorded(method, url, path, headers, content)

    async def _wait_for_turn(self) -> None:
        if not self.options.min_interval:
            return
        async with self._pace:
            await asyncio.sleep(max(0.0, self._next_start - time.monotonic()))
            self._next_start = time.monotonic() + self.options.min_interval

    async def _recorded(
        self, method: str, url: str, path: str, headers: Mapping[str, str], content: bytes | None
    ) -> Answer:
        started = time.perf_counter()
        self.requests += 1
        try:
            answer = await self._send(method, url, headers, content)
        except OneRosterError as error:
            error = type(error)(error.detail, method=method, path=path, status=error.status)
            self._report(method, path, error.status, started, type(error).__name__)
            raise error from None
        self._report(method, path, answer.status, started, None)
        return answer

    def _report(self, method: str, path: str, status: int | None, started: float, error: str | None) -> None:
        if self._on_exchange:
            taken = (time.perf_counter() - started) * 1000
            self._on_exchange(Exchange(method=method, path=path, status=status, milliseconds=taken, error=error))

    async def _send(self, method: str, url: str, headers: Mapping[str, str], content: bytes | None) -> Answer:
        try:
            async with (
                asyncio.timeout(self.options.answer_timeout),
                self._http.stream(method, url, headers=dict(headers), content=content) as response,
            ):
                return await self._read(response)
        except (TimeoutError, httpx2.TimeoutException):
            raise TimedOut from None
        except (httpx2.DecodingError, httpx2.UnsupportedProtocol, httpx2.InvalidURL) as error:
            raise MalformedAnswer(type(error).__name__) from None
        except httpx2.TransportError as error:
            raise _unreachable(error) from None

    async def _read(self, response: httpx2.Response) -> Answer:
        if response.has_redirect_location:
            host = urlsplit(response.headers["location"]).hostname or "the same host"
            raise Redirected(f"to {host}", status=response.status_code)
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > self.options.max_answer_bytes:
                raise MalformedAnswer("larger than the limit", status=response.status_code)
        return Answer(status=response.status_code, headers=response.headers, body=bytes(body))


def _http_client(options: Options) -> httpx2.AsyncClient:
    trust = ssl.create_default_context()
    if options.ca_file:
        trust.load_verify_locations(options.ca_file)
    if options.certificates:
        trust.load_verify_locations(cadata=options.certificates)
    within = options.application
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(within, raise_app_exceptions=False) if within else None,
        verify=trust,
        proxy=options.proxy,
        trust_env=False,
        headers={"User-Agent": options.user_agent, "Accept": "application/json", **options.headers},
        timeout=httpx2.Timeout(options.read_timeout, connect=options.connect_timeout, pool=None),
    )


def _unreachable(error: BaseException) -> Unreachable:
    causes = list(_causes(error))
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return TlsFailure(_tls_reason(causes))
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return Unreachable("the host name is not known")
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return Unreachable("nothing answers at that address")
    return Unreachable("the connection was cut")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _tls_reason(causes: list[BaseException]) -> str:
    reasons = (cause.verify_message for cause in causes if isinstance(cause, ssl.SSLCertVerificationError))
    return next(reasons, "the secure connection could not be set up")
