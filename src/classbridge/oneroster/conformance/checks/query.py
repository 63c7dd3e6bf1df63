"""Filter, sort and fields beyond the plain case: predicates, delta, quotes, unknown names (quirks Q16, Q17)."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from classbridge.oneroster.conformance import facts
from classbridge.oneroster.conformance.checks.records import is_day
from classbridge.oneroster.conformance.facts import GOOGLE, Probe
from classbridge.oneroster.conformance.judge import Row, error_code, expect, ids, plural, rows, said
from classbridge.oneroster.conformance.outcome import NotOffered, NotTried
from classbridge.oneroster.conformance.registry import Check
from classbridge.oneroster.query import Predicate, where

Meets = Callable[[str, str], bool]
_LARGEST = 1000
_MEANINGS: dict[Predicate, Meets] = {
    "=": lambda value, wanted: value == wanted,
    "!=": lambda value, wanted: value != wanted,
    ">": lambda value, wanted: value > wanted,
    ">=": lambda value, wanted: value >= wanted,
    "<": lambda value, wanted: value < wanted,
    "<=": lambda value, wanted: value <= wanted,
}
_NAMES: dict[Predicate, str] = {
    "=": "equal",
    "!=": "not-equal",
    ">": "greater",
    ">=": "greater-or-equal",
    "<": "less",
    "<=": "less-or-equal",
}


async def _sessions(probe: Probe) -> list[Row]:
    """Every academic session: few, with dates and kinds whose order nobody can doubt."""
    reply = await probe.wire.get("/academicSessions", limit=GOOGLE)
    found = rows(reply, "academicSession")
    total = reply.headers.get("x-total-count", "")
    if len(found) < 2 or len(found) > _LARGEST or (total.isdigit() and int(total) > len(found)):
        raise NotOffered(f"{len(found)} academic sessions on one page: too few or not all, to judge by.")
    if not all(is_day(row.get("startDate")) for row in found):
        raise NotTried("Not tried: startDate is not always a date.", failed=True)
    return found


async def _asked(probe: Probe, text: str) -> set[str]:
    return set(ids(rows(await probe.wire.get("/academicSessions", limit=GOOGLE, filter=text), "academicSession")))


def _must_be(found: set[str], expected: Sequence[Row], text: str) -> str:
    wanted = set(ids(expected))
    more, fewer = len(found - wanted), len(wanted - found)
    expect(not more, f"{text}: {plural(more, 'record')} that should not be there, of {len(found)}.")
    expect(not fewer, f"{text}: {plural(fewer, 'record')} missing, of {len(wanted)}.")
    return f"{text}: {plural(len(wanted), 'record')}."


async def predicate(probe: Probe, sign: Predicate) -> str:
    """One predicate on startDate, compared with what it should give."""
    sessions = await probe.need(_sessions)
    days = sorted(str(row.get("startDate", ""))[:10] for row in sessions)
    middle = days[len(days) // 2]
    expected = [row for row in sessions if _MEANINGS[sign](str(row.get("startDate", ""))[:10], middle)]
    return _must_be(await _asked(probe, where("startDate", sign, middle).text), expected, f"startDate{sign}'…'")


async def contains(probe: Probe) -> str:
    """`~` on a title; letters of another case may count or not."""
    sessions = await probe.need(_sessions)
    piece = str(sessions[0].get("title", ""))[:3].strip()
    found = await _asked(probe, where("title", "~", piece).text)
    loose = {str(row["sourcedId"]) for row in sessions if piece.casefold() in str(row.get("title", "")).casefold()}
    strict = {str(row["sourcedId"]) for row in sessions if piece in str(row.get("title", ""))}
    expect(strict <= found, f"title~'…': {plural(len(strict - found), 'record')} missing, of {len(strict)}.")
    expect(found <= loose, f"title~'…': {plural(len(found - loose), 'record')} that should not be there.")
    return f"title~'…': {plural(len(found), 'record')}."


async def both(probe: Probe) -> str:
    """AND: records that meet both clauses."""
    sessions = await probe.need(_sessions)
    kind = str(sessions[0].get("type"))
    text = (where("type", "=", kind) & where("sourcedId", "!=", str(sessions[0]["sourcedId"]))).text
    expected = [row for row in sessions[1:] if row.get("type") == kind]
    return _must_be(await _asked(probe, text), expected, "type='…' AND sourcedId!='…'")


async def either(probe: Probe) -> str:
    """OR: records that meet one of the clauses."""
    sessions = await probe.need(_sessions)
    pair = (str(sessions[0]["sourcedId"]), str(sessions[-1]["sourcedId"]))
    text = (where("sourcedId", "=", pair[0]) | where("sourcedId", "=", pair[1])).text
    return _must_be(await _asked(probe, text), [sessions[0], sessions[-1]], "sourcedId='…' OR sourcedId='…'")


async def nested(probe: Probe) -> str:
    """Dots reach into a reference: `course.sourcedId`."""
    course = (await probe.need(facts.class_)).get("course")
    if not isinstance(course, dict) or not course.get("sourcedId"):
        raise NotOffered("The class has no course to ask for.")
    asked = where("course.sourcedId", "=", str(course["sourcedId"])).text
    found = rows(await probe.wire.get("/classes", filter=asked, limit=GOOGLE), "class")
    other = sum((row.get("course") or {}).get("sourcedId") != course["sourcedId"] for row in found)
    expect(found and not other, f"course.sourcedId='…': {len(found)} classes, {other} of another course.")
    return f"{plural(len(found), 'record')}."


async def status(probe: Probe) -> str:
    """`status='active'`, which consumers ask for everywhere, gives active records alone."""
    for name, entity in (("classes", "class"), ("users", "user"), ("enrollments", "enrollment")):
        reply = await probe.wire.get(f"/{name}", filter=where("status", "=", "active").text, limit=100)
        found = rows(reply, entity)
        other = sum(row.get("status") != "active" for row in found)
        expect(not other, f"/{name}?filter=status='active': {other} of {len(found)} are not active.")
    return "Only active classes, users and enrollments."


async def delta(probe: Probe) -> str:
    """Changes since a moment: `dateLastModified>'…'`, the delta over REST."""
    late = where("dateLastModified", ">", datetime(2200, 1, 1, tzinfo=UTC)).text
    found = rows(await probe.wire.get("/users", filter=late, limit=100), "user")
    expect(not found, f"dateLastModified after the year 2200: {plural(len(found), 'record')}, expected none.")
    early = where("dateLastModified", ">", datetime(1970, 1, 1, tzinfo=UTC)).text
    since = rows(await probe.wire.get("/users", filter=early, limit=100), "user")
    everyone = rows(await probe.wire.get("/users", limit=100), "user")
    expect(len(since) == len(everyone), f"dateLastModified after 1970: {len(since)} of {len(everyone)} users.")
    return f"None from the future, {len(since)} since 1970."


async def quotes(probe: Probe) -> str:
    """A quote inside a value, plain and doubled: answered or refused, never a failure or the whole collection."""
    seen = []
    for value in ("No'body", "No''body", "O'"):
        reply = await probe.wire.get("/users", filter=f"familyName='{value}zz'", limit=5)
        expect(reply.status in (200, 400), f"{said(reply)}, with a quote in the value.")
        if reply.status == 200:
            expect(not rows(reply, "user"), "A quote in the value gives people that it does not name.")
        seen.append(str(reply.status))
    return f"HTTP {', '.join(seen)}."


async def signs(probe: Probe) -> str:
    """Percent-encoded signs of e-mail addresses are decoded: + % & and letters beyond ASCII."""
    reply = await probe.wire.get(
        "/users", filter=where("email", "=", "no+body%41&å@nowhere.example").text, limit=5
    )
    found = rows(reply, "user")
    expect(not found, f"{reply.call}: {plural(len(found), 'record')} for an address that is nobody's.")
    return "Nobody, as it should be."


async def unknown_filter_field(probe: Probe) -> str:
    """400 invalid_filter_field, and no data."""
    reply = await probe.wire.get("/users", filter=where("noSuchField", "=", "x").text, limit=5)
    expect(reply.status == 400, f"{said(reply)} with an unknown field, expected 400.")
    return error_code(reply, probe.version, "invalid_filter_field")


async def broken_filter(probe: Probe) -> str:
    """A filter that is none is refused; answered with everything it would pass for a match."""
    reply = await probe.wire.get("/users", filter="no filter at all", limit=5)
    expect(reply.status in (400, 422), f"{said(reply)} with a filter that cannot be read, expected 400.")
    return f"HTTP {reply.status}."


async def unknown_fields(probe: Probe) -> str:
    """1.2: 400 invalid_selection_field. 1.1: 200 with whole records."""
    reply = await probe.wire.get("/orgs", fields="sourcedId,noSuchField", limit=5)
    if not probe.old:
        expect(reply.status == 400, f"{said(reply)} with an unknown field, expected 400.")
        return error_code(reply, probe.version, "invalid_selection_field")
    expect(rows(reply, "org"), f"{reply.call}: no records.")
    return "200, with records."


async def unknown_sort(probe: Probe) -> str:
    """An unknown sort field does not cost the data: 200 (1.2 may refuse it)."""
    reply = await probe.wire.get("/orgs", sort="noSuchField", limit=5)
    if not probe.old and reply.status == 400:
        return "HTTP 400."
    expect(rows(reply, "org"), f"{reply.call}: no records.")
    return "200, with records."


async def email_case(probe: Probe) -> str:
    """A teacher is found by an address in capitals (the standard's text on case is not clear)."""
    email = str((await probe.need(facts.teacher))["email"])
    found: list[dict[str, Any]] = rows(
        await probe.wire.get("/teachers", filter=where("email", "=", email.upper()).text, limit=5), "user"
    )
    if not found:
        raise NotOffered("Addresses are compared with their case.")
    return "Found."


CHECKS: tuple[Check, ...] = (
    *(
        Check(f"query.{name}", partial(predicate, sign=sign), text="query.predicate", about=sign)
        for sign, name in _NAMES.items()
    ),
    Check("query.contains", contains),
    Check("query.and", both),
    Check("query.or", either),
    Check("query.nested", nested),
    Check("query.status", status),
    Check("query.delta", delta),
    Check("query.quotes", quotes),
    Check("query.signs", signs),
    Check("query.email-case", email_case),
    Check("query.unknown-filter-field", unknown_filter_field),
    Check("query.broken-filter", broken_filter),
    Check("query.unknown-fields", unknown_fields),
    Check("query.unknown-sort", unknown_sort),
)
