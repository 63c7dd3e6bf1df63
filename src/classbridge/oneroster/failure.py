"""Which error an answer's status means."""

import time
from email.utils import parsedate_to_datetime

from classbridge.oneroster.errors import (
    Forbidden,
    NotFound,
    OneRosterError,
    RateLimited,
    Rejected,
    ServerFailed,
    TimedOut,
    Unauthorized,
    parse_status,
)
from classbridge.oneroster.transport import Answer

_KINDS: dict[int, type[OneRosterError]] = {
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    408: TimedOut,
    410: NotFound,
    429: RateLimited,
    501: Rejected,
}


def failure(answer: Answer, method: str, path: str) -> OneRosterError:
    """Return the error of an answer that is no success; the status rules, the body adds the server's words."""
    infos = parse_status(answer.body, answer.content_type)
    fallback = ServerFailed if answer.status >= 500 else Rejected
    kind = _KINDS.get(answer.status, fallback)
    error = kind(method=method, path=path, status=answer.status, infos=infos, retry_after=retry_after(answer))
    if answer.status == 403 and ("rate limit" in error.words.lower() or error.code_minor == "server_busy"):
        return RateLimited(method=method, path=path, status=403, infos=infos, retry_after=error.retry_after)
    return error


def retry_after(answer: Answer) -> float | None:
    """Read Retry-After, seconds or an HTTP date (RFC 9110 10.2.3), as seconds from now."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isdigit():
        return float(text)
    moment = http_date(text)
    return None if moment is None else max(0.0, moment - time.time())


def http_date(text: str) -> float | None:
    """Read an HTTP date as seconds since the epoch; None when it is not one."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except ValueError:
        return None
