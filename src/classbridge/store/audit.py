"""The audit log: who did what, when, to what, from where. Events are added and read, nothing else."""

import uuid
from datetime import datetime
from typing import Any

from msgspec import Struct, field

from classbridge.store import cursors
from classbridge.store.cursors import Page
from classbridge.store.rows import Rows, columns, record, values
from classbridge.store.tables import audit_event


class Event(Struct, frozen=True, kw_only=True):
    """Something that was done. `account_id` is None for the system; `address` is where the request came from."""

    at: datetime
    action: str
    subject: str
    params: dict[str, Any] = field(default_factory=dict)
    account_id: str | None = None
    address: str | None = None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))


def append(rows: Rows, event: Event) -> None:
    """Add an event."""
    rows.insert(audit_event, values(event))


def page(
    rows: Rows,
    *,
    cursor: str | None = None,
    limit: int = 50,
    action: str | None = None,
    subject: str | None = None,
) -> Page[Event]:
    """Events, newest first. Raises `CursorError`."""
    wanted = rows.select(audit_event, *columns(audit_event, Event))
    if action is not None:
        wanted = wanted.where(audit_event.c.action == action)
    if subject is not None:
        wanted = wanted.where(audit_event.c.subject == subject)
    if cursor is not None:
        wanted = wanted.where(cursors.after(cursor, audit_event.c.at, audit_event.c.id))
    newest = wanted.order_by(audit_event.c.at.desc(), audit_event.c.id.desc()).limit(limit + 1)
    events = [record(Event, row) for row in rows.all(newest)]
    last = events[limit - 1] if len(events) > limit else None
    return Page(items=events[:limit], next=None if last is None else cursors.encode(last.at, last.id))
