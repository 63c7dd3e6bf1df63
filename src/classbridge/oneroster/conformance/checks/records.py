"""The records themselves, a page of each collection: what they must have, of which type, and where they point.

Details hold counts, members' names and positions on the page, never a value.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from classbridge.oneroster.conformance.checks.reads import sample
from classbridge.oneroster.conformance.facts import SAMPLE, Probe
from classbridge.oneroster.conformance.judge import Row, expect, ids, plural, record, rows, said
from classbridge.oneroster.conformance.outcome import Failed, NotOffered, NotTried
from classbridge.oneroster.conformance.registry import Check
from classbridge.oneroster.conformance.tables import (
    BY_NAME,
    GRADEBOOK,
    REFERENCE_TYPES,
    SAMPLED,
    WHERE,
    WORD_MEMBERS,
    Collection,
    in_vocabulary,
    is_role,
    required,
)
from classbridge.oneroster.models import Ref, Version, type_of
from classbridge.oneroster.shape import Member, ref_types, written

Found = Iterator[tuple[str, str]]
"""What is wrong with a record: the member, and what about it."""
Look = Callable[[Collection, Row, Version], Found]
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d:?\d\d)")
_ALWAYS = {"sourcedId", "status", "dateLastModified", "metadata"}
_FOLLOWED = 2
_FIRST = 4


async def _samples(probe: Probe) -> list[tuple[Collection, list[Row]]]:
    """The first pages that could be read; what could not fails among the reads."""
    found, missing = [], ""
    for name in (*SAMPLED, *GRADEBOOK):
        try:
            found.append((BY_NAME[name], await probe.fact(sample[name])))
        except (Failed, NotOffered) as error:
            missing = str(error)
    if not any(page for _, page in found):
        raise NotTried(f"Not tried: no records could be read. {missing}", failed=bool(missing))
    return found


async def _each(probe: Probe, look: Look, nothing: str) -> str:
    """Look at every record; fail with how many of a collection have the same thing wrong, and the first."""
    wrong: dict[tuple[str, str, str], list[int]] = {}
    seen = 0
    for of, page in await _samples(probe):
        for place, row in enumerate(page, 1):
            seen += 1
            for member, why in dict.fromkeys(look(of, row, probe.version)):
                wrong.setdefault((of.name, member, why), []).append(place)
    told = [
        f"{name}: {member} {why} in {plural(len(places), 'record')}, first in number {places[0]}"
        for (name, member, why), places in wrong.items()
    ]
    more = f"; and {len(told) - _FIRST} more" if len(told) > _FIRST else ""
    expect(not told, "; ".join(told[:_FIRST]) + more + ".")
    return f"{plural(seen, 'record')}: {nothing}."


def _values(of: Collection, row: Row, version: Version, *kinds: str) -> Iterator[tuple[Member, Any]]:
    """The members of these kinds that a record has, with their values; null and absent are the same."""
    for member in written(of.entity, type_of[of.entity], version):
        if member.kind in kinds and row.get(member.name) is not None:
            yield member, row[member.name]


def _required(of: Collection, row: Row, version: Version) -> Found:
    for name in required(of.entity, version):
        if row.get(name) in (None, "", []):
            yield name, "is missing"


def _booleans(of: Collection, row: Row, version: Version) -> Found:
    for member, value in _values(of, row, version, "flag"):
        good = value in ("true", "false") or (version is Version.V1_1 and isinstance(value, bool))
        if not good:
            yield member.name, 'is not "true" or "false"'


def _numbers(of: Collection, row: Row, version: Version) -> Found:
    for member, value in _values(of, row, version, "number"):
        if isinstance(value, bool) or not isinstance(value, int | float):
            yield member.name, "is not a JSON number"


def _texts(of: Collection, row: Row, version: Version) -> Found:
    for member, value in _values(of, row, version, "text"):
        if not isinstance(value, str):
            yield member.name, "is not a text"
    for member, value in _values(of, row, version, "list"):
        if not isinstance(value, list):
            yield member.name, "is not a list"


def _dates(of: Collection, row: Row, version: Version) -> Found:
    for member, value in _values(of, row, version, "day"):
        if not is_day(value):
            yield member.name, "is not a date as YYYY-MM-DD"


def is_day(value: Any) -> bool:
    """A full date; a result's scoreDate may be a moment, for Google writes it so."""
    if not isinstance(value, str):
        return False
    try:
        date.fromisoformat(value[:10])
    except ValueError:
        return False
    return _DAY.fullmatch(value) is not None or _MOMENT.fullmatch(value) is not None


def _moments(of: Collection, row: Row, version: Version) -> Found:
    for member, value in _values(of, row, version, "moment"):
        if not (isinstance(value, str) and _is_moment(value)):
            yield member.name, "is not an ISO 8601 date-time with its zone"


def _is_moment(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return _MOMENT.fullmatch(value) is not None


def _status(_: Collection, row: Row, __: Version) -> Found:
    if row.get("status") not in ("active", "tobedeleted"):
        yield "status", "is not active or tobedeleted"


def _modified(_: Collection, row: Row, __: Version) -> Found:
    if not row.get("dateLastModified"):
        yield "dateLastModified", "is missing"


def _words(of: Collection, row: Row, version: Version) -> Found:
    for entity, member in WORD_MEMBERS:
        value = row.get(member)
        known = entity != of.entity or value is None or in_vocabulary(entity, member, value, version)
        if not known:
            yield member, "is not a word of the standard"
    for role in row.get("roles") or () if of.entity == "user" else ():
        if not (isinstance(role, dict) and is_role(role.get("role"))):
            yield "roles[].role", "is not a word of the standard"
        elif role.get("roleType") not in ("primary", "secondary"):
            yield "roles[].roleType", "is not primary or secondary"


def _references(of: Collection, row: Row, version: Version) -> Found:
    for name, entity, ref in _refs(of, row, version):
        if not isinstance(ref, dict) or not ref.get("sourcedId"):
            yield name, "has no sourcedId"
            continue
        types = {entity} | (REFERENCE_TYPES.get(entity, set()) if version is Version.V1_1 else set())
        if ref.get("type") not in types:
            yield name, "has no type" if not ref.get("type") else "has another type than its name says"
        if not ref.get("href"):
            yield name, "has no href"


def _refs(of: Collection, row: Row, version: Version) -> Iterator[tuple[str, str, Any]]:
    """Every reference of a record: its member's name, the entity it points to, and itself."""
    for member in written(of.entity, type_of[of.entity], version):
        item = member.item or member
        if item.struct is not Ref or row.get(member.name) is None:
            continue
        value = row[member.name]
        for ref in value if isinstance(value, list) else [value]:
            yield member.name, ref_types.get(member.attribute, of.entity), ref
    if of.entity == "user":
        for ref in row.get("orgs") or ():
            yield "orgs", "org", ref
        for role in row.get("roles") or ():
            if isinstance(role, dict):
                yield "roles[].org", "org", role.get("org")


def _unknown_members(of: Collection, row: Row, version: Version) -> Found:
    known = {member.name for member in written(of.entity, type_of[of.entity], version)} | _ALWAYS
    extra = set(row) - known - {"password"}
    if extra:
        yield f"{len(extra)} unknown", "members stand outside metadata"


def _sessions_dates(of: Collection, row: Row, _: Version) -> Found:
    begin, end = row.get("startDate"), row.get("endDate")
    if of.entity == "academicSession" and is_day(begin) and is_day(end) and str(begin) > str(end):
        yield "endDate", "is before startDate"


def _record_check(look: Look, nothing: str) -> Callable[[Probe], Any]:
    async def run(probe: Probe) -> str:
        return await _each(probe, look, nothing)

    return run


async def unique_ids(probe: Probe) -> str:
    """A sourcedId stands for one record."""
    seen = 0
    for of, page in await _samples(probe):
        twice = [count for count in Counter(ids(page)).values() if count > 1]
        expect(not twice, f"{of.name}: {plural(len(twice), 'sourcedId')} more than once on a page of {len(page)}.")
        seen += len(page)
    return f"{plural(seen, 'sourcedId')}, each once in its collection."


async def stable_ids(probe: Probe) -> str:
    """The same records have the same sourcedIds when they are read again."""
    for name in ("orgs", "classes", "users"):
        of = BY_NAME[name]
        before = ids(await probe.need(sample[name]))
        again = ids(rows(await probe.wire.get(of.path, limit=SAMPLE, fresh=True), of.entity))
        changed = len(set(before) - set(again))
        expect(not changed, f"{name}: {changed} of {len(before)} sourcedIds are other ones when read again.")
    return "The same when read again."


async def _pointed(probe: Probe) -> dict[tuple[str, str], dict[str, str]]:
    """A few references of each kind, from the ends and the middle of a page: their sourcedIds and hrefs."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for of, page in await _samples(probe):
        for row in (page[0], page[len(page) // 2], page[-1]) if page else ():
            for name, entity, ref in _refs(of, row, probe.version):
                if isinstance(ref, dict) and ref.get("sourcedId") and entity in WHERE:
                    kind = found.setdefault((f"{of.name}.{name}", entity), {})
                    kind.setdefault(str(ref["sourcedId"]), str(ref.get("href") or ""))
    return found


async def references_resolve(probe: Probe) -> str:
    """What a record points to is there."""
    asked = 0
    for (name, entity), refs in (await probe.need(_pointed)).items():
        service, path = WHERE[entity]
        for sourced_id in list(refs)[:_FOLLOWED]:
            reply = await probe.wire.get(path, sourced_id, service=service)
            if reply.status == 403:
                continue
            expect(reply.status == 200, f"{name} points to nothing: {said(reply)}.")
            same = record(reply, entity).get("sourcedId") == sourced_id
            expect(same, f"{name} points to a record with another sourcedId: {reply.call}.")
            asked += 1
    return f"{plural(asked, 'reference')} followed."


async def hrefs(probe: Probe) -> str:
    """An href leads to this server's own record."""
    origin = urlsplit(probe.server.base_url)
    for (name, _), refs in (await probe.need(_pointed)).items():
        for sourced_id, href in list(refs.items())[:_FOLLOWED]:
            if not href:
                continue
            parts = urlsplit(href)
            expect(parts.scheme and parts.netloc, f"The href of {name} is no full address.")
            here = parts.netloc.lower() == origin.netloc.lower()
            expect(here, f"The href of {name} leads to another host.")
            last = parts.path.rstrip("/").rsplit("/", 1)[-1]
            expect(unquote(last) == sourced_id, f"The href of {name} does not end in the sourcedId.")
    return "On this host, each ends in its sourcedId."


async def enrollments(probe: Probe) -> str:
    """The enrollments of a class are of its students: both ways in say the same."""
    page = await probe.need(sample["enrollments"])
    if not page:
        raise NotOffered("There are no enrollments.")
    for member, entity in (("class", "class"), ("user", "user")):
        service, path = WHERE[entity]
        for row in (page[0], page[-1]):
            sourced_id = str((row.get(member) or {}).get("sourcedId"))
            reply = await probe.wire.get(path, sourced_id, service=service)
            expect(reply.status == 200, f"An enrollment's {member} is unknown: {said(reply)}.")
    return "Their classes and users are known."


async def addresses(probe: Probe) -> str:
    """E-mail addresses name one person each; a few shared ones are told, many fail."""
    page = await probe.need(sample["users"])
    known = Counter(str(row["email"]).casefold() for row in page if row.get("email"))
    if not known:
        raise NotOffered("No user on the first page has an email.")
    people = sum(known.values())
    shared = sum(count for count in known.values() if count > 1)
    expect(shared * 5 <= people, f"{shared} of {people} users share their email with another.")
    return f"{plural(people, 'user')} with email, {shared} of them share it."


CHECKS = (
    Check("records.required", _record_check(_required, "every required member is there")),
    Check("records.status", _record_check(_status, "active or tobedeleted")),
    Check("records.modified", _record_check(_modified, "all with dateLastModified")),
    Check("records.texts", _record_check(_texts, "texts and lists are such")),
    Check("records.booleans", _record_check(_booleans, "flags are true or false")),
    Check("records.numbers", _record_check(_numbers, "numbers are numbers")),
    Check("records.dates", _record_check(_dates, "dates are YYYY-MM-DD")),
    Check("records.moments", _record_check(_moments, "date-times have their zone")),
    Check("records.session-dates", _record_check(_sessions_dates, "sessions end after they begin")),
    Check("records.vocabularies", _record_check(_words, "words are the standard's")),
    Check("records.unknown-members", _record_check(_unknown_members, "nothing unknown"), versions=(Version.V1_2,)),
    Check("records.references", _record_check(_references, "references have sourcedId, type and href")),
    Check("records.references-resolve", references_resolve),
    Check("records.hrefs", hrefs),
    Check("records.unique-ids", unique_ids),
    Check("records.stable-ids", stable_ids),
    Check("records.enrollments", enrollments),
    Check("records.addresses", addresses),
)
