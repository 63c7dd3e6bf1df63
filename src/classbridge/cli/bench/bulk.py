"""Rows a second of the bulk load of enrolments, beside the same rows into a table without any index."""

import random
import tempfile
import uuid
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import Column, MetaData, Table

from classbridge.cli.bench.figure import Figure
from classbridge.store import bulk, districts
from classbridge.store.database import Database
from classbridge.store.migrations import migrate
from classbridge.store.tables import SEEN, sis_enrollment

Row = tuple[Any, ...]
ROWS = 200_000
DISTRICT = CONNECTION = "bench"


def measure() -> Figure:
    """The first load, the same again, and with one row in a hundred changed, on SQLite."""
    with tempfile.TemporaryDirectory() as directory:
        database = Database.open(f"sqlite:///{Path(directory) / 'bench.sqlite'}")
        try:
            return _measure(database, enrollments(ROWS))
        finally:
            database.close()


def _measure(database: Database, rows: list[Row]) -> Figure:
    migrate(database)
    districts.create(
        database, name="Bench", time_zone="UTC", language="en", at=datetime.now(UTC), district_id=DISTRICT
    )
    floor = _floor(database, rows)
    first, again, some = (_load(database, load, at) for at, load in enumerate((rows, rows, changed(rows))))
    return Figure(
        name="bulk",
        what=f"first load of {len(rows):,} enrolments on SQLite",
        unit="rows/s",
        figure=first,
        floor=floor,
        floor_is="executemany into a table without an index",
        more={"unchanged rows/s": again, "one percent changed rows/s": some},
    )


def _load(database: Database, rows: list[Row], number: int) -> int:
    began = perf_counter()
    bulk.load(database, DISTRICT, CONNECTION, sis_enrollment, rows, f"read-{number}")
    return round(len(rows) / (perf_counter() - began))


def enrollments(count: int) -> list[Row]:
    """Made-up enrolments with random sourcedIds, as SIS have them; the same every time."""
    chance = random.Random(1)  # noqa: S311 # nothing secret
    modified = datetime(2026, 8, 1, 12, tzinfo=UTC)
    begin, end = date(2026, 8, 17), date(2027, 6, 11)

    def row(number: int) -> Row:
        own = str(uuid.UUID(int=chance.getrandbits(128)))
        class_, user = f"class-{number // 25}", f"user-{number % 40_000}"
        return (own, class_, user, "student", False, begin, end, "active", modified)

    return [row(number) for number in range(count)]


def changed(rows: list[Row], every: int = 100) -> list[Row]:
    """The rows with the end date of one in `every` moved."""
    return [(*row[:6], date(2027, 1, 15), *row[7:]) if at % every == 0 else row for at, row in enumerate(rows)]


def _floor(database: Database, rows: list[Row]) -> int:
    """The same rows by the driver's own `executemany` into a table that has no index."""
    table = Table("bench_floor", MetaData(), *(Column(c.name, c.type) for c in sis_enrollment.columns))
    order = ["district_id", "connection_id", *(c.name for c in bulk.loaded_columns(sis_enrollment)), SEEN]
    convert = bulk.converter([sis_enrollment.c[name] for name in order], database.engine.dialect)
    full = [convert((DISTRICT, CONNECTION, *row, "read-0")) for row in rows]
    marks = ", ".join("?" * len(order))
    with database.write() as connection:
        table.create(connection)
        began = perf_counter()
        driver: Any = connection.connection.driver_connection
        driver.executemany(f"INSERT INTO bench_floor ({', '.join(order)}) VALUES ({marks})", full)  # noqa: S608 # our own names
    return round(len(rows) / (perf_counter() - began))
