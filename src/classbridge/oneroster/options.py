"""How a client treats one server: sizes, times, headers. All of it data that a SIS profile can hold."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from msgspec import Struct, field


class Exchange(Struct, frozen=True, kw_only=True):
    """One request as it may be logged: never its query's values, headers or bodies.

    `status` is None when no answer came; `error` is then the kind of failure.
    """

    method: str
    path: str
    status: int | None
    milliseconds: float
    error: str | None = None


Guard = Callable[[str], Awaitable[None] | None]
"""Called with each URL before a request is sent; raises to forbid it (allowed hosts, private addresses)."""

Application = Callable[[Any, Any, Any], Awaitable[None]]
"""An ASGI application."""

OnExchange = Callable[[Exchange], None]
"""Called after each request, answered or not."""


class Options(Struct, frozen=True, kw_only=True):
    """Settings of a client. Times are seconds, sizes bytes.

    `page_limit`: rows asked for per page (Google asks for 10,000, servers may cap it). `max_concurrency` and
    `min_interval` keep a SIS's load rules (Q39). `answer_timeout` is for one whole answer. `retries` counts the
    further tries of a request that failed in passing; waits double from `backoff` with jitter up to `max_wait`,
    and a Retry-After longer than `max_wait` is left to the caller. `extra_headers` go to one service only (Q09).
    `repeats_puts`: whether a PUT that failed in passing is tried again; not where the server gives new records ids
    of its own (Q32), for it may have stored the record before it failed. `sort` asks for rows by sourcedId, which
    keeps pages steady (Q15). `ca_file` is an extra certificate for servers with an incomplete chain,
    `certificates` such in PEM (Q40). `application` answers in this process, in the place of a server: nothing goes
    over a network.
    """

    page_limit: int = 1000
    max_concurrency: int = 4
    min_interval: float = 0.0
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    answer_timeout: float = 180.0
    max_answer_bytes: int = 256 * 1024 * 1024
    retries: int = 3
    backoff: float = 0.5
    max_wait: float = 60.0
    headers: Mapping[str, str] = field(default_factory=dict)
    extra_headers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    repeats_puts: bool = True
    sort: bool = False
    ca_file: str | None = None
    certificates: str = ""
    proxy: str | None = None
    user_agent: str = "classbridge"
    application: Application | None = None
