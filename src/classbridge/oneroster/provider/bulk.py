"""Fast loads of many records: sqlite3's own `executemany` and psycopg's `COPY`, under SQLAlchemy's connection."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from classbridge.oneroster.provider.errors import invalid

_PROGRAM_LIMIT_EXCEEDED = "54000"
"""What PostgreSQL says of a value that its index has no room for (about 2,700 bytes after compression)."""


def insert_rows(connection: sa.Connection, table: sa.Table, rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows given in the table's column order, in the connection's transaction."""
    if connection.dialect.name == "postgresql":
        _copy(connection, table, rows)
    else:
        _executemany(connection, table, rows)


def _executemany(connection: sa.Connection, table: sa.Table, rows: Sequence[Sequence[Any]]) -> None:
    marks = ", ".join("?" for _ in table.columns)
    connection.exec_driver_sql(f"INSERT INTO {table.name} VALUES ({marks})", [tuple(row) for row in rows])  # noqa: S608 - our own table's name


def _copy(connection: sa.Connection, table: sa.Table, rows: Iterable[Sequence[Any]]) -> None:
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    except Exception as error:
        if getattr(error, "sqlstate", None) == _PROGRAM_LIMIT_EXCEEDED:
            raise invalid("A value is too long to be looked up by.") from None
        raise
