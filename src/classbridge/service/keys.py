"""A connection's keys: two may overlap, so that a new one is there before the old one ends."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from classbridge.bridge import expiry
from classbridge.bridge.expiry import Life
from classbridge.bridge.outcome import Code
from classbridge.bridge.policy import Action, Actor
from classbridge.service.context import Context, allow, note
from classbridge.service.errors import RefusedError, refuse
from classbridge.service.views import KeyHabits, KeyLine, KeyState
from classbridge.sis.profile import Edition
from classbridge.store import connections
from classbridge.store.connections import Credential
from classbridge.store.rows import NotFoundError, Rows


def lines(rows: Rows, connection_id: str, today: date) -> tuple[KeyLine, ...]:
    """The keys that are kept, newest first; never their secrets."""
    kept = connections.credentials(rows, connection_id)
    good = [one for one in kept if _good(one, today)]
    used = good[0].id if good else None
    return tuple(
        KeyLine(
            id=one.id,
            state=_state(one, used, today),
            effective_on=one.effective_on,
            expires_on=one.expires_on,
            added_at=one.created_at,
        )
        for one in kept
    )


def last_day(rows: Rows, connection_id: str, today: date) -> date | None:
    """The last day on which there is a key; None when there is no end, or no key."""
    lives = connections.lives(rows, connection_id)
    return expiry.last_day(lives, today) if lives else None


def habits(edition: Edition, today: date) -> KeyHabits:
    """How the keys of a SIS live."""
    lasts = edition.key_lifetime_days
    return KeyHabits(
        lifetime_days=lasts,
        made_today_ends_on=None if lasts is None else today + timedelta(days=lasts),
        overlap=edition.keys_overlap,
        new_secret_ends_old=edition.new_secret_ends_old,
    )


def keep(
    ctx: Context,
    rows: Rows,
    connection_id: str,
    wanted: Mapping[str, Any],
    life: Life,
) -> RefusedError | None:
    """Seal a key beside the earlier ones; the refusal of what is missing.

    `wanted` has client_id, client_secret and headers; what is empty is taken from the newest key. The same key
    again only gets its dates.
    """
    if life.effective_on and life.expires_on and life.effective_on > life.expires_on:
        return refuse(Code.DATES_REVERSED, field="expires_on")
    newest = next(iter(connections.credentials(rows, connection_id)), None)
    kept = connections.open_credential(rows, ctx.sealer, newest) if newest else {}
    secret = {name: value or kept.get(name, value) for name, value in wanted.items()}
    for name, field in (("client_id", "key"), ("client_secret", "secret")):
        if not secret[name]:
            return refuse(Code.FIELD_MISSING, field=field)
    if newest and secret == kept:
        connections.set_life(rows, newest, life)
    else:
        connections.add_credential(
            rows,
            ctx.sealer,
            connection_id,
            secret,
            at=ctx.now(),
            effective_on=life.effective_on,
            expires_on=life.expires_on,
        )
    return None


def remove(ctx: Context, actor: Actor, connection_id: str, key_id: str) -> None:
    """Destroy one key, such as the old one after a rotation; the only one goes by disconnecting."""
    allow(actor, Action.REPLACE_KEY)
    district = ctx.district(actor)
    with district.write() as rows:
        try:
            connections.get(rows, connection_id)
        except NotFoundError:
            raise refuse(Code.CONNECTION_NOT_FOUND) from None
        kept = [one.id for one in connections.credentials(rows, connection_id)]
        if key_id not in kept:
            return  # somebody else was faster
        if len(kept) == 1:
            raise refuse(Code.LAST_KEY)
        note(rows, actor, "connection.key_removed", connection_id, ctx.now())
    connections.remove_credential(district, connection_id, key_id)


def _good(one: Credential, today: date) -> bool:
    return (one.effective_on or today) <= today <= (one.expires_on or today)


def _state(one: Credential, used: str | None, today: date) -> KeyState:
    if one.id == used:
        return "used"
    if _good(one, today):
        return "kept"
    return "later" if one.effective_on and one.effective_on > today else "expired"
