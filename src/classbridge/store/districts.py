"""The districts of an installation, and each one's Workspace domains."""

import uuid
from datetime import datetime

from msgspec import Struct
from sqlalchemy import insert, select

from classbridge.store.database import Database
from classbridge.store.rows import Rows, record, values
from classbridge.store.tables import district, domain


class DistrictInfo(Struct, frozen=True, kw_only=True):
    """What is known of a district. `time_zone` is an IANA name."""

    id: str
    name: str
    time_zone: str
    language: str
    created_at: datetime


def create(
    database: Database, *, name: str, time_zone: str, language: str, at: datetime, district_id: str | None = None
) -> DistrictInfo:
    """Add a district; its id is random unless given."""
    made = DistrictInfo(
        id=district_id or str(uuid.uuid4()), name=name, time_zone=time_zone, language=language, created_at=at
    )
    with database.write() as connection:
        connection.execute(insert(district), values(made))
    return made


def get(database: Database, district_id: str) -> DistrictInfo | None:
    """One district."""
    with database.read() as connection:
        row = connection.execute(select(district).where(district.c.id == district_id)).first()
    return None if row is None else record(DistrictInfo, row)


def list_all(database: Database) -> list[DistrictInfo]:
    """Every district, by name."""
    with database.read() as connection:
        found = connection.execute(select(district).order_by(district.c.name, district.c.id)).all()
    return [record(DistrictInfo, row) for row in found]


def add_domain(rows: Rows, name: str) -> None:
    """Add a Workspace domain to the district; again changes nothing."""
    rows.insert_new(domain, {"name": name.strip().lower().rstrip(".")})


def domains(rows: Rows) -> list[str]:
    """The district's Workspace domains, by name."""
    return [row.name for row in rows.all(rows.select(domain, domain.c.name).order_by(domain.c.name))]
