"""Delegates: a class's primary teacher or an admin names somebody who imports and exports in their place."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from classbridge.bridge.outcome import Code
from classbridge.bridge.policy import Action, Actor, Role
from classbridge.service import courses as course_service
from classbridge.service.context import Context, note, zone_of
from classbridge.service.errors import refuse
from classbridge.store import accounts, courses, delegates, links
from classbridge.store.accounts import Account
from classbridge.store.delegates import Delegate
from classbridge.store.rows import Rows
from classbridge.store.types import folded


class DelegateView(Struct, frozen=True, kw_only=True):
    """A delegate of a class; `last_day` belongs to it, in the district's time. `ended`: it is over."""

    account_id: str
    name: str
    email: str
    named_by: str
    named_at: datetime
    last_day: date
    ended: bool


class ClassDelegates(Struct, frozen=True, kw_only=True):
    """A class with its delegates; `may_name`: whether the reader may name and revoke them."""

    course_id: str
    name: str
    section: str | None
    linked: bool
    delegates: tuple[DelegateView, ...]
    may_name: bool


def of_class(ctx: Context, actor: Actor, course_id: str) -> ClassDelegates:
    """The delegates of a class, ended ones too, those that end first before others."""
    with ctx.district(actor).read() as rows:
        course = course_service.allowed(rows, actor, course_id, Action.VIEW_CLASS)
        may_name = course_service.may_do(rows, actor, course_id, Action.NAME_DELEGATE)
        side = course_service.side(rows)
        found = delegates.of_course(rows, side, course_id)
        linked = bool(links.of_course(rows, side, course_id))
    zone = zone_of(ctx, actor.district_id)
    return ClassDelegates(
        course_id=course_id,
        name=course.name,
        section=course.section,
        linked=linked,
        delegates=tuple(_view(ctx, one, zone) for one in found),
        may_name=may_name,
    )


def _view(ctx: Context, one: Delegate, zone: ZoneInfo) -> DelegateView:
    person, by = (accounts.get(ctx.database, key) for key in (one.account_id, one.named_by))
    return DelegateView(
        account_id=one.account_id,
        name=person.name if person else "",
        email=person.email if person else "",
        named_by=by.name if by else "",
        named_at=one.named_at,
        last_day=(one.ends_at.astimezone(zone) - timedelta(microseconds=1)).date(),
        ended=one.ends_at <= ctx.now(),
    )


def name(ctx: Context, actor: Actor, course_id: str, email: str, last_day: date | None) -> None:
    """Name a teacher of the district by e-mail address until a last day; naming again sets another day.

    Raises `RefusedError` for a day that is past, and for somebody who has no account with a teacher's role here or
    teaches the class anyway.
    """
    with ctx.district(actor).write() as rows:
        course_service.allowed(rows, actor, course_id, Action.NAME_DELEGATE)
        side = course_service.side(rows)
        ends_at = _end_of(ctx, actor, last_day)
        person = _teacher(ctx, actor, rows, side, course_id, email)
        named = Delegate(
            side=side,
            course_id=course_id,
            account_id=person.id,
            named_by=actor.account_id,
            named_at=ctx.now(),
            ends_at=ends_at,
        )
        delegates.name(rows, named)
        note(rows, actor, "class.delegate", course_id, ctx.now(), account=person.id, last_day=str(last_day))


def _end_of(ctx: Context, actor: Actor, last_day: date | None) -> datetime:
    """The moment after the last day, where the district is."""
    zone = zone_of(ctx, actor.district_id)
    if last_day is None:
        raise refuse(Code.FIELD_MISSING, field="last_day")
    if last_day < ctx.now().astimezone(zone).date() or last_day == date.max:
        raise refuse(Code.DAY_PAST, field="last_day")
    return datetime.combine(last_day + timedelta(days=1), time(), zone)


def _teacher(ctx: Context, actor: Actor, rows: Rows, side: str, course_id: str, email: str) -> Account:
    if not email.strip():
        raise refuse(Code.FIELD_MISSING, field="email")
    person = accounts.by_email(ctx.database, email)
    roles = accounts.roles(ctx.database, actor.district_id, person.id) if person else frozenset()
    if person is None or str(Role.TEACHER) not in roles or person.disabled_at is not None:
        raise refuse(Code.DELEGATE_UNKNOWN, field="email")
    teachers = courses.members(rows, side, course_id, "teachers")
    if person.email in {folded(one.email or "") for one in teachers}:
        raise refuse(Code.DELEGATE_TEACHES_HERE, field="email")
    return person


def revoke(ctx: Context, actor: Actor, course_id: str, account_id: str) -> None:
    """End a delegation at once; raises `RefusedError` where there is none. What the delegate did stays."""
    with ctx.district(actor).write() as rows:
        course_service.allowed(rows, actor, course_id, Action.NAME_DELEGATE)
        if not delegates.revoke(rows, course_service.side(rows), course_id, account_id):
            raise refuse(Code.ACCOUNT_NOT_FOUND)
        note(rows, actor, "class.delegate_revoked", course_id, ctx.now(), account=account_id)
