"""The audit log, read."""

from collections.abc import Iterable

from classbridge.bridge.policy import Action, Actor
from classbridge.service.context import Context, allow
from classbridge.store import accounts, audit
from classbridge.store.audit import Event
from classbridge.store.cursors import Page


def events(ctx: Context, actor: Actor, cursor: str | None = None, *, limit: int = 50) -> Page[Event]:
    """Who did what, newest first. Raises `CursorError` for a cursor that is not ours."""
    allow(actor, Action.VIEW_AUDIT)
    with ctx.district(actor).read() as rows:
        return audit.page(rows, cursor=cursor, limit=limit)


def names(ctx: Context, actor: Actor, shown: Iterable[Event]) -> dict[str, str]:
    """The names of those who did these events or whom they are about, by account id; also of who has left."""
    allow(actor, Action.VIEW_AUDIT)
    meant = [
        key for event in shown for key in (event.account_id, event.subject, event.params.get("account")) if key
    ]
    return accounts.names(ctx.database, meant)
