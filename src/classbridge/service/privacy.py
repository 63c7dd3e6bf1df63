"""A person's data: everything that is kept of them as one document, and taking it out for good."""

import secrets
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from classbridge.bridge.outcome import Code
from classbridge.bridge.policy import Action, Actor
from classbridge.oneroster.models import Record
from classbridge.service import packages
from classbridge.service.context import Context, allow, note
from classbridge.service.errors import refuse
from classbridge.service.identifying import key_of, key_parts, reference
from classbridge.store import accounts, audit, classrooms, connections, identities, runs, traces
from classbridge.store.accounts import LastAdminError
from classbridge.store.rows import Rows
from classbridge.store.traces import Trace

ACCOUNT = "account"
"""Stands for a connection in the key of somebody who is known by their account only."""


class Erased(Struct, frozen=True, kw_only=True):
    """What erasing did: rows deleted by table, rows of history that now name a pseudonym."""

    pseudonym: str
    deleted: dict[str, int]
    unlinked: int
    account: bool
    """Whether the account to sign in with is gone; it stays where another district has given it a role."""


class Kept(Struct, frozen=True, kw_only=True):
    """How much is kept of a person, by table, and whether a reading would bring them back."""

    rows: dict[str, int]
    account: bool
    in_sis: bool
    in_classroom: bool


def may_see(actor: Actor) -> None:
    """Raise `RefusedError` unless the actor may see what is kept of other people."""
    allow(actor, Action.MANAGE_PEOPLE)


def key_of_address(ctx: Context, actor: Actor, email: str) -> str:
    """The key of whoever has an address: an account here, or one person of the SIS or of Classroom."""
    may_see(actor)
    person = accounts.by_email(ctx.database, email)
    if person and accounts.roles(ctx.database, actor.district_id, person.id):
        return key_of(ACCOUNT, person.id)
    with ctx.district(actor).read() as rows:
        found = identities.trace_of(rows, email=email)
    pairs = sorted(found.sis) + sorted(found.classroom)
    if not pairs:
        raise refuse(Code.PERSON_NOT_FOUND)
    return key_of(*pairs[0])


def kept(ctx: Context, actor: Actor, key: str) -> Kept:
    """How much is kept of the person with this key: `sis`, Classroom or account."""
    allow(actor, Action.MANAGE_PEOPLE)
    with ctx.district(actor).read() as rows:
        trace = _trace(ctx, rows, actor, key)
        held = traces.held(rows, trace)
    return Kept(
        rows={table: len(found) for table, found in held.items()},
        account=trace.account_id is not None,
        in_sis=any(row["status"] == "active" and row["enabled"] for row in held.get("sis_user", ())),
        in_classroom="gc_member" in held,
    )


def document(ctx: Context, actor: Actor, key: str) -> dict[str, Any]:
    """Everything that is kept of a person, as plain JSON values: rows by table, and what was done about them."""
    allow(actor, Action.MANAGE_PEOPLE)
    with ctx.district(actor).write() as rows:
        trace = _trace(ctx, rows, actor, key)
        held = traces.held(rows, trace)
        held["audit_event_about"] = [
            msgspec.to_builtins(event)
            for name in _references(ctx, trace, key)
            for event in audit.page(rows, subject=name, limit=1000).items
        ]
        note(rows, actor, "person.data", reference(ctx, key), ctx.now())
    found = accounts.get(ctx.database, trace.account_id) if trace.account_id else None
    made: dict[str, Any] = msgspec.to_builtins(
        {
            "made_at": ctx.now(),
            "ids": {
                "sis": [{"connection": origin, "sourced_id": one} for origin, one in sorted(trace.sis)],
                "classroom": [{"side": origin, "user_id": one} for origin, one in sorted(trace.classroom)],
                "email": sorted(trace.emails),
            },
            "account": found,
            "packages": [one for held_there in _in_packages(ctx, actor, trace) for one in held_there],
            "kept": {table: found for table, found in held.items() if found},
        }
    )
    return made


def erase(ctx: Context, actor: Actor, key: str, *, confirmed: bool) -> Erased:
    """Delete what is kept of a person, and put a pseudonym in their place in past runs. It cannot be undone.

    Grades in the SIS and classes in Classroom are not touched. The audit log keeps that somebody was erased, and
    by whom, under the pseudonym. Raises `RefusedError` while a run may read them again, and for the last admin.
    """
    allow(actor, Action.MANAGE_PEOPLE)
    if not confirmed:
        raise refuse(Code.ERASE_NOT_CONFIRMED, field="confirm")
    district = ctx.district(actor)
    with district.read() as rows:
        trace = _trace(ctx, rows, actor, key)
        _nothing_under_way(rows, trace)
    pseudonym = f"erased-{secrets.token_hex(6)}"
    _take_roles(ctx, actor, trace)
    unlinked = traces.unlink(district, trace, pseudonym)
    with district.write() as rows:
        _nothing_under_way(rows, trace)
        deleted = traces.delete(rows, trace)
        note(rows, actor, "person.erase", pseudonym, ctx.now(), deleted=sum(deleted.values()), unlinked=unlinked)
    _forget_in_packages(ctx, actor, trace)
    accounts.clear_failures(ctx.database, sorted(trace.emails))
    account = bool(trace.account_id) and accounts.forget(ctx.database, trace.account_id or "")
    ctx.database.scrub()
    return Erased(pseudonym=pseudonym, deleted=deleted, unlinked=unlinked, account=account)


def _in_packages(ctx: Context, actor: Actor, trace: Trace) -> Iterator[list[Record]]:
    """What the packages of SIS without an API told of the person."""
    for connection_id, sourced_id in sorted(trace.sis):
        with packages.desk_of(ctx, actor, connection_id) as desk:
            if desk:
                yield desk.about(sourced_id)


def _forget_in_packages(ctx: Context, actor: Actor, trace: Trace) -> None:
    for connection_id, sourced_id in sorted(trace.sis):
        with packages.desk_of(ctx, actor, connection_id) as desk:
            if desk:
                desk.forget(sourced_id)


def _nothing_under_way(rows: Rows, trace: Trace) -> None:
    """A run of a class of theirs, or one that is of no class, may write down again what it has read."""
    theirs = traces.courses(rows, trace)
    if any(run.course_id is None or run.course_id in theirs for run in runs.unfinished(rows)):
        raise refuse(Code.ERASE_DURING_RUN)


def _take_roles(ctx: Context, actor: Actor, trace: Trace) -> None:
    """Nobody signs in to the district with an account that is about to go."""
    if trace.account_id is not None:
        try:
            accounts.set_roles(ctx.database, actor.district_id, trace.account_id, [])
        except LastAdminError:
            raise refuse(Code.LAST_ADMIN) from None


def _trace(ctx: Context, rows: Rows, actor: Actor, key: str) -> Trace:
    """The person's traces; raises `RefusedError` for a key of nobody who is known here."""
    origin, one = key_parts(key)
    if origin == ACCOUNT:
        person = accounts.get(ctx.database, one)
        email = person.email if person and accounts.roles(ctx.database, actor.district_id, one) else ""
        found = identities.trace_of(rows, email=email)
    elif origin in {side.side for side in classrooms.list_all(rows)}:
        found = identities.trace_of(rows, classroom=(origin, one))
    elif origin in {connection.id for connection in connections.list_all(rows)}:
        found = identities.trace_of(rows, sis=(origin, one))
    else:
        raise refuse(Code.PERSON_NOT_FOUND)
    whole = replace(found, account_id=_account(ctx, actor, found))
    if whole.account_id is None and not traces.held(rows, whole):
        raise refuse(Code.PERSON_NOT_FOUND)
    return whole


def _account(ctx: Context, actor: Actor, trace: Trace) -> str | None:
    """The account in this district that signs in with one of the person's own addresses."""
    for email in sorted(trace.emails):
        person = accounts.by_email(ctx.database, email)
        if person and accounts.roles(ctx.database, actor.district_id, person.id):
            return person.id
    return None


def _references(ctx: Context, trace: Trace, key: str) -> list[str]:
    """What the audit log calls the person."""
    names = {reference(ctx, key), *(reference(ctx, key_of(*pair)) for pair in trace.sis | trace.classroom)}
    return sorted(names | ({trace.account_id} if trace.account_id else set()))
