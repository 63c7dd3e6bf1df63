"""The audit log, read."""

from classbridge.bridge.policy import Action, Actor
from classbridge.service.context import Context, allow
from classbridge.store import audit
from classbridge.store.audit import Event
from classbridge.store.cursors import Page


def events(ctx: Context, actor: Actor, cursor: str | None = None, *, limit: int = 50) -> Page[Event]:
    """Who did what, newest first. Raises `CursorError` for a cursor that is not ours."""
    allow(actor, Action.VIEW_AUDIT)
    with ctx.district(actor).read() as rows:
        return audit.page(rows, cursor=cursor, limit=limit)
