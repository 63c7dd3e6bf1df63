"""The application's database: SQLite by default, PostgreSQL for more; one way in for each district.

Every statement on a district's table goes through `District`, which binds it to that district. `Database.read`
and `write` are for the few global tables and refuse the others.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import OperationalError
from time import monotonic, sleep
from typing import Any, Self

import msgspec
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.sql.elements import ClauseElement

from classbridge.store.guard import DISTRICT, DistrictError, district_tables
from classbridge.store.rows import Rows

BUSY_SECONDS = 30
"""How long a SQLite writer queues behind another; the longest write of ours is far shorter."""

_PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
)


class Database:
    """An open database, safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        event.listen(engine, "before_execute", _refuse_districts)
        if self.sqlite:
            event.listen(engine, "connect", _set_up_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        self._reader = engine.execution_options(**_reading(engine.dialect.name))
        self._writer = engine.execution_options(writes=True)

    @classmethod
    def open(cls, url: str) -> Self:
        """Open the database of a SQLAlchemy URL; an SQLite file's directory is made when missing."""
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            _make_directory(parsed)
        return cls(
            create_engine(
                parsed,
                pool_size=10,
                max_overflow=20,
                # A server that was restarted has cut what the pool holds.
                pool_pre_ping=parsed.get_backend_name() != "sqlite",
                # The texts of errors reach logs; names and grades do not.
                hide_parameters=True,
                json_serializer=lambda value: msgspec.json.encode(value).decode(),
                json_deserializer=msgspec.json.decode,
            )
        )

    @property
    def sqlite(self) -> bool:
        """Whether this is SQLite."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one moment of the global tables and writes nothing."""
        with self._reader.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A writing transaction: committed at the end, rolled back when an exception leaves it.

        On SQLite it takes the writer's place at once, so that writers queue and readers never wait.
        """
        with self._writer.begin() as connection:
            yield connection

    def district(self, district_id: str) -> "District":
        """The handle through which all of one district's rows go."""
        return District(self, district_id)

    def scrub(self) -> None:
        """Take what was deleted out of SQLite's files: its write-ahead log is emptied.

        The main file holds no deleted bytes (`secure_delete`). PostgreSQL frees them in its own time.
        """
        if self.sqlite:
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


class District:
    """One district's part of the database."""

    def __init__(self, database: Database, district_id: str) -> None:
        self.database = database
        self.id = district_id

    @contextmanager
    def read(self) -> Iterator[Rows]:
        """The district's rows at one moment, not to be written."""
        with self.database.read() as connection:
            yield Rows(connection, self.id)

    @contextmanager
    def write(self) -> Iterator[Rows]:
        """The district's rows in a writing transaction."""
        with self.database.write() as connection:
            yield Rows(connection, self.id)


def _reading(dialect: str) -> dict[str, Any]:
    if dialect == "postgresql":
        return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    return {}


def _make_directory(url: URL) -> None:
    if not url.database or url.database == ":memory:":
        raise ValueError("classbridge's SQLite database must be a file")
    Path(url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver's own BEGIN would come too late to queue writers
    for pragma in _PRAGMAS:
        connection.execute(pragma)
    _keep_a_log(connection)


def _keep_a_log(connection: Any) -> None:
    """Turn the write-ahead log on. Only the first connection of a new file changes anything.

    SQLite refuses that at once while another connection holds the file, whatever the busy timeout is.
    """
    until = monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except OperationalError:
            if monotonic() > until:
                raise
            sleep(0.01)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _refuse_districts(
    _connection: Connection,
    statement: object,
    _many: Sequence[Any],
    _one: Any,
    execution_options: dict[str, Any],
) -> None:
    if isinstance(statement, ClauseElement) and DISTRICT not in execution_options and district_tables(statement):
        raise DistrictError(f"{sorted(district_tables(statement))} must be reached through a District")
