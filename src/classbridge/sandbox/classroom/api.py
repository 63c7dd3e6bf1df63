"""From a request of the API to its answer: method, token, scopes, faults, the call, and the fields asked for."""

from typing import Any
from urllib.parse import parse_qs

import msgspec
from msgspec import Struct

from classbridge.sandbox.classroom.call import Call
from classbridge.sandbox.classroom.directory import Directory
from classbridge.sandbox.classroom.errors import (
    ApiError,
    Json,
    denied,
    disabled,
    invalid,
    not_found,
    out_of_scope,
    precondition,
)
from classbridge.sandbox.classroom.fields import select
from classbridge.sandbox.classroom.licensing import Licensing
from classbridge.sandbox.classroom.methods import BODIES, Method, find
from classbridge.sandbox.classroom.state import State
from classbridge.sandbox.classroom.tokens import Grant, TokenDesk
from classbridge.sandbox.faults import FaultBoard

FAULTS = (
    "outage",
    "quota",
    "server-error",
    "slow",
    "lose-submissions",
    "lose-course-work",
    "refuse-member",
    "lose-students",
    "lose-page",
    "classroom-disabled",
    "directory-disabled",
    "licensing-disabled",
)
_STANDARD = frozenset(
    ("$.xgafv", "access_token", "alt", "callback", "fields", "key", "oauth_token", "prettyPrint", "quotaUser")
)
_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
}
_ADDING = frozenset({"courses.students.create", "courses.teachers.create"})
_LOST = {
    "courses.courseWork.list": "lose-course-work",
    "courses.courseWork.studentSubmissions.list": "lose-submissions",
    "courses.students.list": "lose-students",
}
_FAILURES = {
    "outage": ("UNAVAILABLE", "The service is currently unavailable.", ""),
    "server-error": ("INTERNAL", "Internal error encountered.", ""),
    "quota": (
        "RESOURCE_EXHAUSTED",
        "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute per user'.",
        "RATE_LIMIT_EXCEEDED",
    ),
}


class ApiRequest(Struct, frozen=True, kw_only=True):
    """A request as HTTP has it, also one inside a batch. `raw_path` is still percent-encoded."""

    http: str
    raw_path: str
    query: str = ""
    authorization: str = ""
    body: bytes = b""


class Api:
    """The Classroom API over a state."""

    def __init__(self, state: State, tokens: TokenDesk, board: FaultBoard) -> None:
        self._state = state
        self._tokens = tokens
        self._board = board
        self._directory = Directory(state)
        self._licensing = Licensing(state)

    def answer(self, request: ApiRequest) -> tuple[int, Json]:
        """Status and body."""
        try:
            return 200, self._answer(request)
        except ApiError as error:
            return error.code, error.json()

    def _answer(self, request: ApiRequest) -> Json:
        self._fail()
        if (user_key := self._directory.asked(request.http, request.raw_path)) is not None:
            if self._board.take("directory-disabled"):
                raise disabled("Admin SDK API")
            return self._directory.user(user_key, self._grant(request, parse_qs(request.query)))
        if (place := self._licensing.asked(request.http, request.raw_path)) is not None:
            if self._board.take("licensing-disabled"):
                raise disabled("Enterprise License Manager API")
            asked = parse_qs(request.query)
            return self._licensing.users(place, asked, self._grant(request, asked))
        if self._board.take("classroom-disabled"):
            raise disabled("Google Classroom API")
        found = find(request.http, request.raw_path)
        if found is None:
            raise not_found()
        method, path = found
        query = parse_qs(request.query, keep_blank_values=True)
        grant = self._grant(request, query)
        if not method.allows(grant.scopes):
            raise out_of_scope()
        call = self._call(method, path, query, grant, request)
        return self._run(method, call, query)

    def _fail(self) -> None:
        for name, (status, message, reason) in _FAILURES.items():
            if self._board.take(name):
                raise ApiError(status, message, reason=reason)

    def _grant(self, request: ApiRequest, query: dict[str, list[str]]) -> Grant:
        scheme, _, token = request.authorization.partition(" ")
        if scheme.lower() != "bearer":
            token = query.get("access_token", [""])[-1]
        grant = self._tokens.grant(token)
        if grant is None:
            raise ApiError(
                "UNAUTHENTICATED",
                "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or "
                "other valid authentication credential.",
                reason="ACCESS_TOKEN_EXPIRED" if token else "CREDENTIALS_MISSING",
            )
        return grant

    def _call(
        self, method: Method, path: dict[str, str], query: dict[str, list[str]], grant: Grant, request: ApiRequest
    ) -> Call:
        unknown = query.keys() - _STANDARD - set(method.query)
        if unknown:
            raise invalid(
                f'Invalid JSON payload received. Unknown name "{min(unknown)}": Cannot bind query parameter.'
            )
        caller = self._state.accounts.get(grant.account_id or "")
        if caller is None:
            raise denied()
        return Call(
            state=self._state,
            method=method.id,
            caller=caller,
            scopes=grant.scopes,
            project=grant.project,
            path=path,
            query=query,
            body=_body(method, request.body),
        )

    def _run(self, method: Method, call: Call, query: dict[str, list[str]]) -> Json:
        if method.id in _ADDING and self._board.take("refuse-member"):
            raise precondition(cause="UserGroupsMembershipLimitReached")
        answer = method.run(call)
        if method.http != "GET":
            self._state.writes[method.id] += 1
        elif method.id in _LOST and self._board.take(_LOST[method.id]):
            return {}
        elif _is_long(answer) and self._board.take("lose-page"):
            answer = _first_half(answer)
        fields = query.get("fields", [""])[-1]
        return select(answer, fields) if fields else answer


def _is_long(answer: Json) -> bool:
    return any(isinstance(value, list) and len(value) > 1 for value in answer.values())


def _first_half(answer: Json) -> Json:
    """A list that ends too early, as if its later pages did not exist."""
    return {
        name: value[: len(value) // 2] if isinstance(value, list) else value
        for name, value in answer.items()
        if name != "nextPageToken"
    }


def _body(method: Method, content: bytes) -> Json:
    if not content or method.http in ("GET", "DELETE"):
        return {}
    try:
        body: Any = msgspec.json.decode(content)
    except msgspec.DecodeError:
        raise invalid("Invalid JSON payload received.") from None
    if not isinstance(body, dict):
        raise invalid("Invalid JSON payload received. Root element must be a message.")
    members = BODIES[method.body]
    unknown = body.keys() - members.keys()
    if unknown:
        raise invalid(f'Invalid JSON payload received. Unknown name "{min(unknown)}": Cannot find field.')
    wrong = [
        name for name, value in body.items() if value is not None and not isinstance(value, _TYPES[members[name]])
    ]
    if wrong:
        raise invalid(f"Invalid value at '{wrong[0]}'")
    return {name: value for name, value in body.items() if value is not None}
