"""The gate before the teacher functions, as use cases and pages ask it: data exchange, pilot, licence."""

from collections.abc import Iterable, Sequence

from classbridge.bridge.outcome import Code, Outcome
from classbridge.bridge.policy import Actor
from classbridge.jobs.gate import Gate, Section, sections_of, whom
from classbridge.service import courses as course_service
from classbridge.service.errors import RefusedError, refuse
from classbridge.service.views import Said
from classbridge.store.connections import Connection
from classbridge.store.rows import Rows


def check(
    rows: Rows,
    actor: Actor,
    course_id: str | None = None,
    *,
    connection_id: str = "",
    kinds: Iterable[str] = (),
    sections: Sequence[Section] = (),
) -> None:
    """Raise `RefusedError` unless a function that moves these kinds of data is open to whoever it is for.

    `sections` are those that a class is to be linked to, beside those it is linked to already.
    """
    found = _closed(Gate(rows), rows, actor, course_id, connection_id, kinds, sections)
    if found is not None:
        raise refused(found)


def refused(found: Outcome) -> RefusedError:
    """The refusal that the gate's answer makes."""
    return refuse(found.code, **found.params)


def closed(
    gate: Gate, rows: Rows, actor: Actor, course_id: str, *, connection_id: str = "", kinds: Sequence[str] = ()
) -> Said | None:
    """Why a function of a class is closed, for the page that greys it; None: it is open."""
    if gate.for_all and not kinds:
        return None
    found = _closed(gate, rows, actor, course_id, connection_id, kinds, ())
    return None if found is None else Said(code=str(found.code), params=found.params)


def export_closed(gate: Gate, connection: Connection, of_class: Said | None) -> Said | None:
    """Why the grades of a class linked through this connection cannot be exported; None: they can.

    `of_class`: why the functions of the class are closed at all.
    """
    if connection.state != "connected":
        return Said(code=str(Code.NOT_CONNECTED))
    off = gate.exchange_off(connection.id, ("grades",))
    return Said(code=str(off.code), params=off.params) if off else of_class


def closed_to(gate: Gate, actor: Actor) -> Said | None:
    """Why the functions are closed to somebody, whatever the class; None: they are open."""
    found = gate.refusal(actor.email)
    return None if found is None else Said(code=str(found.code), params=found.params)


def _closed(
    gate: Gate,
    rows: Rows,
    actor: Actor,
    course_id: str | None,
    connection_id: str,
    kinds: Iterable[str],
    sections: Sequence[Section],
) -> Outcome | None:
    if course_id is None:
        return gate.refusal(actor.email, kinds=kinds, connection_id=connection_id, sections=sections)
    side = course_service.side(rows)
    person = whom(rows, side, course_id, actor.account_id, actor.email)
    linked = [*sections, *sections_of(rows, side, course_id)]
    return gate.refusal(person, kinds=kinds, connection_id=connection_id, sections=linked)
