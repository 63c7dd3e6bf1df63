"""The pilot group: teachers by address, and schools of the SIS."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from classbridge.store.rows import Rows, columns, record, values
from classbridge.store.tables import pilot, pilot_school, pilot_teacher, sis_org
from classbridge.store.types import folded

SchoolKey = tuple[str, str]
"""A connection's id and an organisation's sourcedId."""


class Pilot(Struct, frozen=True, kw_only=True):
    """Whether the functions are open to the group only, and who decided that."""

    running: bool
    changed_by: str
    changed_at: datetime


class School(Struct, frozen=True, kw_only=True):
    """A school of a SIS."""

    connection_id: str
    org_id: str
    name: str


def get(rows: Rows) -> Pilot | None:
    """The pilot; None: there has never been one."""
    found = rows.first(rows.select(pilot, *columns(pilot, Pilot)))
    return None if found is None else record(Pilot, found)


def decide(rows: Rows, decided: Pilot) -> None:
    """Start or end the pilot; the group is kept."""
    rows.upsert(pilot, values(decided))


def teachers(rows: Rows) -> list[str]:
    """The addresses of the teachers in the group, folded, in order."""
    return [row.email for row in rows.all(rows.select(pilot_teacher).order_by(pilot_teacher.c.email))]


def schools(rows: Rows) -> frozenset[SchoolKey]:
    """The schools in the group."""
    return frozenset((row.connection_id, row.org_id) for row in rows.all(rows.select(pilot_school)))


def choose(rows: Rows, emails: Iterable[str], chosen: Iterable[SchoolKey]) -> None:
    """Have exactly these teachers and schools in the group."""
    rows.delete(pilot_teacher)
    rows.insert(pilot_teacher, [{"email": email} for email in sorted({folded(email) for email in emails})])
    rows.delete(pilot_school)
    rows.insert(pilot_school, [{"connection_id": key[0], "org_id": key[1]} for key in sorted(set(chosen))])


def known_schools(rows: Rows, connection_ids: Iterable[str]) -> list[School]:
    """The active schools that the SIS of these connections have, by name."""
    table = sis_org
    wanted = rows.select(
        table, table.c.connection_id, table.c.sourced_id.label("org_id"), table.c.name.label("name")
    ).where(table.c.connection_id.in_(list(connection_ids)), table.c.type == "school", table.c.status == "active")
    return [record(School, row) for row in rows.all(wanted.order_by(table.c.name, *table.primary_key))]
