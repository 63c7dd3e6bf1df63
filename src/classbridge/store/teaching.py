"""What the SIS says of one person who should teach: found by e-mail address, active or not, in any role."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct
from sqlalchemy import ColumnElement, Table, or_

from classbridge.store import rosters
from classbridge.store.rosters import ACTIVE, KeptClass
from classbridge.store.rows import Rows, columns, record
from classbridge.store.tables import gc_course, sis_class, sis_enrollment, sis_user
from classbridge.store.types import folded


class KeptUser(Struct, frozen=True, kw_only=True):
    """A person of the SIS."""

    sourced_id: str
    email: str | None
    enabled: bool
    status: str

    @property
    def active(self) -> bool:
        """Whether the SIS holds the person as current."""
        return self.status == ACTIVE and self.enabled


class Place(Struct, frozen=True, kw_only=True):
    """An enrolment of a person. Both dates belong to it."""

    class_id: str
    role: str
    begin_date: date | None
    end_date: date | None
    status: str

    @property
    def teaches(self) -> bool:
        """Whether the person teaches the section now."""
        return self.status == ACTIVE and self.role == "teacher"


def users(rows: Rows, connection_id: str, email: str) -> list[KeptUser]:
    """Everybody with this e-mail address, however it is written; also those who are not active."""
    table = sis_user
    wanted = rows.select(table, *columns(table, KeptUser)).where(
        table.c.connection_id == connection_id, table.c.email_folded == folded(email)
    )
    return [record(KeptUser, row) for row in rows.all(wanted.order_by(table.c.sourced_id))]


def alike(rows: Rows, connection_id: str, email: str, most: int = 3) -> list[str]:
    """The addresses of active people that differ from this one only after the @, by address."""
    table, (local, _, _) = sis_user, folded(email).partition("@")
    wanted = rows.select(table, table.c.email).where(
        table.c.connection_id == connection_id,
        table.c.email_folded.startswith(f"{local}@", autoescape=True),
        table.c.email_folded != folded(email),
        table.c.status == ACTIVE,
    )
    return [row.email for row in rows.all(wanted.order_by(table.c.email_folded).limit(most))] if local else []


def places(rows: Rows, connection_id: str, user_ids: Sequence[str]) -> list[Place]:
    """Every enrolment of these people, ended ones too."""
    table = sis_enrollment
    wanted = rows.select(table, *columns(table, Place)).where(
        table.c.connection_id == connection_id, table.c.user_id.in_(user_ids)
    )
    return [record(Place, row) for row in rows.all(wanted.order_by(table.c.class_id, table.c.sourced_id))]


def sections_called(rows: Rows, connection_id: str, wanted: str) -> list[KeptClass]:
    """The sections with this sourcedId, code or whole title in any case, closed ones too, by title."""
    table = sis_class
    named = (table.c.sourced_id, table.c.class_code, table.c.title)
    ids = _called(rows, table, table.c.sourced_id, table.c.connection_id == connection_id, named, wanted)
    return rosters.classes(rows, connection_id, ids)


def courses_called(rows: Rows, side: str, wanted: str) -> list[str]:
    """The ids of the Classroom courses with this id or whole name in any case, in order."""
    table = gc_course
    return _called(rows, table, table.c.id, table.c.side == side, (table.c.id, table.c.name), wanted)


def _called(
    rows: Rows,
    table: Table,
    key: ColumnElement[str],
    here: ColumnElement[bool],
    named: Sequence[ColumnElement[str]],
    wanted: str,
) -> list[str]:
    """The keys of the rows that are called so: exactly, or else whatever the case.

    The case is folded here and not by the database: SQLite folds no letter beyond ASCII.
    """
    exact = rows.select(table, key).where(here, or_(*(column == wanted for column in named)))
    found = [row[0] for row in rows.all(exact.order_by(key))]
    if found:
        return found
    everything = rows.all(rows.select(table, key, *named).where(here).order_by(key))
    same = wanted.casefold()
    return [row[0] for row in everything if any(name and name.casefold() == same for name in row[1:])]
