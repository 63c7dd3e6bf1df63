"""What an admin entered last to connect Classroom, kept whatever the test of it finds; the key sealed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from classbridge.store.database import District
from classbridge.store.rows import Rows, columns, record
from classbridge.store.secrets import Sealer
from classbridge.store.tables import classroom_entry

SECRET = "classroom_entry"  # noqa: S105 # the kind that seals are bound to, no secret


class ClassroomEntry(Struct, frozen=True, kw_only=True):
    """Entries for one side, never the key. `proof` holds the last test's outcomes, codes and parameters."""

    side: str
    base_url: str
    admin_email: str
    client_email: str
    client_id: str
    proof: list[dict[str, Any]]
    proved_at: datetime | None
    entered_at: datetime


def save(
    rows: Rows,
    sealer: Sealer,
    side: str,
    service_account: Mapping[str, Any],
    *,
    base_url: str,
    admin_email: str,
    at: datetime,
) -> None:
    """Keep entries in place of the earlier ones of this side; what was proved was proved of those."""
    values = {
        "side": side,
        "base_url": base_url,
        "admin_email": admin_email,
        "client_email": service_account["client_email"],
        "client_id": service_account["client_id"],
        "proof": [],
        "proved_at": None,
        "entered_at": at,
    }
    rows.upsert(
        classroom_entry, {**values, "sealed": sealer.seal(SECRET, (rows.district_id, side), service_account)}
    )


def latest(rows: Rows) -> ClassroomEntry | None:
    """The newest entries of the district."""
    wanted = rows.select(classroom_entry, *columns(classroom_entry, ClassroomEntry))
    found = rows.first(wanted.order_by(classroom_entry.c.entered_at.desc()))
    return None if found is None else record(ClassroomEntry, found)


def get(rows: Rows, side: str) -> ClassroomEntry:
    """The entries of one side; raises `NotFoundError`."""
    wanted = rows.select(classroom_entry, *columns(classroom_entry, ClassroomEntry))
    return record(ClassroomEntry, rows.one(wanted.where(classroom_entry.c.side == side)))


def open_secret(rows: Rows, sealer: Sealer, side: str) -> dict[str, Any]:
    """The service account's key file. Raises `NotFoundError`, `SealError`."""
    row = rows.one(rows.select(classroom_entry, classroom_entry.c.sealed).where(classroom_entry.c.side == side))
    return sealer.open(SECRET, (rows.district_id, side), row.sealed)


def save_proof(rows: Rows, side: str, proof: Sequence[Mapping[str, Any]], at: datetime) -> None:
    """Keep the outcomes of the last test."""
    changed = {"proof": [dict(line) for line in proof], "proved_at": at}
    rows.update(classroom_entry, changed, classroom_entry.c.side == side)


def remove(district: District) -> None:
    """Forget all entries of the district, also their sealed keys in SQLite's files."""
    with district.write() as rows:
        rows.delete(classroom_entry)
    district.database.scrub()
