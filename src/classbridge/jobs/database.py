"""The job engine's own database: where it is, how it is opened."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

BUSY_MILLISECONDS = 30_000
"""How long a writer waits for another one on SQLite before it gives up."""


def open_database(url: str) -> sa.Engine:
    """An engine for the job tables at `url`; on SQLite in WAL mode, its directory made when missing.

    SQLite's own defaults (rollback journal) halve the engine's speed, and its writers must take the lock at
    the start of a transaction, because the job engine reads first and writes after.
    """
    if not url.startswith("sqlite"):
        return sa.create_engine(url, pool_size=20, max_overflow=20, pool_pre_ping=True, hide_parameters=True)
    path = sa.make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    database = sa.create_engine(url, pool_size=20, max_overflow=20, hide_parameters=True)
    event.listen(database, "connect", _prepare_sqlite)
    return database


def schema_of(database: sa.Engine) -> str | None:
    """The schema that holds the job tables: `dbos` on PostgreSQL, none on SQLite."""
    return None if database.dialect.name == "sqlite" else "dbos"


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = "IMMEDIATE"
    connection.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")
