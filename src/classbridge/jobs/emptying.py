"""Deleting a line item of ours that holds no grade any more: after a withdrawal, or after an undo."""

from classbridge.bridge.decision import held_value
from classbridge.bridge.outcome import Code, Outcome
from classbridge.bridge.withdrawal import may_delete_emptied
from classbridge.jobs.export_facts import known_item
from classbridge.jobs.export_sending import REFUSALS
from classbridge.jobs.reading import read_grades
from classbridge.jobs.work import Work
from classbridge.oneroster.client import Client
from classbridge.oneroster.errors import NotFound
from classbridge.oneroster.models import LineItem
from classbridge.store.grades import LineItemEntry


def clear(work: Work, entry: LineItemEntry) -> Outcome | None:
    """Delete the line item if it is empty and nobody touched it; what there is to say, None if nothing.

    One with a result that cannot be read is not empty; one whose results the SIS does not show stays. Repeatable:
    one that is gone already counts as deleted. Whoever calls decides that it may go at all, and retires the entry
    in the transaction that writes the outcome down.
    """
    sis, removed = work.sis(), Outcome.of(Code.LINE_ITEM_REMOVED, title=entry.title)
    found = work.call(read_grades, sis.client, entry.class_id, [entry.sourced_id])
    if found.unread.grades or any(held_value(one) is not None for one in found.results):
        return None
    held = work.call(line_item_there, sis.client, entry.sourced_id)
    if held is None:
        return removed
    may_go = not found.missing and may_delete_emptied(known_item(entry), held, found.results, sis.rules)
    return removed if may_go and _deleted(work, entry) else Outcome.of(Code.LINE_ITEM_LEFT, title=entry.title)


def _deleted(work: Work, entry: LineItemEntry) -> bool:
    """Whether the SIS says that it deleted the line item, and has it no more."""
    client = work.sis().client
    try:
        said = work.call(client.delete_line_item, entry.sourced_id)
    except REFUSALS:
        return False
    return said.outcome == "done" and work.call(line_item_there, client, entry.sourced_id) is None


async def line_item_there(client: Client, sourced_id: str) -> LineItem | None:
    """A line item as the SIS holds it; None where it is gone or marked as deleted."""
    try:
        found = await client.line_item(sourced_id)
    except NotFound:
        return None
    return found if found.active else None
