"""Migrations: the way from any earlier schema to this release's, on both databases, one process at a time."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from classbridge.store.database import Database

LOCK = 0x636C6173  # any number, the same in every process that migrates


def migrate(database: Database) -> None:
    """Bring the schema up to date. Several processes may try at once: one works, the others wait for it."""
    with database.write() as connection:
        if not database.sqlite:  # on SQLite the writing transaction itself is the lock
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
        command.upgrade(_config(connection), "head")


def is_current(database: Database) -> bool:
    """Whether the schema is this release's. Raises SQLAlchemy's errors where there is no database."""
    with database.read() as connection:
        applied = MigrationContext.configure(connection).get_current_heads()
        wanted = ScriptDirectory.from_config(_config(connection)).get_heads()
    return set(applied) == set(wanted)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config
