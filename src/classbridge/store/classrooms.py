"""A district's connection to Classroom, one for each side: "google", or a stand-in's id."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from classbridge.store.database import District
from classbridge.store.rows import Rows, columns, record
from classbridge.store.secrets import Sealer
from classbridge.store.tables import classroom

SECRET = "classroom"  # noqa: S105 # the kind that seals are bound to, no secret


class ClassroomConnection(Struct, frozen=True, kw_only=True):
    """Where a Classroom is reached, and as which admin; never the key."""

    side: str
    base_url: str
    admin_email: str
    connected_at: datetime


def save(
    rows: Rows,
    sealer: Sealer,
    side: str,
    secret: Mapping[str, Any],
    *,
    base_url: str,
    admin_email: str,
    at: datetime,
) -> None:
    """Keep a Classroom's address and sealed key, in place of what was kept for this side."""
    values = {"side": side, "base_url": base_url, "admin_email": admin_email, "connected_at": at}
    rows.upsert(classroom, {**values, "sealed": sealer.seal(SECRET, (rows.district_id, side), secret)})


def get(rows: Rows, side: str) -> ClassroomConnection:
    """One Classroom; raises `NotFoundError`."""
    wanted = rows.select(classroom, *columns(classroom, ClassroomConnection))
    return record(ClassroomConnection, rows.one(wanted.where(classroom.c.side == side)))


def list_all(rows: Rows) -> list[ClassroomConnection]:
    """Every Classroom of the district, by side."""
    wanted = rows.select(classroom, *columns(classroom, ClassroomConnection)).order_by(classroom.c.side)
    return [record(ClassroomConnection, row) for row in rows.all(wanted)]


def open_secret(rows: Rows, sealer: Sealer, side: str) -> dict[str, Any]:
    """The key of a Classroom. Raises `NotFoundError`, `SealError`."""
    row = rows.one(rows.select(classroom, classroom.c.sealed).where(classroom.c.side == side))
    return sealer.open(SECRET, (rows.district_id, side), row.sealed)


def remove(district: District, side: str) -> None:
    """Forget a Classroom, also its sealed key in SQLite's files."""
    with district.write() as rows:
        rows.delete(classroom, classroom.c.side == side)
    district.database.scrub()
