"""Migrations: the way from any earlier schema to this release's, on both databases, one process at a time."""

from pathlib import Path

from sqlalchemy import inspect

from classbridge.store.database import Database

HOME = Path(__file__).parent
LOCK = 0x636C6173  # any number, the same in every process that migrates


def migrate(database: Database) -> None:
    """Bring the schema up to date. Several processes may try at once: one works, the others wait for it."""
    from alembic import command
    from alembic.config import Config

    with database.write() as connection:
        if not database.sqlite:  # on SQLite the writing transaction itself is the lock
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
        config = Config()
        config.set_main_option("script_location", str(HOME))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_current(database: Database) -> bool:
    """Whether the schema is this release's. Raises SQLAlchemy's errors where there is no database.

    Every command asks this, so it is answered without Alembic, which takes longer to import than most commands.
    """
    with database.read() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        applied = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all()
    return applied == [newest()]


def newest() -> str:
    """The newest revision: its file is named after it."""
    return max(file.name for file in HOME.glob("versions/v*.py"))[1:5]
