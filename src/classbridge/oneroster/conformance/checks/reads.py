"""1EdTech's mandatory reads: each collection and single record, with every query parameter."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from classbridge.oneroster.conformance.facts import SAMPLE, Probe
from classbridge.oneroster.conformance.judge import Row, expect, ids, offered, plural, record, rows
from classbridge.oneroster.conformance.outcome import NotOffered
from classbridge.oneroster.conformance.registry import Check, Run
from classbridge.oneroster.conformance.tables import COLLECTIONS, Collection
from classbridge.oneroster.conformance.wire import Reply
from classbridge.oneroster.query import where

_KEPT = ("sourcedId", "status")
Of = Callable[[Probe, Collection], Awaitable[str]]


async def page(probe: Probe, of: Collection) -> list[Row]:
    """The first page. What is not of the rostering core may be absent."""
    reply = await probe.wire.get(of.path, service=of.service, limit=SAMPLE)
    found = rows(reply if of.core else offered(reply), of.entity)
    without = sum(not row.get("sourcedId") for row in found)
    expect(not without, f"{reply.call}: {plural(without, 'record')} without sourcedId.")
    return found


sample = {of.name: partial(page, of=of) for of in COLLECTIONS}
"""How to find each collection's first page, as a fact."""


async def _some(probe: Probe, of: Collection, least: int = 1) -> list[Row]:
    """The first page, where it has enough records to judge by."""
    found = await probe.need(sample[of.name])
    if len(found) < least:
        raise NotOffered(f"There are {len(found)} {of.name}; {least} are needed to judge by.")
    return found


async def _get(probe: Probe, of: Collection, **query: Any) -> tuple[Reply, list[Row]]:
    reply = await probe.wire.get(of.path, service=of.service, **query)
    return reply, rows(reply, of.entity)


async def collection(probe: Probe, of: Collection) -> str:
    """200 with the collection under its own name, every record with its sourcedId."""
    return f"{plural(len(await probe.fact(sample[of.name])), 'record')} on the first page."


async def single(probe: Probe, of: Collection) -> str:
    """The first record, by itself."""
    wanted = (await _some(probe, of))[0]
    reply = await probe.wire.get(f"{of.path}/{{}}", str(wanted["sourcedId"]), service=of.service)
    found = record(reply, of.entity)
    expect(found.get("sourcedId") == wanted["sourcedId"], f"{reply.call}: another record than the one asked for.")
    differs = sorted(name for name in found.keys() | wanted.keys() if found.get(name) != wanted.get(name))
    differs = [name for name in differs if name not in ("metadata", "dateLastModified")]
    expect(not differs, f"{reply.call}: {', '.join(differs)} differ from the record in the collection.")
    return "The record of the collection."


async def fields(probe: Probe, of: Collection) -> str:
    """Only the members asked for, in the collection and in a single read."""
    first = (await _some(probe, of))[0]
    reply, found = await _get(probe, of, fields=",".join(_KEPT), limit=5)
    more = sorted({name for row in found for name in row} - set(_KEPT))
    expect(not more, f"{reply.call}: {plural(len(more), 'member')} that nobody asked for; fields is ignored.")
    expect(all(row.get("sourcedId") for row in found), f"{reply.call}: sourcedId was asked for and is missing.")
    path = f"{of.path}/{{}}"
    one = await probe.wire.get(path, str(first["sourcedId"]), service=of.service, fields=",".join(_KEPT))
    more = sorted(set(record(one, of.entity)) - set(_KEPT))
    expect(not more, f"{one.call}: {plural(len(more), 'member')} that nobody asked for; fields is ignored.")
    return "Only the members asked for."


async def sort(probe: Probe, of: Collection) -> str:
    """By sourcedId in Unicode's order, both ways."""
    await _some(probe, of, 2)
    for direction in ("asc", "desc"):
        reply, found = await _get(probe, of, sort="sourcedId", orderBy=direction, limit=SAMPLE)
        known = ids(found)
        expect(len(known) > 1, f"{reply.call}: {plural(len(known), 'record')}.")
        ordered = sorted(known, reverse=direction == "desc")
        expect(known == ordered, f"{reply.call}: not in {direction}ending order of sourcedId.")
    return "Ascending and descending."


async def filtered(probe: Probe, of: Collection) -> str:
    """By sourcedId: the one record, and none for an id that is nobody's."""
    wanted = (await _some(probe, of))[0]["sourcedId"]
    reply, found = await _get(probe, of, filter=where("sourcedId", "=", str(wanted)).text)
    expect(
        ids(found) == [wanted], f"{reply.call} by a sourcedId: {plural(len(found), 'record')}, expected that one."
    )
    reply, found = await _get(probe, of, filter=where("sourcedId", "=", "no-record-of-yours").text)
    expect(not found, f"{reply.call} by an id that is nobody's: {plural(len(found), 'record')}, expected none.")
    return "One record by its sourcedId, none by another."


async def limit(probe: Probe, of: Collection) -> str:
    """One record at limit=1."""
    await _some(probe, of)
    reply, found = await _get(probe, of, limit=1)
    expect(len(found) == 1, f"{reply.call}: {plural(len(found), 'record')}.")
    return "One record."


async def offset(probe: Probe, of: Collection) -> str:
    """The second record of the page at offset=1."""
    wanted = (await _some(probe, of, 2))[1]["sourcedId"]
    reply, found = await _get(probe, of, limit=1, offset=1)
    expect(ids(found) == [wanted], f"{reply.call}: not the second record of the first page.")
    return "The second record."


def _bound(work: Of, of: Collection) -> Run:
    async def run(probe: Probe) -> str:
        return await work(probe, of)

    return run


PARTS: tuple[tuple[str, Of], ...] = (
    ("", collection),
    (".single", single),
    (".fields", fields),
    (".sort", sort),
    (".filter", filtered),
    (".limit", limit),
    (".offset", offset),
)

CHECKS = tuple(
    Check(
        f"reads.{of.name}{part}",
        _bound(work, of),
        versions=of.versions,
        text=f"reads{part}" if part else "reads.collection",
        about=of.name,
    )
    for of in COLLECTIONS
    for part, work in PARTS
)
