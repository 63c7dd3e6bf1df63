"""Authorised requests to one server: credentials, one renewal after a 401, retries of what fails in passing."""

import asyncio
import random
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from classbridge.oneroster.auth import Auth
from classbridge.oneroster.errors import OneRosterError, RateLimited
from classbridge.oneroster.failure import failure
from classbridge.oneroster.options import Guard, OnExchange, Options
from classbridge.oneroster.transport import Answer, Transport


class Session:
    """Sends requests. GET, PUT and DELETE are safe to repeat, PUT where our sourcedId is kept; POST is not."""

    def __init__(
        self,
        auth: Auth,
        *,
        options: Options | None = None,
        guard: Guard | None = None,
        on_exchange: OnExchange | None = None,
    ) -> None:
        self.auth = auth
        self.options = options or Options()
        self._safe = {"GET", "DELETE", *(("PUT",) if self.options.repeats_puts else ())}
        self.transport = Transport(self.options, guard=guard, on_exchange=on_exchange)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self.transport.aclose()

    @property
    def requests(self) -> int:
        """How many requests were sent, token requests and repeats included."""
        return self.transport.requests

    async def request(self, method: str, service: str, url: str, content: bytes | None = None) -> Answer:
        """Return a 2xx answer. Raises the `OneRosterError` of any other, after the retries."""
        attempt = 0
        while True:
            try:
                return await self._attempt(method, service, url, content)
            except OneRosterError as error:
                wait = (
                    self._wait(error, attempt) if method in self._safe or isinstance(error, RateLimited) else None
                )
                if wait is None:
                    raise
            await asyncio.sleep(wait)
            attempt += 1

    def _wait(self, error: OneRosterError, attempt: int) -> float | None:
        """Return how long to wait before the next try; None when there is none."""
        if not error.transient or attempt >= self.options.retries:
            return None
        if error.retry_after is not None:
            return error.retry_after if error.retry_after <= self.options.max_wait else None
        longest = min(self.options.max_wait, self.options.backoff * 2**attempt)
        return random.uniform(longest / 2, longest)  # noqa: S311 - spreads load, hides nothing

    async def _attempt(self, method: str, service: str, url: str, content: bytes | None) -> Answer:
        sent = await self.auth.headers(method, url, self.transport)
        answer = await self._exchange(method, service, url, content, sent)
        if answer.status == 401 and await self.auth.refused(sent, answer, self.transport):
            sent = await self.auth.headers(method, url, self.transport)
            answer = await self._exchange(method, service, url, content, sent)
        if not 200 <= answer.status < 300:
            raise failure(answer, method, urlsplit(url).path)
        return answer

    async def _exchange(
        self, method: str, service: str, url: str, content: bytes | None, sent: dict[str, str]
    ) -> Answer:
        headers = {**sent, **self.options.extra_headers.get(service, {})}
        if content is not None:
            headers["Content-Type"] = "application/json"
        return await self.transport.exchange(method, url, headers=headers, content=content)
