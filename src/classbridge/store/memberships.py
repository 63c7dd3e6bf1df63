"""Whom we added to Classroom courses, and whom a teacher removed: nobody else may ever be removed or re-added."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct
from sqlalchemy import ColumnElement, Table, func

from classbridge.store.rows import Rows, columns, record, values
from classbridge.store.tables import membership, membership_exception


class Membership(Struct, frozen=True, kw_only=True):
    """A person we added or invited. `role` is "students" or "teachers"."""

    side: str
    course_id: str
    role: str
    user_id: str
    connection_id: str
    sis_user_id: str
    class_ids: list[str]
    """The sections of the SIS that they were added for."""
    school_id: str
    how: Literal["added", "invited", "again"]
    """`again`: a teacher removed them and somebody allowed them again; nobody of ours is in the class."""
    run_id: str
    at: datetime
    removed_at: datetime | None = None


class MembershipException(Struct, frozen=True, kw_only=True):
    """A person whom a teacher removed."""

    side: str
    course_id: str
    role: str
    user_id: str
    at: datetime


def remember(rows: Rows, made: Iterable[Membership]) -> None:
    """Keep whom we added; recording a person again replaces the record."""
    rows.upsert(membership, [values(one) for one in made])


def of_course(rows: Rows, side: str, course_id: str) -> list[Membership]:
    """Whom we added to a course and have not removed."""
    return of_courses(rows, side, [course_id])


def of_courses(rows: Rows, side: str, course_ids: Sequence[str]) -> list[Membership]:
    """Whom we added to several courses and have not removed."""
    wanted = rows.select(membership, *columns(membership, Membership)).where(
        membership.c.side == side, membership.c.course_id.in_(course_ids), membership.c.removed_at.is_(None)
    )
    return [record(Membership, row) for row in rows.all(wanted.order_by(membership.c.role, membership.c.user_id))]


def removed_since(rows: Rows, connection_id: str, since: datetime) -> list[Membership]:
    """Whom we removed since then, for the guard over seven days."""
    wanted = rows.select(membership, *columns(membership, Membership)).where(
        membership.c.connection_id == connection_id, membership.c.removed_at >= since, membership.c.how != "again"
    )
    return [record(Membership, row) for row in rows.all(wanted.order_by(*membership.primary_key))]


def sizes(rows: Rows, connection_id: str, role: str) -> dict[str, int]:
    """How many people of this role we have added for each school and have not removed."""
    wanted = rows.select(membership, membership.c.school_id, func.count()).where(
        membership.c.connection_id == connection_id,
        membership.c.role == role,
        membership.c.removed_at.is_(None),
    )
    return {row[0]: row[1] for row in rows.all(wanted.group_by(membership.c.school_id))}


def mark_removed(rows: Rows, side: str, course_id: str, role: str, user_ids: Sequence[str], at: datetime) -> int:
    """Note that we removed people whom we had added; how many."""
    table = membership
    chosen = (*_is(table, side, course_id, role), table.c.user_id.in_(user_ids), table.c.removed_at.is_(None))
    return rows.update(table, {"removed_at": at}, *chosen)


def except_people(rows: Rows, exceptions: Iterable[MembershipException]) -> None:
    """Keep whom a teacher removed, so that they are not added again; the first time stays."""
    rows.insert_new(
        membership_exception,
        [values(one) for one in exceptions],
    )


def exceptions_of(rows: Rows, side: str, course_id: str) -> list[MembershipException]:
    """Whom a teacher removed from a course."""
    return exceptions_of_courses(rows, side, [course_id])


def exceptions_of_courses(rows: Rows, side: str, course_ids: Sequence[str]) -> list[MembershipException]:
    """Whom a teacher removed from several courses."""
    table = membership_exception
    wanted = rows.select(table, *columns(table, MembershipException)).where(
        table.c.side == side, table.c.course_id.in_(course_ids)
    )
    return [record(MembershipException, row) for row in rows.all(wanted.order_by(table.c.role, table.c.user_id))]


def allow_again(rows: Rows, side: str, course_id: str, role: str, user_id: str, at: datetime) -> bool:
    """Let the next import add a person again whom a teacher removed. False: we had not added them.

    The record of having added them ends, or the import would take their absence for a removal once more.
    """
    ours, excepted = membership, membership_exception
    rows.delete(excepted, *_is(excepted, side, course_id, role), excepted.c.user_id == user_id)
    mine = (*_is(ours, side, course_id, role), ours.c.user_id == user_id, ours.c.removed_at.is_(None))
    return bool(rows.update(ours, {"how": "again", "removed_at": at}, *mine))


def allowed_again(rows: Rows, side: str, course_id: str) -> frozenset[tuple[str, str]]:
    """Role and sourcedId of those who may be added again and have not been yet."""
    table = membership
    wanted = rows.select(table, table.c.role, table.c.sis_user_id).where(
        table.c.side == side, table.c.course_id == course_id, table.c.how == "again"
    )
    return frozenset((row[0], row[1]) for row in rows.all(wanted))


def _is(table: Table, side: str, course_id: str, role: str) -> tuple[ColumnElement[bool], ...]:
    return (table.c.side == side, table.c.course_id == course_id, table.c.role == role)
