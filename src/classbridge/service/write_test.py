"""The write test of a connection: the one thing that writes to a real gradebook before a teacher exports."""

from msgspec import Struct

from classbridge.bridge.outcome import Code
from classbridge.bridge.policy import Action, Actor
from classbridge.service import runs as run_service
from classbridge.service.connections import find
from classbridge.service.context import Context, allow, note
from classbridge.service.errors import refuse
from classbridge.store import rosters

SHOWN = 200
"""How many classes are offered to choose from; any other is given by its code or sourcedId."""


class Choice(Struct, frozen=True):
    """A class of the SIS that can be chosen."""

    sourced_id: str
    title: str
    class_code: str | None


def classes(ctx: Context, actor: Actor, connection_id: str) -> tuple[Choice, ...]:
    """The first classes by title, as last read."""
    allow(actor, Action.AUTHORIZE)
    with ctx.district(actor).read() as rows:
        find(rows, connection_id)
        known = [one for one in rosters.all_classes(rows, connection_id) if one.status == "active"]
    shown = sorted(known, key=lambda one: (one.title.casefold(), one.sourced_id))[:SHOWN]
    return tuple(Choice(one.sourced_id, one.title, one.class_code) for one in shown)


def start(ctx: Context, actor: Actor, connection_id: str, chosen: str) -> str:
    """Test writing in a class, given by its sourcedId or code; answers the run, or the one under way."""
    allow(actor, Action.AUTHORIZE)
    wanted = chosen.strip()
    with ctx.district(actor).write() as rows:
        if find(rows, connection_id).state != "connected":
            raise refuse(Code.NOT_CONNECTED)
        if not wanted:
            raise refuse(Code.FIELD_MISSING, field="class_id")
        known = rosters.all_classes(rows, connection_id)
        found = [one.sourced_id for one in known if wanted in (one.sourced_id, one.class_code)]
        if known and len(found) != 1:
            raise refuse(Code.CLASS_UNKNOWN, field="class_id", wanted=wanted[:100])
        class_id = found[0] if found else wanted  # nothing is read yet: the SIS knows
        note(rows, actor, "connection.write_test", connection_id, ctx.now(), class_id=class_id)
    return run_service.enqueue(
        ctx,
        actor,
        "write-test",
        partition=f"{connection_id}:interactive",
        dedup=f"write-test:{connection_id}",
        connection_id=connection_id,
        request={"class_id": class_id},
    )
