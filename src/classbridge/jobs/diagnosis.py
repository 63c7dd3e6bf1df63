"""From what went wrong on the wire to the outcome that people read: what it was, and whose it is to fix."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from msgspec import Struct

from classbridge.bridge.outcome import Code, Outcome
from classbridge.classroom.google.scopes import EVERYTHING
from classbridge.classroom.port import ClassroomError
from classbridge.oneroster import errors
from classbridge.sis.outgoing import AddressRefused


class Diagnosis(Struct, frozen=True):
    """An outcome and, where the other side said something, its own words (kept apart: they may name people)."""

    outcome: Outcome
    words: str | None = None


class Request(Struct, frozen=True, kw_only=True):
    """What was tried: where, without which header that the SIS wants besides the key, and as part of what.

    `waiting`: by an export that is kept until the SIS answers, which is what its teacher wants to know.
    """

    base_url: str = ""
    vendor_header: str | None = None
    writing: bool = False
    waiting: bool = False
    timeout: float = 30.0

    @property
    def host(self) -> str:
        """The host that was asked."""
        return urlsplit(self.base_url).netloc or self.base_url


def diagnose(error: Exception, request: Request = Request()) -> Diagnosis:  # noqa: B008, frozen
    """Name what went wrong. An error of our own making is raised again: it is not the SIS's."""
    if isinstance(error, errors.OneRosterError):
        return Diagnosis(_of_sis(error, request), error.words or None)
    if isinstance(error, ClassroomError):
        return Diagnosis(_of_classroom(error), error.message or None)
    if isinstance(error, AddressRefused):
        return Diagnosis(_of_address(error, request))
    raise error


def _of_sis(error: errors.OneRosterError, request: Request) -> Outcome:
    for kind, name in _SIS.items():
        if isinstance(error, kind):
            return name(error, request)
    return Outcome.of(Code.SIS_REFUSED, status=error.status or 0)


def away(request: Request) -> Outcome:
    """What is said of a SIS that does not answer."""
    if request.waiting:
        return Outcome.of(Code.SIS_UNREACHABLE)
    return Outcome.of(Code.SIS_NO_ANSWER, host=request.host)


def _timed_out(_error: errors.OneRosterError, request: Request) -> Outcome:
    return away(request) if request.waiting else Outcome.of(Code.SIS_TIMEOUT, seconds=round(request.timeout))


def _server_failed(error: errors.OneRosterError, request: Request) -> Outcome:
    return away(request) if request.waiting else Outcome.of(Code.SIS_SERVER_ERROR, status=error.status)


def _unauthorized(_error: errors.OneRosterError, request: Request) -> Outcome:
    if request.vendor_header:
        return Outcome.of(Code.VENDOR_KEY_MISSING, header=request.vendor_header)
    return Outcome.of(Code.SIS_AUTH_FAILED)


def _forbidden(error: errors.OneRosterError, request: Request) -> Outcome:
    if _PASS_BACK.search(error.words):
        return Outcome.of(Code.GRADE_PASS_BACK_OFF)
    return Outcome.of(Code.SIS_WRITE_NOT_LICENSED if request.writing else Code.SIS_READ_NOT_LICENSED)


def _not_found(error: errors.OneRosterError, _request: Request) -> Outcome:
    if _SECTION.search(error.path):
        return Outcome.of(Code.SECTION_NOT_FOUND)
    return Outcome.of(Code.SIS_REFUSED, status=error.status or 0)


def _key(error: errors.OneRosterError, _request: Request) -> Outcome:
    said = error.words.casefold()
    found = (code for code, words in _KEY.items() if any(one in said for one in words))
    return Outcome.of(next(found, Code.WRONG_KEY))


_SECTION = re.compile(r"/classes/[^/]+$")
_PASS_BACK = re.compile(r"pass[ -]?back", re.IGNORECASE)
_KEY = {
    Code.KEY_EXPIRED: ("expired",),
    Code.KEY_INACTIVE: ("inactive", "not active", "disabled"),
    Code.KEY_NOT_IN_EFFECT: ("not in effect", "not yet"),
}
"""What SIS say of a key that they know and yet refuse: the standard has one error for all of it."""


_SIS: dict[type[errors.OneRosterError], Callable[[errors.OneRosterError, Request], Outcome]] = {
    errors.TlsFailure: lambda _, request: Outcome.of(Code.TLS_FAILED, host=request.host),
    errors.Unreachable: lambda _, request: away(request),
    errors.TimedOut: _timed_out,
    errors.RateLimited: lambda *_: Outcome.of(Code.SIS_RATE_LIMITED),
    errors.ServerFailed: _server_failed,
    errors.Redirected: lambda error, request: Outcome.of(Code.REDIRECT_REFUSED, host=error.detail or request.host),
    errors.AuthenticationFailed: _key,
    errors.ScopeRefused: lambda error, _: Outcome.of(Code.SCOPE_MISSING, scope=error.detail),
    errors.Unauthorized: _unauthorized,
    errors.Forbidden: _forbidden,
    errors.NotFound: _not_found,
    errors.MalformedAnswer: lambda *_: Outcome.of(Code.READ_INCOMPLETE),
    errors.IncompleteRead: lambda *_: Outcome.of(Code.READ_INCOMPLETE),
}
"""What each error means; a subclass stands before its parent."""


_CLASSROOM = {
    "ClassroomApiDisabled": Code.CLASSROOM_API_DISABLED,
    "CourseMemberLimitReached": Code.CLASSROOM_CLASS_FULL,
    "CourseNotModifiable": Code.CLASSROOM_CLASS_ARCHIVED,
    "KeyRefused": Code.GOOGLE_KEY_REFUSED,
    "ServiceAccountGone": Code.GOOGLE_SERVICE_ACCOUNT_GONE,
    "ClockWrong": Code.GOOGLE_CLOCK_WRONG,
    "UserUnknown": Code.GOOGLE_USER_UNKNOWN,
    "NotDelegated": Code.GOOGLE_NOT_DELEGATED,
}
"""What a refusal of Google's means, by its `token`."""


def _of_classroom(error: ClassroomError) -> Outcome:
    if error.status == 429 or error.reason == "RESOURCE_EXHAUSTED":
        return Outcome.of(Code.CLASSROOM_QUOTA)
    if error.transient:
        return Outcome.of(Code.CLASSROOM_UNREACHABLE)
    if error.token == "ScopesInsufficient":  # noqa: S105, a name of ours
        return Outcome.of(Code.CLASSROOM_SCOPES_MISSING, scopes=", ".join(EVERYTHING))
    if error.token in _CLASSROOM:
        return Outcome.of(_CLASSROOM[error.token])
    return Outcome.of(Code.CLASSROOM_REFUSED, reason=error.token or error.reason)


def _of_address(error: AddressRefused, request: Request) -> Outcome:
    if request.waiting and transient(error):
        return away(request)
    match error.reason:
        case "scheme":
            return Outcome.of(Code.HTTPS_REQUIRED, host=error.host)
        case "private":
            return Outcome.of(Code.PRIVATE_ADDRESS_REFUSED, host=error.host)
        case "unresolved":
            return Outcome.of(Code.WRONG_HOST, host=error.host)
        case "not_named":
            return Outcome.of(Code.TOKEN_URL_UNKNOWN, host=error.host)
    return Outcome.of(Code.URL_INVALID, url=error.host)


def transient(error: Exception) -> bool:
    """Whether the same may succeed later without anyone doing anything; a name that does not resolve may."""
    if isinstance(error, AddressRefused):
        return error.reason == "unresolved"
    return isinstance(error, errors.OneRosterError | ClassroomError) and error.transient
