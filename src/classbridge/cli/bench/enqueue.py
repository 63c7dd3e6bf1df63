"""Runs queued a second, beside plain inserts of one row a transaction into the same kind of database."""

import tempfile
import uuid
from pathlib import Path
from time import perf_counter

import sqlalchemy as sa

from classbridge.cli import house
from classbridge.cli.bench.figure import Figure
from classbridge.jobs.database import open_database
from classbridge.service.context import open_context
from classbridge.settings import Settings

COUNT = 500


def measure() -> Figure:
    """One after the other from one process on SQLite; nothing takes them from the queue meanwhile."""
    with tempfile.TemporaryDirectory() as directory:
        used = Settings(data_dir=Path(directory), log_level="ERROR")
        house.migrate(used)
        with open_context(used) as ctx:
            began = perf_counter()
            for number in range(COUNT):
                ctx.jobs.enqueue("refresh", str(uuid.uuid4()), ("bench", str(number)), partition="bench")
            speed = COUNT / (perf_counter() - began)
        floor = _floor(f"sqlite:///{directory}/floor.sqlite")
    return Figure(
        name="enqueue",
        what=f"{COUNT} runs queued on SQLite",
        unit="runs/s",
        figure=round(speed),
        floor=round(floor),
        floor_is="one inserted row a transaction",
    )


def _floor(url: str) -> float:
    database = open_database(url)
    with database.begin() as connection:
        connection.execute(sa.text("CREATE TABLE job (id TEXT PRIMARY KEY, name TEXT, arguments TEXT)"))
    insert = sa.text("INSERT INTO job VALUES (:id, 'refresh', :arguments)")
    began = perf_counter()
    for number in range(COUNT):
        with database.begin() as connection:
            connection.execute(insert, {"id": str(uuid.uuid4()), "arguments": f'["bench", "{number}"]'})
    speed = COUNT / (perf_counter() - began)
    database.dispose()
    return speed
