"""What a made-up SIS's habits make of a request before its provider sees it, and of the answer on its way out.

A habit that is off costs nothing: only those that are on are asked.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec
from litestar.types import ASGIApp, Receive, Scope, Send
from msgspec import Struct

from classbridge.oneroster.provider.errors import body as error_body
from classbridge.oneroster.provider.errors import status_info
from classbridge.sandbox.sis.exchange import Answer, collect, deliver, received, replay, segments
from classbridge.sandbox.sis.personality import Personality
from classbridge.sandbox.sis.state import SisSource

_decode = msgspec.json.Decoder(float_hook=Decimal).decode
_encode = msgspec.json.Encoder(decimal_format="number").encode
_MOMENT = re.compile(rb'"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{3})Z"')
_HREF = re.compile(rb'("href":")([^"]*)')
_HTML = b"<!doctype html><title>Error</title><h1>The page cannot be shown</h1>"
_EVERYTHING = 10**9


class Call(Struct, frozen=True, kw_only=True):
    """A request and what the SIS knows about it."""

    habits: Personality
    source: SisSource
    method: str
    path: list[str]
    """Segments below the service."""
    query: dict[str, str]
    sent: bytes = b""

    @property
    def collection(self) -> str | None:
        """The collection that is read, if it is one."""
        return self.path[-1] if self.method == "GET" and len(self.path) % 2 else None


Change = Callable[[Call, Answer], None]


class Wire:
    """Middleware around a SIS's API."""

    def __init__(self, app: ASGIApp, habits: Personality, source: SisSource) -> None:
        self._app = app
        self._habits = habits
        self._source = source
        self._changes = [change for wanted, change in CHANGES if wanted(habits)]
        self._shifted: set[str] = set()
        self._busy = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request as the habits have it."""
        if self._habits.most_at_once is not None and self._busy >= self._habits.most_at_once:
            await deliver(self._too_many(), send)
            return
        self._busy += 1
        try:
            await deliver(await self._answer(scope, receive), send)
        finally:
            self._busy -= 1

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        sent = await received(receive)
        query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        path = segments(scope["path"])
        call = Call(
            habits=self._habits,
            source=self._source,
            method=str(scope.get("method", "")),
            path=path,
            query=query,
            sent=sent,
        )
        asked = {**scope, "query_string": urlencode(self._asked(call, scope["path"])).encode()}
        answer = await collect(self._app, asked, replay(sent))  # type: ignore[arg-type]
        for change in self._changes:
            change(call, answer)
        return answer

    def _asked(self, call: Call, path: str) -> dict[str, str]:
        """The query as the provider gets it."""
        query = dict(call.query)
        if self._habits.ignore_paging and call.collection:
            query |= {"limit": str(_EVERYTHING), "offset": "0"}
        if self._habits.filters == "ignored":
            query.pop("filter", None)
        elif self._habits.filters == "unquoted" and "filter" in query:
            query["filter"] = quoted(query["filter"])
        if self._habits.rows_shift and query.get("offset", "0") != "0" and path not in self._shifted:
            self._shifted.add(path)
            query["offset"] = str(int(query["offset"]) + 1)
        return query

    def _too_many(self) -> Answer:
        moment = format_datetime(datetime.now(UTC) + timedelta(seconds=1), usegmt=True)
        wait = "1" if self._habits.retry_after == "seconds" else moment
        content = error_body(self._habits.version, "server_busy", "Too many requests at a time.")
        return Answer(status=429, body=content, headers={"content-type": "application/json", "retry-after": wait})


def quoted(text: str) -> str:
    """A filter whose values may lack their quotes, in the standard's form."""
    return re.sub(r"(!=|>=|<=|=|>|<|~)\s*([^'\s][^'\s]*)", r"\1'\2'", text)


def _members(answer: Answer) -> dict[str, Any] | None:
    """The JSON object of an answer, its numbers exact."""
    if not answer.body.startswith(b"{"):
        return None
    members: dict[str, Any] = _decode(answer.body)
    return members


def _put_members(answer: Answer, members: dict[str, Any]) -> None:
    answer.body = _encode(members)


def _collection_key(call: Call, answer: Answer) -> None:
    wanted = call.habits.collection_keys.get(call.collection or "")
    members = _members(answer) if wanted and answer.status == 200 else None
    if wanted and members:
        first = next(iter(members))
        _put_members(answer, {wanted if name == first else name: value for name, value in members.items()})


def _scalar_single(call: Call, answer: Answer) -> None:
    members = _members(answer) if call.collection and answer.status == 200 else None
    if members:
        plain = {n: v[0] if isinstance(v, list) and len(v) == 1 else v for n, v in members.items()}
        _put_members(answer, plain)


def _blanks(call: Call, answer: Answer) -> None:
    members = _members(answer) if answer.status == 200 and call.method == "GET" else None
    if not members:
        return
    blank = None if call.habits.blanks == "null" else ""
    for rows in members.values():
        for row in rows if isinstance(rows, list) else [rows]:
            if isinstance(row, dict) and "givenName" in row:
                row |= {name: row.get(name, blank) for name in ("email", "identifier")}
    _put_members(answer, members)


def _seven_digits(_: Call, answer: Answer) -> None:
    answer.body = _MOMENT.sub(rb'"\1.\g<2>0000+00:00"', answer.body)


def _lower_hrefs(_: Call, answer: Answer) -> None:
    answer.body = _HREF.sub(lambda found: found[1] + found[2].lower(), answer.body)


def _total_off(call: Call, answer: Answer) -> None:
    if total := answer.headers.get("x-total-count"):
        answer.headers["x-total-count"] = str(int(total) + call.habits.total_off_by)


def _relative_links(_: Call, answer: Answer) -> None:
    if link := answer.headers.get("link"):
        answer.headers["link"] = re.sub(r"<https?://[^/>]+", "<", link)


def _own_line_items(call: Call, answer: Answer) -> None:
    """Leave out the line items that no consumer of the API made."""
    if call.method != "GET" or "lineItems" not in call.path or answer.status != 200:
        return
    if call.path[-2:-1] == ["lineItems"] and call.path[-1] not in call.source.through_api:
        answer.status, answer.body = (
            404,
            error_body(call.habits.version, "unknownobject", "There is no such record."),
        )
    members = _members(answer) if call.collection == "lineItems" and answer.status == 200 else None
    if members:
        rows = members["lineItems"]
        members["lineItems"] = [row for row in rows if row["sourcedId"] in call.source.through_api]
        _put_members(answer, members)
        if total := answer.headers.get("x-total-count"):
            answer.headers["x-total-count"] = str(int(total) - len(rows) + len(members["lineItems"]))


def _echo(call: Call, answer: Answer) -> None:
    """Answer a PUT with the record, under the sourcedId that it got."""
    if call.method != "PUT" or not 200 <= answer.status < 300:
        return
    body = _members(Answer(status=200, body=call.sent)) or {}
    for record in body.values():
        record["sourcedId"] = call.source.assigned.get(record["sourcedId"], record["sourcedId"])
    _put_members(answer, body)
    answer.status = 200 if answer.status == 204 else answer.status
    answer.headers["content-type"] = "application/json"


def _answer_info(call: Call, answer: Answer) -> None:
    members = _members(answer) if 200 <= answer.status < 300 else None
    if members:
        name = "status_info_set" if "results" in call.path else "statusInfoSet"
        success = {**status_info("fullsuccess", "Success", warning=True), "imsx_severity": "status"}
        _put_members(answer, {**members, name: [success]})


def _error_format(call: Call, answer: Answer) -> None:
    if answer.status < 400:
        return
    bodies = {
        "imsx": {
            **_info(answer),
            "imsx_CodeMinor": {"imsx_codeMinorField": [{"imsx_codeMinorFieldValue": "error"}]},
        },
        "statusInfoSet": {"statusInfoSet": [_info(answer)]},
        "status_info_set": {"status_info_set": [_info(answer)]},
    }
    wanted = call.habits.errors
    if wanted in bodies:
        answer.body = msgspec.json.encode(bodies[wanted])
        return
    answer.body = _HTML if wanted == "html" else b""
    answer.headers["content-type"] = "text/html" if wanted == "html" else "text/plain"


def _info(answer: Answer) -> dict[str, str]:
    """The failure in one entry, whichever way the provider said it."""
    members = _members(answer) or {}
    found = members.get("statusInfoSet", [members])[0]
    minor = found.get("imsx_codeMinor") or (
        found.get("imsx_CodeMinor", {})
        .get("imsx_codeMinorField", [{}])[0]
        .get("imsx_codeMinorFieldValue", "error")
    )
    return status_info(minor, found.get("imsx_description", ""))


def _date(call: Call, answer: Answer) -> None:
    moment = datetime.now(UTC) + timedelta(seconds=call.habits.clock_ahead)
    answer.headers["date"] = format_datetime(moment, usegmt=True)


CHANGES: tuple[tuple[Callable[[Personality], bool], Change], ...] = (
    (lambda habits: habits.hide_others_line_items, _own_line_items),
    (lambda habits: habits.put_echo or habits.assign_ids, _echo),
    (lambda habits: habits.answer_info, _answer_info),
    (lambda habits: habits.blanks != "absent", _blanks),
    (lambda habits: habits.scalar_single, _scalar_single),
    (lambda habits: bool(habits.collection_keys), _collection_key),
    (lambda habits: habits.date_format == "seven_digits", _seven_digits),
    (lambda habits: habits.lower_hrefs, _lower_hrefs),
    (lambda habits: bool(habits.total_off_by), _total_off),
    (lambda habits: habits.relative_links, _relative_links),
    (lambda habits: habits.errors != "standard", _error_format),
    (lambda habits: bool(habits.clock_ahead), _date),
)
"""Each habit and what it makes of an answer, in this order."""
