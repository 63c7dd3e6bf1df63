"""Linking a class to sections of the SIS: what there is to choose, who may, and the link itself."""

from collections.abc import Sequence
from datetime import date

from classbridge.bridge.linking import may_link
from classbridge.bridge.outcome import Code
from classbridge.bridge.policy import Action, Actor, may
from classbridge.service import classes
from classbridge.service import courses as course_service
from classbridge.service import gate as gate_service
from classbridge.service.context import Context, local_now, note
from classbridge.service.errors import refuse
from classbridge.service.placing import full_name
from classbridge.service.sis_classes import Key, Sections, current, emails_of, suggestions
from classbridge.service.views import LinkPage, Said, SisClass
from classbridge.store import connections, courses, links, rosters, teaching
from classbridge.store.connections import Connection
from classbridge.store.courses import KeptCourse
from classbridge.store.links import Link
from classbridge.store.rows import Rows


def link_page(ctx: Context, actor: Actor, course_id: str) -> LinkPage:
    """What a class is linked to and may be; who may not link it sees who does."""
    row, today = classes.one(ctx, actor, course_id), local_now(ctx, actor.district_id).date()
    with ctx.district(actor).read() as rows:
        course = course_service.allowed(rows, actor, course_id, Action.VIEW_CLASS)
        refused = may(actor, Action.LINK, course_service.facts(rows, actor, course_id)).code
        side, connection = course_service.side(rows), classes.current_connection(rows)
        mine = links.of_course(rows, side, course_id)
        here = [link for link in mine if connections.get(rows, link.connection_id).state == "connected"]
        open_to_reader = connection is not None and refused is None
        return LinkPage(
            row=row,
            choices=_choices(rows, side, course, connection, here, today) if connection and open_to_reader else (),
            lost=tuple(Sections(rows).linked([link for link in mine if link not in here])),
            primary_teacher=_primary_teacher(rows, side, course),
            refused=Said(code=str(refused)) if refused else None,
            blocked=None if connection else Said(code=str(Code.NOT_CONNECTED)),
        )


def _choices(
    rows: Rows, side: str, course: KeptCourse, connection: Connection, linked: Sequence[Link], today: date
) -> tuple[SisClass, ...]:
    """The sections of the class's teachers, suggested ones first, those that are over last; and linked ones."""
    teachers = [m.email for m in courses.members(rows, side, course.id, "teachers") if m.email]
    taught = {
        one.sourced_id: one for email in teachers for one in rosters.classes_of_teacher(rows, connection.id, email)
    }
    going = current(rows, connection.id, list(taught.values()), today)
    suggested = suggestions(rows, side, course, connection, going)
    first = {one.class_id for one in suggested}
    ordered = {one.sourced_id: one for one in (*going, *taught.values())}
    rest = [one for one in ordered.values() if one.sourced_id not in first]
    others = [link for link in linked if link.connection_id != connection.id or link.class_id not in taught]
    return (*suggested, *Sections(rows).of(connection.id, rest), *Sections(rows).linked(others))


def _primary_teacher(rows: Rows, side: str, course: KeptCourse) -> str:
    found = courses.members(rows, side, course.id, "teachers")
    return next((full_name(one) for one in found if one.user_id == course.owner_id), "")


def link(ctx: Context, actor: Actor, course_id: str, class_keys: Sequence[Key], *, beside: bool = False) -> bool:
    """Link a class to these sections and no others, all of one connection. True: others were taken away.

    Those keep what was exported to them, as with `unlink`. `beside`: none is taken away. Raises `RefusedError` and
    changes nothing otherwise.
    """
    if not class_keys:
        raise refuse(Code.FIELD_MISSING, field="classes")
    with ctx.district(actor).write() as rows:
        course_service.allowed(rows, actor, course_id, Action.LINK)
        gate_service.check(rows, actor, course_id, sections=class_keys)
        side = course_service.side(rows)
        before = [(one.connection_id, one.class_id) for one in links.of_course(rows, side, course_id)]
        wanted = dict.fromkeys([*before, *class_keys] if beside else class_keys)
        if len({connection_id for connection_id, _ in wanted}) > 1:
            raise refuse(Code.SECTIONS_OF_TWO_SIS)
        added = [key for key in wanted if key not in before]
        removed = [key for key in before if key not in wanted]
        for key in added:
            _link_one(ctx, rows, actor, course_id, key)
        for key in removed:
            links.unlink(rows, side, course_id, *key)
        if added or removed:
            note(rows, actor, "class.link", course_id, ctx.now(), added=_ids(added), removed=_ids(removed))
    classes.refresh(ctx, actor, course_id)
    return bool(removed)


def _link_one(ctx: Context, rows: Rows, actor: Actor, course_id: str, key: Key) -> None:
    """Link a class to one more section, if it is there and the actor may; raises `RefusedError`."""
    connection_id, class_id = key
    course_service.connected(rows, connection_id)
    if rosters.class_(rows, connection_id, class_id) is None:
        raise refuse(Code.SECTION_NOT_FOUND)
    facts = course_service.facts(rows, actor, course_id)
    decision = may_link(actor, facts, emails_of(rows, connection_id, class_id, "teacher"))
    if decision.code is Code.TEACHER_NOT_IN_CLASS:
        raise refuse(not_teaching(rows, connection_id, actor))
    if decision.code is not None:
        raise refuse(decision.code)
    made = Link(
        side=course_service.side(rows),
        course_id=course_id,
        connection_id=connection_id,
        class_id=class_id,
        linked_by=actor.account_id,
        linked_at=ctx.now(),
    )
    links.link(rows, made)


def _ids(keys: Sequence[Key]) -> list[str]:
    return [class_id for _, class_id in keys]


def not_teaching(rows: Rows, connection_id: str, actor: Actor) -> Code:
    """Why the actor teaches a section not: the SIS does not have them in it, or has nobody of their address."""
    known = any(user.active for user in teaching.users(rows, connection_id, actor.email))
    return Code.TEACHER_NOT_IN_CLASS if known else Code.TEACHER_NOT_IN_SIS


def unlink(ctx: Context, actor: Actor, course_id: str) -> None:
    """Take a class's links away; what was exported and the id map stay."""
    with ctx.district(actor).write() as rows:
        course_service.allowed(rows, actor, course_id, Action.UNLINK)
        side = course_service.side(rows)
        removed = [(one.connection_id, one.class_id) for one in links.of_course(rows, side, course_id)]
        for key in removed:
            links.unlink(rows, side, course_id, *key)
        note(rows, actor, "class.unlink", course_id, ctx.now(), removed=_ids(removed))
