"""The pilot: the teacher functions are open to some teachers and schools first, then to all."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from classbridge.bridge.addresses import address_of
from classbridge.bridge.outcome import Code
from classbridge.bridge.policy import Action, Actor
from classbridge.service.context import Context, allow, note
from classbridge.service.errors import refuse
from classbridge.sis.registry import profile
from classbridge.store import accounts, connections, pilot
from classbridge.store.pilot import Pilot, SchoolKey
from classbridge.store.rows import Rows


class PilotTeacher(Struct, frozen=True, kw_only=True):
    """A teacher in the group; `name` is empty for somebody without an account here."""

    email: str
    name: str


class PilotSchool(Struct, frozen=True, kw_only=True):
    """A school of a connected SIS; `chosen`: it is in the group."""

    connection_id: str
    org_id: str
    name: str
    sis: str
    chosen: bool


class PilotView(Struct, frozen=True, kw_only=True):
    """The group, whether or not the functions are open to it only."""

    running: bool
    changed_at: datetime | None
    teachers: tuple[PilotTeacher, ...]
    schools: tuple[PilotSchool, ...]


def view(ctx: Context, actor: Actor) -> PilotView:
    """Whether there is a pilot, and its group; every school of the SIS can be chosen."""
    allow(actor, Action.VIEW_PEOPLE)
    with ctx.district(actor).read() as rows:
        kept = pilot.get(rows)
        schools = tuple(_schools(rows))
        emails = pilot.teachers(rows)
    return PilotView(
        running=kept is not None and kept.running,
        changed_at=kept.changed_at if kept else None,
        teachers=tuple(_teacher(ctx, email) for email in emails),
        schools=schools,
    )


def _teacher(ctx: Context, email: str) -> PilotTeacher:
    account = accounts.by_email(ctx.database, email)
    return PilotTeacher(email=email, name=account.name if account else "")


def _schools(rows: Rows) -> Iterable[PilotSchool]:
    chosen = pilot.schools(rows)
    vendors = {one.id: one.vendor for one in connections.list_all(rows) if one.state == "connected"}
    for one in pilot.known_schools(rows, vendors):
        yield PilotSchool(
            connection_id=one.connection_id,
            org_id=one.org_id,
            name=one.name,
            sis=profile(vendors[one.connection_id]).name,
            chosen=(one.connection_id, one.org_id) in chosen,
        )


def save(
    ctx: Context, actor: Actor, *, running: bool, teachers: Iterable[str], schools: Iterable[SchoolKey]
) -> None:
    """Start or end the pilot with exactly this group; ended, the group is kept for the next one.

    Raises `RefusedError` naming the field for what is no address, for a school that is not there, and for a pilot
    with nobody in it.
    """
    allow(actor, Action.SET_POLICY)
    emails = {named: address_of(named) for named in teachers if named.strip()}
    if not all(emails.values()):
        raise refuse(Code.FIELD_MISSING, field="teachers")
    chosen = frozenset(schools)
    with ctx.district(actor).write() as rows:
        if not chosen <= {(one.connection_id, one.org_id) for one in _schools(rows)}:
            raise refuse(Code.FIELD_MISSING, field="schools")
        if running and not (emails or chosen):
            raise refuse(Code.PILOT_EMPTY, field="teachers")
        pilot.choose(rows, emails.values(), chosen)
        pilot.decide(rows, Pilot(running=running, changed_by=actor.account_id, changed_at=ctx.now()))
        params = {"running": running, "teachers": len(emails), "schools": len(chosen)}
        note(rows, actor, "pilot.change", actor.district_id, ctx.now(), **params)
