"""The provider's own tables: one per entity, with a column for each field that can be asked for.

A record's answers lie ready in `doc_1_1` and `doc_1_2`; the other columns only find and order them. Fields with
several values are in `oneroster_value`, one row a value.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from classbridge.oneroster.models import Record, Version, type_of
from classbridge.oneroster.provider.fields import Field, Kind, fields, many_values

metadata = sa.MetaData()

_TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
"""Text ordered by code points on either database."""
_TYPES: dict[Kind, sa.types.TypeEngine[Any]] = {Kind.NUMBER: sa.Float()}
_LONGEST_NAME = 63
"""PostgreSQL's own limit."""
_INDEXED = {"email", "dateLastModified", "type", "title"}

value_table = sa.Table(
    "oneroster_value",
    metadata,
    sa.Column("entity", sa.Text, nullable=False),
    sa.Column("sourced_id", sa.Text, nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("value", _TEXT, nullable=False),
    sa.Index("ix_oneroster_value_found", "entity", "path", "value", "sourced_id"),
    sa.Index("ix_oneroster_value_owner", "entity", "sourced_id"),
)

change_table = sa.Table(
    "oneroster_change",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False),
)
"""One row, whose number rises with every transaction that writes records: what was read of one number holds."""
CHANGED = sa.text(
    "INSERT INTO oneroster_change (id, number) VALUES (1, 1)"
    " ON CONFLICT (id) DO UPDATE SET number = oneroster_change.number + 1"
)
"""Raises the number; last in a transaction, as it holds up other writers until the commit."""


def column_name(path: str) -> str:
    """The column that keeps a field: `class.sourcedId` is in `class_sourced_id`."""
    return re.sub(r"(?<!^)([A-Z])", r"_\1", path.replace(".", "_")).lower()


def doc_column(version: Version) -> str:
    """The column with a version's JSON object."""
    return f"doc_{version.replace('.', '_')}"


@cache
def columns_of(entity: str) -> list[Field]:
    """The fields of an entity that have a column of their own, `sourcedId` first."""
    return [field for field in fields(entity).values() if not field.many]


def _table(entity: str) -> sa.Table:
    name = f"oneroster_{column_name(entity)}"
    columns = [
        sa.Column(
            column_name(field.path),
            _TYPES.get(field.kind, _TEXT),
            primary_key=field.path == "sourcedId",
        )
        for field in columns_of(entity)
    ]
    indexed = [f for f in columns_of(entity) if f.path.endswith(".sourcedId") or f.path in _INDEXED]
    return sa.Table(
        name,
        metadata,
        *columns,
        *(sa.Column(doc_column(version), sa.LargeBinary) for version in Version),
        *(
            sa.Index(f"ix_{name}_{column_name(f.path)}"[:_LONGEST_NAME], column_name(f.path), "sourced_id")
            for f in indexed
        ),
        sqlite_with_rowid=False,
    )


tables: dict[str, sa.Table] = {entity: _table(entity) for entity in type_of}
"""Each entity's table."""


def row_of(entity: str, record: Record, docs: dict[Version, bytes]) -> tuple[Any, ...]:
    """The record as a row of its entity's table, in the table's column order."""
    values = (_stored(field, record) for field in columns_of(entity))
    return (*values, *(docs.get(version) for version in Version))


def _stored(field: Field, record: Record) -> Any:
    value = field.read(record)
    return ",".join(value) if field.kind is Kind.LIST else value


def value_rows(entity: str, record: Record) -> Iterator[tuple[str, str, str, str]]:
    """The record's rows of `oneroster_value`."""
    for path, value in many_values(record):
        yield entity, record.sourced_id, path, value
