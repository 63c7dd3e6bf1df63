"""Rows a second of the bulk load of enrolments, beside the floor that each database allows, in the same run.

    python benchmarks/bulk.py [--rows N] [--url postgresql+psycopg://…] [--json]

Without `--url` it measures SQLite in a temporary directory. The floor: the same rows into a table without any
index, by plain `executemany` (SQLite) or `COPY` (PostgreSQL). First load, the same again, and 1 % changed.
"""

import argparse
import json
import random
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import Column, MetaData, Table

from classbridge.store import bulk, districts
from classbridge.store.database import Database
from classbridge.store.migrations import migrate
from classbridge.store.tables import SEEN, sis_enrollment

Row = tuple[Any, ...]
DISTRICT, CONNECTION = "bench", "bench"


def enrollments(count: int) -> list[Row]:
    """Made-up enrolments with random sourcedIds, as SIS have them."""
    chance = random.Random(1)  # noqa: S311 # the same rows every time
    modified = datetime(2026, 8, 1, 12, tzinfo=UTC)
    begin, end = date(2026, 8, 17), date(2027, 6, 11)

    def row(number: int) -> Row:
        own = str(uuid.UUID(int=chance.getrandbits(128)))
        return (
            own,
            f"class-{number // 25}",
            f"user-{number % 40_000}",
            "student",
            False,
            begin,
            end,
            "active",
            modified,
        )

    return [row(number) for number in range(count)]


def changed(rows: list[Row], every: int = 100) -> list[Row]:
    """The rows with the end date of one in `every` moved."""
    return [(*row[:6], date(2027, 1, 15), *row[7:]) if at % every == 0 else row for at, row in enumerate(rows)]


def floor(database: Database, rows: list[Row]) -> float:
    """Seconds for the same rows into a table that has no index."""
    columns = [Column(c.name, c.type) for c in sis_enrollment.columns]
    table = Table("bench_floor", MetaData(), *columns)
    names = [column.name for column in columns]
    order = ["district_id", "connection_id", *(c.name for c in bulk.loaded_columns(sis_enrollment)), SEEN]
    convert = bulk.converter([sis_enrollment.c[name] for name in order], database.engine.dialect)
    full = [convert((DISTRICT, CONNECTION, *row, "read-0")) for row in rows]
    with database.write() as connection:
        table.create(connection)
        began = perf_counter()
        driver: Any = connection.connection.driver_connection
        listed = ", ".join(order)
        if database.sqlite:
            marks = ", ".join("?" * len(names))
            driver.executemany(f"INSERT INTO bench_floor ({listed}) VALUES ({marks})", full)  # noqa: S608 # our own names
        else:
            with driver.cursor() as cursor, cursor.copy(f"COPY bench_floor ({listed}) FROM STDIN") as copy:
                for row in full:
                    copy.write_row(row)
    return perf_counter() - began


def measure(database: Database, count: int) -> dict[str, Any]:
    """All figures of one database, in rows a second, and the ratio of each to the floor."""
    migrate(database)
    at = datetime.now(UTC)
    districts.create(database, name="Bench", time_zone="UTC", language="en", at=at, district_id=DISTRICT)
    rows = enrollments(count)
    figures: dict[str, Any] = {"rows": count, "floor": round(count / floor(database, rows))}
    loads = {"first": rows, "unchanged": rows, "one_percent_changed": changed(rows)}
    for number, (name, load) in enumerate(loads.items()):
        began = perf_counter()
        loaded = bulk.load(database, DISTRICT, CONNECTION, sis_enrollment, load, f"read-{number}")
        speed = count / (perf_counter() - began)
        figures[name] = {"rows_per_second": round(speed), "of_floor": round(speed / figures["floor"], 2)}
        sys.stderr.write(f"{name}: {loaded}\n")
    return figures


@contextmanager
def opened(url: str | None) -> Iterator[Database]:
    """The database to measure."""
    with tempfile.TemporaryDirectory() as directory:
        database = Database.open(url or f"sqlite:///{Path(directory) / 'bench.sqlite'}")
        try:
            yield database
        finally:
            database.close()


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rows", type=int, default=200_000)
    arguments.add_argument("--url", help="an empty PostgreSQL database")
    arguments.add_argument("--json", action="store_true")
    chosen = arguments.parse_args()
    with opened(chosen.url) as database:
        figures = measure(database, chosen.rows)
    sys.stdout.write(json.dumps(figures, indent=None if chosen.json else 2) + "\n")


if __name__ == "__main__":
    main()
