"""Pages: every record once, a total that is right, links that lead on and end (quirks Q12 to Q15)."""

import math
import re
from urllib.parse import urljoin, urlsplit

from msgspec import Struct

from classbridge.oneroster.conformance.checks.reads import sample
from classbridge.oneroster.conformance.facts import GOOGLE, SAMPLE, Probe
from classbridge.oneroster.conformance.judge import answered, expect, ids, plural, rows, said
from classbridge.oneroster.conformance.outcome import NotOffered
from classbridge.oneroster.conformance.registry import Check
from classbridge.oneroster.conformance.tables import BY_NAME, Collection
from classbridge.oneroster.conformance.wire import Reply

_CANDIDATES = ("classes", "courses", "users", "academicSessions", "enrollments", "orgs")
_ENOUGH = 5
_PAGES = 6
_MOST_PAGES = 25
_LINK = re.compile(r"<([^>]*)>([^<]*)")
_REL = re.compile(r"""\brel\s*=\s*"?([^";,]+)"?""", re.IGNORECASE)


class Walk(Struct, frozen=True):
    """A collection read page by page; `whole` says whether the end was reached."""

    of: Collection
    limit: int
    pages: list[Reply]
    known: list[list[str]]
    whole: bool

    @property
    def ids(self) -> list[str]:
        """Every sourcedId, in the order of the pages."""
        return [one for page in self.known for one in page]


async def _walk(probe: Probe) -> Walk:
    """Walk through a collection that is neither too small nor too large, by the records received."""
    name, size = await _chosen(probe)
    of = BY_NAME[name]
    limit = max(1, min(SAMPLE, math.ceil(size / _PAGES)))
    walk = Walk(of, limit, [], [], whole=False)
    at = 0
    for _ in range(_MOST_PAGES):
        reply = await probe.wire.get(of.path, service=of.service, limit=limit, offset=at)
        if reply.status != 200 and _was_the_last(walk, at):  # `past_the_end` judges this answer
            return Walk(of, limit, walk.pages, walk.known, whole=True)
        found = ids(rows(reply, of.entity))
        walk.pages.append(reply)
        walk.known.append(found)
        if not found:
            return Walk(of, limit, walk.pages, walk.known, whole=True)
        at += len(found)
    return walk


def _was_the_last(walk: Walk, at: int) -> bool:
    """Whether the page before was the last, by its total or by its length."""
    return bool(walk.known) and (at == _total(walk.pages[0]) or len(walk.known[-1]) < walk.limit)


async def _chosen(probe: Probe) -> tuple[str, int]:
    sizes = {}
    for name in _CANDIDATES:
        found = await probe.need(sample[name])
        reply = await probe.wire.get(BY_NAME[name].path, service=BY_NAME[name].service, limit=SAMPLE)
        sizes[name] = max(len(found), _total(reply) or 0)
        if _ENOUGH <= sizes[name] <= SAMPLE * _PAGES:
            return name, sizes[name]
    best = max(sizes, key=lambda name: sizes[name])
    if sizes[best] < _ENOUGH:
        raise NotOffered("No collection has enough records for pages.")
    return best, sizes[best]


def _total(reply: Reply) -> int | None:
    text = reply.headers.get("x-total-count", "").strip()
    return int(text) if text.isdigit() and len(text) < 12 else None


async def every_record_once(probe: Probe) -> str:
    """No record twice, none left out, by another read of the same collection."""
    walk = await probe.fact(_walk)
    known = walk.ids
    twice = len(known) - len(set(known))
    expect(not twice, f"/{walk.of.name}: {plural(twice, 'record')} came twice on {len(walk.pages)} pages.")
    reply = await probe.wire.get(walk.of.path, service=walk.of.service, limit=GOOGLE)
    everyone = ids(rows(reply, walk.of.entity))
    left_out = len(set(everyone) - set(known))
    expect(
        not walk.whole or not left_out, f"/{walk.of.name}: {plural(left_out, 'record')} left out between pages."
    )
    return f"/{walk.of.name}: {plural(len(known), 'record')} on {len(walk.pages)} pages of {walk.limit}."


async def page_size(probe: Probe) -> str:
    """Never more than `limit` records; fewer are allowed."""
    walk = await probe.fact(_walk)
    most = max(map(len, walk.known))
    expect(most <= walk.limit, f"/{walk.of.name}?limit={walk.limit}: {plural(most, 'record')} on a page.")
    return f"At most {most} at limit={walk.limit}."


async def total(probe: Probe) -> str:
    """X-Total-Count: on every page, the same, and right (recommended in 1.1)."""
    walk = await probe.need(_walk)
    totals = [_total(reply) for reply in walk.pages]
    if probe.old and not any("x-total-count" in reply.headers for reply in walk.pages):
        raise NotOffered("No X-Total-Count (1.1 only recommends it).")
    expect(None not in totals, f"{totals.count(None)} of {len(totals)} pages without X-Total-Count as a number.")
    expect(len(set(totals)) == 1, f"X-Total-Count differs between pages of /{walk.of.name}.")
    right = totals[0] == len(set(walk.ids)) or not walk.whole
    expect(right, f"X-Total-Count is {totals[0]}, but the pages hold {len(set(walk.ids))} records.")
    return f"{totals[0]}."


def link_next(reply: Reply) -> str | None:
    """The address of `rel=next` in the Link header (RFC 8288)."""
    for target, parameters in _LINK.findall(reply.headers.get("link", "")):
        rel = _REL.search(parameters)
        if rel and "next" in rel[1].lower().split():
            return urljoin(reply.url, str(target))
    return None


async def link(probe: Probe) -> str:
    """Link next: on the same host, leads through the same records, and ends with the last."""
    walk = await probe.need(_walk)
    reply, seen = walk.pages[0], list(walk.known[0])
    if probe.old and "link" not in reply.headers:
        raise NotOffered("No Link header (1.1 only recommends it).")
    expect(link_next(reply), f"{reply.call}: no Link with rel=next, though there is more.")
    for _ in range(_MOST_PAGES):
        url = link_next(reply)
        if url is None:
            break
        expect(_origin(url) == _origin(reply.url), "Link next leads to another host, or from https to http.")
        reply = await probe.wire.follow(url)
        found = ids(rows(reply, walk.of.entity))
        expect(found, "Link next leads to an empty page.")
        seen += found
    expect(len(seen) == len(set(seen)), "The pages of Link next repeat records.")
    expect(not walk.whole or set(seen) == set(walk.ids), "The pages of Link next are not all records.")
    return "Leads through every page and ends."


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()


async def past_the_end(probe: Probe) -> str:
    """An offset past the end: 200, nothing, and no way on."""
    walk = await probe.need(_walk)
    beyond = len(walk.ids) + 1_000_000
    reply = await probe.wire.get(walk.of.path, service=walk.of.service, limit=walk.limit, offset=beyond)
    found = rows(reply, walk.of.entity)
    expect(not found, f"An offset past the end gives {plural(len(found), 'record')}, expected none.")
    expect(link_next(reply) is None, "An offset past the end has a Link with rel=next.")
    return "200, empty."


async def default_limit(probe: Probe) -> str:
    """100 records where no limit is asked for."""
    for name in ("enrollments", "users", *_CANDIDATES):
        reply = await probe.wire.get(BY_NAME[name].path)
        if (_total(reply) or 0) <= SAMPLE:
            continue
        found = rows(reply, BY_NAME[name].entity)
        expect(len(found) <= SAMPLE, f"{reply.call} without limit: {len(found)} records, the default is {SAMPLE}.")
        return f"{len(found)} records."
    raise NotOffered(f"No collection is known to have more than {SAMPLE} records.")


async def odd_limits(probe: Probe) -> str:
    """A limit that is none: refused or passed over, never a failure of the server."""
    codes = []
    for odd in ("0", "-1", "abc"):
        reply = await probe.wire.get("/orgs", limit=odd)
        expect(reply.status in (200, 400, 422), f"limit={odd}: {said(reply)}.")
        codes.append(str(reply.status))
    return f"0, -1, abc: {', '.join(codes)}."


async def steady(probe: Probe) -> str:
    """The same page twice holds the same records in the same order: else offsets mean nothing."""
    walk = await probe.need(_walk)
    reply = await probe.wire.get(walk.of.path, service=walk.of.service, limit=walk.limit, offset=0, fresh=True)
    expect(ids(rows(answered(reply), walk.of.entity)) == walk.known[0], "The first page differs when asked again.")
    return "The first page is the same again."


CHECKS = (
    Check("paging.every-record-once", every_record_once),
    Check("paging.page-size", page_size),
    Check("paging.steady", steady),
    Check("paging.total", total),
    Check("paging.link", link),
    Check("paging.past-the-end", past_the_end),
    Check("paging.default-limit", default_limit),
    Check("paging.odd-limits", odd_limits),
)
