"""Google's writes: a line item, a result in it, and both taken away again. Each step builds on those before it.

Only records with sourcedIds made here are written; `clean_up` deletes them in every case.
"""

from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from classbridge.oneroster.conformance import facts
from classbridge.oneroster.conformance.checks.records import is_day
from classbridge.oneroster.conformance.facts import GOOGLE, Probe
from classbridge.oneroster.conformance.judge import Row, expect, ids, rows, said
from classbridge.oneroster.conformance.outcome import Failed, NotOffered, NotTried
from classbridge.oneroster.conformance.registry import Check
from classbridge.oneroster.conformance.wire import Reply

LONG_TITLE = 112
_SCORE, _EXTRA = 80, 300
_GONE = (200, 202, 204, 404, 410)
_CANNOT = (403, 404, 405, 501)


async def _put(probe: Probe, path: str, name: str, body: Row) -> Reply:
    return await probe.wire.call(
        "PUT", f"/{path}/{{}}", str(body["sourcedId"]), service="gradebook", body={name: body}
    )


async def create_line_item(probe: Probe) -> str:
    """PUT under an id of ours: 201, the one status that Google takes for a new line item."""
    body = await _line_item(probe)
    probe.made.body, probe.made.line_item = body, str(body["sourcedId"])
    reply = await _put(probe, "lineItems", "lineItem", body)
    if not 200 <= reply.status < 300:
        probe.made.body = {}
    expect(reply.status == 201, f"{said(reply)} for a new line item, expected 201.")
    return "HTTP 201."


async def _line_item(probe: Probe) -> Row:
    """A line item as Google's consumer sends it: references with a sourcedId only, no status (1.2: school)."""
    row = await probe.need(facts.class_)
    try:
        known = await probe.need(facts.categories)
    except (NotOffered, NotTried):
        known = []
    begin, due = await _dates(probe)
    sourced_id = str(uuid4())
    body: Row = {
        "sourcedId": sourced_id,
        "title": f"classbridge check {sourced_id[:8]}",
        "description": "Made by a conformance check; it deletes it again.",
        "resultValueMin": 0,
        "resultValueMax": 100,
        "assignDate": begin,
        "dueDate": due,
        "class": {"sourcedId": row["sourcedId"]},
    }
    if known:
        body["category"] = {"sourcedId": known[0].get("sourcedId")}
    school = row.get("school")
    if not probe.old and isinstance(school, dict):
        body["school"] = {"sourcedId": school.get("sourcedId")}
    return body


async def _dates(probe: Probe) -> tuple[str, str]:
    """Noon of two days of a grading period, today if it lies in one: some SIS want dates inside the term (Q26)."""
    today = datetime.now(UTC).date().isoformat()
    try:
        periods = await probe.need(facts.grading_periods)
    except (NotOffered, NotTried):
        periods = []
    dates = [(row.get("startDate"), row.get("endDate")) for row in periods]
    spans = [(str(begin)[:10], str(end)[:10]) for begin, end in dates if is_day(begin) and is_day(end)]
    spans = [span for span in spans if span[0] <= today <= span[1]] or spans or [(today, today)]
    begin, end = spans[0]
    due = today if begin <= today <= end else end
    return f"{begin}T12:00:00.000Z", f"{due}T12:00:00.000Z"


def _made_line_item(probe: Probe) -> Row:
    if not probe.made.body:
        raise NotTried("Not tried: no line item could be made.", failed=True)
    return probe.made.body


def _made_result(probe: Probe) -> Row:
    if not probe.made.scores:
        raise NotTried("Not tried: no result could be made.", failed=True)
    return probe.made.scores


async def _listed(probe: Probe) -> list[Row]:
    row = await probe.need(facts.class_)
    path = "/classes/{}/lineItems"
    reply = await probe.wire.get(path, str(row["sourcedId"]), service="gradebook", limit=GOOGLE, fresh=True)
    return rows(reply, "lineItem")


async def _column(probe: Probe) -> list[Row]:
    """The results of our line item, from the list that Google reads back."""
    row, item = await probe.need(facts.class_), _made_line_item(probe)
    path = "/classes/{}/lineItems/{}/results"
    place = (str(row["sourcedId"]), str(item["sourcedId"]))
    return rows(await probe.wire.get(path, *place, service="gradebook", limit=GOOGLE, fresh=True), "result")


async def line_item_listed(probe: Probe) -> str:
    """The new line item is among those of its class, as it was sent."""
    body = _made_line_item(probe)
    found = [row for row in await _listed(probe) if row.get("sourcedId") == body["sourcedId"]]
    expect(len(found) == 1, f"The new line item is {len(found)} times in the list of its class, expected once.")
    for member in ("title", "resultValueMax"):
        expect(found[0].get(member) == body[member], f"{member} of the line item is not what was sent.")
    return "In the list, with its title and maximum."


async def long_title(probe: Probe) -> str:
    """An edit with a title of 112 characters: accepted; how much of it is kept is told."""
    body = _made_line_item(probe)
    title = f"{body['title']} ".ljust(LONG_TITLE, "x")
    reply = await _put(probe, "lineItems", "lineItem", body | {"title": title})
    expect(reply.status in (200, 201, 204), f"{said(reply)} for a title of {LONG_TITLE} characters.")
    found = [row for row in await _listed(probe) if row.get("sourcedId") == body["sourcedId"]]
    expect(found, "The line item is gone from its class after an edit.")
    kept = str(found[0].get("title", ""))
    expect(kept and title.startswith(kept), "The title kept is not the beginning of the title sent.")
    expect(kept != body["title"], "The edit was accepted, but the old title is still there.")
    return f"HTTP {reply.status}; {len(kept)} of {LONG_TITLE} characters are kept."


async def create_result(probe: Probe) -> str:
    """PUT of a result: 200 or 201."""
    item = _made_line_item(probe)
    known = await probe.need(facts.students)
    student = next((row for row in known if row.get("status") == "active"), known[0])
    body: Row = {
        "sourcedId": str(uuid4()),
        "lineItem": {"sourcedId": item["sourcedId"]},
        "student": {"sourcedId": student["sourcedId"]},
        "score": _SCORE / 2,
        "comment": "",
        "scoreStatus": "fully graded",
        "scoreDate": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    probe.made.result = str(body["sourcedId"])
    reply = await _put(probe, "results", "result", body)
    expect(reply.status in (200, 201), f"{said(reply)} for a new result, expected 200 or 201.")
    probe.made.scores = body
    return f"HTTP {reply.status}."


async def _changed(probe: Probe, **changes: Any) -> tuple[Reply, Row]:
    """Send our result changed, and read it back from the class's list."""
    body = _made_result(probe) | changes
    reply = await _put(probe, "results", "result", body)
    expect(reply.status in (200, 201, 204), f"{said(reply)} for an edit, expected 200 or 201.")
    found = [row for row in await _column(probe) if row.get("sourcedId") == body["sourcedId"]]
    expect(len(found) == 1, f"The result is {len(found)} times in the list that is read back, expected once.")
    return reply, found[0]


async def edit_result(probe: Probe) -> str:
    """A score of 80, read back as the number 80."""
    reply, found = await _changed(probe, score=_SCORE)
    expect(isinstance(found.get("score"), int | float), "The score read back is not a JSON number.")
    expect(found["score"] == _SCORE, f"A score of {_SCORE} was accepted; another one is read back.")
    return f"HTTP {reply.status}; {_SCORE} is read back."


async def read_back(probe: Probe) -> str:
    """The result is read back with its line item, its student and its status."""
    _, found = await _changed(probe, score=_SCORE)
    body = _made_result(probe)
    for member in ("lineItem", "student"):
        given = found.get(member)
        same = isinstance(given, dict) and given.get("sourcedId") == body[member]["sourcedId"]
        expect(same, f"{member} of the result is not what was sent.")
    expect(found.get("scoreStatus") == body["scoreStatus"], "scoreStatus of the result is not what was sent.")
    expect(found.get("scoreDate"), "The result comes back without scoreDate.")
    return "lineItem, student, scoreStatus and scoreDate."


async def extra_credit(probe: Probe) -> str:
    """300 of 100 points is kept."""
    _, found = await _changed(probe, score=_EXTRA)
    expect(found.get("score") == _EXTRA, f"A score of {_EXTRA} of 100 was accepted; another one is read back.")
    return f"{_EXTRA} of 100 is read back."


async def exempt(probe: Probe) -> str:
    """Excused: scoreStatus exempt is kept."""
    _, found = await _changed(probe, scoreStatus="exempt")
    expect(found.get("scoreStatus") == "exempt", "exempt was accepted; another scoreStatus is read back.")
    return "exempt is read back."


async def delete_result(probe: Probe) -> str:
    """DELETE: 200 or 204, and gone from the list."""
    body = _made_result(probe)
    reply = await probe.wire.call("DELETE", "/results/{}", str(body["sourcedId"]), service="gradebook")
    expect(reply.status in (200, 204), f"{said(reply)}, expected 200 or 204.")
    expect(body["sourcedId"] not in ids(await _column(probe)), "The deleted result is still in the list.")
    return f"HTTP {reply.status}, gone from the list."


async def delete_line_item(probe: Probe) -> str:
    """Optional: DELETE of the line item, and gone from the list."""
    body = _made_line_item(probe)
    reply = await probe.wire.call("DELETE", "/lineItems/{}", str(body["sourcedId"]), service="gradebook")
    if reply.status in _CANNOT:
        raise NotOffered(f"{said(reply)}; line items cannot be deleted.")
    expect(reply.status in (200, 204), f"{said(reply)}, expected 200 or 204.")
    expect(body["sourcedId"] not in ids(await _listed(probe)), "The deleted line item is still in the list.")
    return f"HTTP {reply.status}, gone from the list."


async def clean_up(probe: Probe) -> tuple[str, ...]:
    """Delete what was made, the result first; returns the paths of what is still there."""
    made = (("/results/{}", probe.made.result), ("/lineItems/{}", probe.made.line_item))
    probe.wire.more_calls(2 * len(made) + 2)
    left = []
    for path, sourced_id in made:
        if sourced_id and not await _is_gone(probe, path, sourced_id):
            left.append(path.format(sourced_id))
    return tuple(left)


async def _is_gone(probe: Probe, path: str, sourced_id: str) -> bool:
    """Delete it and look: an answer alone proves nothing."""
    try:
        await probe.wire.call("DELETE", path, sourced_id, service="gradebook")
        reply = await probe.wire.get(path, sourced_id, service="gradebook", fresh=True)
    except (Failed, NotTried):
        return False
    if reply.status == 200:
        body = reply.json
        inner = next(iter(body.values()), None) if isinstance(body, dict) else None
        return isinstance(inner, dict) and inner.get("status") == "tobedeleted"
    return reply.status in _GONE


STEPS: Iterable[tuple[str, Callable[[Probe], Awaitable[str]]]] = (
    ("create-line-item", create_line_item),
    ("line-item-listed", line_item_listed),
    ("long-title", long_title),
    ("create-result", create_result),
    ("edit-result", edit_result),
    ("read-back", read_back),
    ("extra-credit", extra_credit),
    ("exempt", exempt),
    ("delete-result", delete_result),
    ("delete-line-item", delete_line_item),
)

CHECKS = tuple(Check(f"write.{name}", step) for name, step in STEPS)
