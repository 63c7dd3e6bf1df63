"""SIS that are not on the list: what a district entered and what its check found; what vendors wrote."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import func, insert, select

from classbridge.store.database import Database, District
from classbridge.store.rows import NotFoundError, Rows, columns, record, values
from classbridge.store.secrets import Sealer
from classbridge.store.tables import unlisted_sis, vendor_interest

SECRET = "unlisted_sis"  # noqa: S105 # the kind that seals are bound to, no secret


class UnlistedSis(Struct, frozen=True, kw_only=True):
    """A SIS that a district wants, never with its key. `report` is the check's, as plain data; `fits` its end."""

    id: str
    sis_name: str
    contact: str
    note: str
    version: str
    auth: str
    client_auth: str
    base_url: str
    token_url: str
    run_id: str | None
    report: dict[str, Any] | None
    fits: bool | None
    connection_id: str | None
    created_by: str
    created_at: datetime


class VendorInterest(Struct, frozen=True, kw_only=True):
    """What a vendor wrote in the public form."""

    id: str
    product: str
    company: str
    contact: str
    oneroster: str
    note: str
    created_at: datetime


def add(rows: Rows, entered: Mapping[str, Any], *, by: str, at: datetime) -> str:
    """Keep a SIS that is wanted; answers its id."""
    made = str(uuid.uuid4())
    rows.insert(unlisted_sis, {**entered, "id": made, "created_by": by, "created_at": at})
    return made


def save(rows: Rows, unlisted_id: str, **changed: object) -> None:
    """Give one other values."""
    rows.update(unlisted_sis, changed, unlisted_sis.c.id == unlisted_id)


def get(rows: Rows, unlisted_id: str) -> UnlistedSis:
    """One of them; raises `NotFoundError`."""
    wanted = rows.select(unlisted_sis, *columns(unlisted_sis, UnlistedSis))
    return record(UnlistedSis, rows.one(wanted.where(unlisted_sis.c.id == unlisted_id)))


def list_all(rows: Rows) -> list[UnlistedSis]:
    """All of the district, newest first."""
    wanted = rows.select(unlisted_sis, *columns(unlisted_sis, UnlistedSis))
    newest = wanted.order_by(unlisted_sis.c.created_at.desc(), unlisted_sis.c.id)
    return [record(UnlistedSis, row) for row in rows.all(newest)]


def seal(rows: Rows, sealer: Sealer, unlisted_id: str, secret: Mapping[str, Any]) -> None:
    """Keep key and secret, sealed."""
    save(rows, unlisted_id, sealed=sealer.seal(SECRET, (rows.district_id, unlisted_id), secret))


def open_secret(rows: Rows, sealer: Sealer, unlisted_id: str) -> dict[str, Any]:
    """Key and secret; empty where none are kept. Raises `NotFoundError`, `SealError`."""
    row = rows.one(rows.select(unlisted_sis, unlisted_sis.c.sealed).where(unlisted_sis.c.id == unlisted_id))
    return sealer.open(SECRET, (rows.district_id, unlisted_id), row.sealed) if row.sealed else {}


def has_secret(rows: Rows, unlisted_id: str) -> bool:
    """Whether a key and secret are kept."""
    wanted = rows.select(unlisted_sis, unlisted_sis.c.sealed.is_not(None))
    return bool(rows.one(wanted.where(unlisted_sis.c.id == unlisted_id))[0])


def destroy_secret(district: District, unlisted_id: str) -> None:
    """Destroy the kept key and secret, also their sealed bytes in SQLite's files."""
    with district.write() as rows:
        save(rows, unlisted_id, sealed=None)
    district.database.scrub()


def remove(district: District, unlisted_id: str) -> None:
    """Forget one with all that was entered and found; raises `NotFoundError`."""
    with district.write() as rows:
        if not rows.delete(unlisted_sis, unlisted_sis.c.id == unlisted_id):
            raise NotFoundError("no such row in unlisted_sis")
    district.database.scrub()


def add_interest(database: Database, made: VendorInterest) -> None:
    """Keep what a vendor wrote."""
    with database.write() as connection:
        connection.execute(insert(vendor_interest), values(made))


def interests(database: Database) -> list[VendorInterest]:
    """Everything that vendors wrote, newest first."""
    newest = vendor_interest.c.created_at.desc(), vendor_interest.c.id
    with database.read() as connection:
        found = connection.execute(select(vendor_interest).order_by(*newest)).all()
    return [record(VendorInterest, row) for row in found]


def count_interests(database: Database, since: datetime) -> int:
    """How many vendors have written since then."""
    with database.read() as connection:
        counted = select(func.count()).where(vendor_interest.c.created_at >= since)
        return connection.scalar(counted) or 0
