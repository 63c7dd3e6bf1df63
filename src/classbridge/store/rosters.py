"""What the SIS said, kept for the bridge and the pages: a teacher's classes, a class's people and sessions."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, func, or_

from classbridge.store.rows import Rows, columns, record
from classbridge.store.tables import (
    sis_academic_session,
    sis_category,
    sis_class,
    sis_enrollment,
    sis_org,
    sis_user,
)
from classbridge.store.types import folded

ACTIVE = "active"


class KeptClass(Struct, frozen=True, kw_only=True):
    """A class of the SIS. `course_id`, `school_id` and `term_ids` are sourcedIds."""

    sourced_id: str
    title: str
    class_code: str | None
    course_id: str | None
    school_id: str | None
    term_ids: list[str]
    status: str


class KeptSession(Struct, frozen=True, kw_only=True):
    """An academic session; both dates belong to it."""

    sourced_id: str
    title: str
    type: str
    start_date: date
    end_date: date
    parent_id: str | None
    school_year: str | None
    status: str


class KeptCategory(Struct, frozen=True, kw_only=True):
    """A grade category; `class_id` None: of every class."""

    sourced_id: str
    title: str
    class_id: str | None
    status: str


class KeptPerson(Struct, frozen=True, kw_only=True):
    """A person in a class: the enrolment joined with the user. Both dates belong to the enrolment."""

    enrollment_id: str
    class_id: str
    user_id: str
    role: str
    is_primary: bool | None
    begin_date: date | None
    end_date: date | None
    status: str
    given_name: str
    family_name: str
    email: str | None
    identifier: str | None
    username: str | None
    enabled: bool
    user_status: str

    @property
    def active(self) -> bool:
        """Whether the SIS holds both the person and the place in the class as current."""
        return self.status == ACTIVE and self.user_status == ACTIVE and self.enabled


def class_(rows: Rows, connection_id: str, class_id: str) -> KeptClass | None:
    """One class, also one that the SIS has marked for deletion."""
    found = classes(rows, connection_id, [class_id])
    return found[0] if found else None


def classes(rows: Rows, connection_id: str, class_ids: Sequence[str]) -> list[KeptClass]:
    """Classes by id, also those that the SIS has marked for deletion."""
    return _classes(rows, connection_id, sis_class.c.sourced_id.in_(class_ids))


def all_classes(rows: Rows, connection_id: str) -> list[KeptClass]:
    """Every active class of a connection, by title."""
    return _classes(rows, connection_id, sis_class.c.status == ACTIVE)


def classes_of_teacher(rows: Rows, connection_id: str, email: str) -> list[KeptClass]:
    """The active classes that a person with this e-mail address teaches in the SIS, by title."""
    people = rows.select(sis_user, sis_user.c.sourced_id).where(
        sis_user.c.connection_id == connection_id,
        sis_user.c.email_folded == folded(email),
        sis_user.c.status == ACTIVE,
        sis_user.c.enabled,
    )
    taught = rows.select(sis_enrollment, sis_enrollment.c.class_id).where(
        sis_enrollment.c.connection_id == connection_id,
        sis_enrollment.c.role == "teacher",
        sis_enrollment.c.status == ACTIVE,
        sis_enrollment.c.user_id.in_(people),
    )
    return _classes(rows, connection_id, sis_class.c.status == ACTIVE, sis_class.c.sourced_id.in_(taught))


def known_addresses(rows: Rows, connection_id: str, addresses: Sequence[str]) -> set[str]:
    """Those of these addresses (folded) that an active person of the SIS has."""
    wanted = rows.select(sis_user, sis_user.c.email_folded).where(
        sis_user.c.connection_id == connection_id,
        sis_user.c.email_folded.in_(addresses),
        sis_user.c.status == ACTIVE,
    )
    return {row[0] for row in rows.all(wanted)}


def people(rows: Rows, connection_id: str, class_ids: Sequence[str], role: str | None = None) -> list[KeptPerson]:
    """The people of classes (`role`: student, teacher, aide ...), by name; not only the active ones."""
    enrolled, user = sis_enrollment.c, sis_user.c
    same_person = and_(
        rows.mine(sis_user), user.connection_id == enrolled.connection_id, user.sourced_id == enrolled.user_id
    )
    wanted = (
        rows.select(sis_enrollment, *_person_columns())
        .select_from(sis_enrollment.join(sis_user, same_person))
        .where(enrolled.connection_id == connection_id, enrolled.class_id.in_(class_ids))
    )
    if role is not None:
        wanted = wanted.where(enrolled.role == role)
    named = wanted.order_by(user.family_name, user.given_name, user.sourced_id, enrolled.sourced_id)
    return [record(KeptPerson, row) for row in rows.all(named)]


def students(rows: Rows, connection_id: str, class_id: str) -> list[KeptPerson]:
    """The active students of a class, by name."""
    return [person for person in people(rows, connection_id, [class_id], "student") if person.active]


def teachers(rows: Rows, connection_id: str, class_id: str) -> list[KeptPerson]:
    """The active teachers of a class, by name."""
    return [person for person in people(rows, connection_id, [class_id], "teacher") if person.active]


def count_students(rows: Rows, connection_id: str, class_ids: Sequence[str]) -> dict[str, int]:
    """How many active enrolments of students each class has; classes without any are left out."""
    table = sis_enrollment
    wanted = rows.select(table, table.c.class_id, func.count()).where(
        table.c.connection_id == connection_id,
        table.c.class_id.in_(class_ids),
        table.c.role == "student",
        table.c.status == ACTIVE,
    )
    return {row[0]: row[1] for row in rows.all(wanted.group_by(table.c.class_id))}


def sessions(rows: Rows, connection_id: str, session_ids: Sequence[str]) -> list[KeptSession]:
    """Academic sessions by id, with the grading periods and terms directly under them, by date."""
    table = sis_academic_session
    wanted = rows.select(table, *columns(table, KeptSession)).where(
        table.c.connection_id == connection_id,
        or_(table.c.sourced_id.in_(session_ids), table.c.parent_id.in_(session_ids)),
    )
    dated = wanted.order_by(table.c.start_date, table.c.end_date.desc(), table.c.sourced_id)
    return [record(KeptSession, row) for row in rows.all(dated)]


def sessions_of_class(rows: Rows, connection_id: str, class_id: str) -> list[KeptSession]:
    """The terms of a class and the grading periods under them, by date."""
    found = class_(rows, connection_id, class_id)
    return sessions(rows, connection_id, found.term_ids) if found else []


def categories(rows: Rows, connection_id: str, class_id: str) -> list[KeptCategory]:
    """The active grade categories of a class, and those of every class, by title."""
    table = sis_category
    wanted = rows.select(table, *columns(table, KeptCategory)).where(
        table.c.connection_id == connection_id,
        table.c.status == ACTIVE,
        or_(table.c.class_id == class_id, table.c.class_id.is_(None)),
    )
    return [record(KeptCategory, row) for row in rows.all(wanted.order_by(table.c.title, table.c.sourced_id))]


def org_names(rows: Rows, connection_id: str) -> dict[str, str]:
    """The names of schools and other organisations by sourcedId."""
    wanted = rows.select(sis_org, sis_org.c.sourced_id, sis_org.c.name)
    return {row[0]: row[1] for row in rows.all(wanted.where(sis_org.c.connection_id == connection_id))}


def _classes(rows: Rows, connection_id: str, *where: ColumnElement[bool]) -> list[KeptClass]:
    wanted = rows.select(sis_class, *columns(sis_class, KeptClass)).where(
        sis_class.c.connection_id == connection_id, *where
    )
    return [record(KeptClass, row) for row in rows.all(wanted.order_by(sis_class.c.title, sis_class.c.sourced_id))]


def _person_columns() -> list[ColumnElement[Any]]:
    own = ("class_id", "user_id", "role", "is_primary", "begin_date", "end_date", "status")
    persons = ("given_name", "family_name", "email", "identifier", "username", "enabled")
    return [
        sis_enrollment.c.sourced_id.label("enrollment_id"),
        *(sis_enrollment.c[name] for name in own),
        *(sis_user.c[name] for name in persons),
        sis_user.c.status.label("user_status"),
    ]
