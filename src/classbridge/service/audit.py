"""The audit log, read."""

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


def names(ctx: Context, actor: Actor) -> dict[str, str]:
    """The names of the district's people by account id, for showing beside its events."""
    allow(actor, Action.VIEW_AUDIT)
    return {person.id: person.name for person, _ in accounts.of_district(ctx.database, actor.district_id)}
