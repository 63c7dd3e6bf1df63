"""The people of one section as a read of it alone shows them, kept beside what the whole district's reads keep."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table

from classbridge.oneroster.models import Enrollment, Ref, User
from classbridge.store import snapshots
from classbridge.store.bulk import loaded_columns
from classbridge.store.rosters import ACTIVE, people
from classbridge.store.rows import Rows
from classbridge.store.sisrows import row_of
from classbridge.store.tables import SEEN, sis_enrollment, sis_user

ROSTER = "roster"
"""The snapshots' name for people of the SIS; the subject is a section, or "" for the whole district."""

NAMES = uuid.UUID("8a5c1d6e-61a0-5b7f-9d0d-3f0c54a4d3a7")


def keep(
    rows: Rows,
    connection_id: str,
    class_id: str,
    role: str,
    found: Sequence[User],
    *,
    seen_in: str,
    empty: bool = False,
) -> int:
    """Keep the whole list of a section's people of a role, as a sound read gave it.

    An empty one where there were people changes nothing (rule 6) unless an admin said that it is `empty`: the
    answer is how many there were, otherwise 0. A place that the district's reads have not shown yet gets an id of
    ours until they show it.
    """
    places = people(rows, connection_id, [class_id], role)
    here = {user.sourced_id for user in found if user.active}
    active = {one.user_id for one in places if one.active}
    if active and not here and not empty:
        return len(active)
    _upsert(rows, connection_id, sis_user, list({user.sourced_id: user for user in found}.values()), seen_in)
    known = {one.user_id for one in places}
    new = [_place(class_id, role, user_id) for user_id in sorted(here - known)]
    _upsert(rows, connection_id, sis_enrollment, new, seen_in)
    there = {one.user_id for one in places if one.status == ACTIVE}
    _mark(rows, connection_id, class_id, role, sorted(here & (known - there)), ACTIVE)
    _mark(rows, connection_id, class_id, role, sorted(there - here), "tobedeleted")
    return 0


def mark(rows: Rows, connection_id: str, class_id: str, as_of: datetime) -> None:
    """Note that a section's people were read whole."""
    snapshots.mark(rows, connection_id, ROSTER, class_id, as_of)


def read_at(rows: Rows, connection_id: str, class_ids: Sequence[str]) -> datetime | None:
    """Since when all these sections' people are known as they are kept; None: they never were."""
    whole = snapshots.read_at(rows, connection_id, ROSTER, "")
    times = []
    for class_id in class_ids:
        own = snapshots.read_at(rows, connection_id, ROSTER, class_id)
        times.append(max((at for at in (whole, own) if at), default=None))
    known = [at for at in times if at is not None]
    return min(known) if known and len(known) == len(times) else None


def _place(class_id: str, role: str, user_id: str) -> Enrollment:
    return Enrollment(
        sourced_id=str(uuid.uuid5(NAMES, f"{class_id}\0{role}\0{user_id}")),
        user=Ref(sourced_id=user_id, type="user"),
        class_=Ref(sourced_id=class_id, type="class"),
        role=role,
    )


def _upsert(
    rows: Rows, connection_id: str, table: Table, records: Sequence[User | Enrollment], seen_in: str
) -> None:
    """Keep records. Which read saw a known row last stays: a read of the whole district sweeps by it."""
    names = [column.name for column in loaded_columns(table)]
    made: list[dict[str, Any]] = [
        {"connection_id": connection_id, **dict(zip(names, row_of(one), strict=True))} for one in records
    ]
    rows.insert_new(table, [{**one, SEEN: seen_in} for one in made])
    ids = [one["sourced_id"] for one in made]
    seen = rows.select(table, table.c.sourced_id, table.c[SEEN]).where(
        table.c.connection_id == connection_id, table.c.sourced_id.in_(ids)
    )
    last = {row[0]: row[1] for row in rows.all(seen)}
    rows.upsert(table, [{**one, SEEN: last[one["sourced_id"]]} for one in made])


def _mark(rows: Rows, connection_id: str, class_id: str, role: str, user_ids: Sequence[str], status: str) -> None:
    table = sis_enrollment
    rows.update(
        table,
        {"status": status},
        table.c.connection_id == connection_id,
        table.c.class_id == class_id,
        table.c.role == role,
        table.c.user_id.in_(user_ids),
    )
