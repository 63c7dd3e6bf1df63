"""What the SIS said: snapshots, each row with the read that saw it last; and when each part was read whole."""

from typing import Any

from sqlalchemy import Boolean, Column, Date, Index, String, Table, Text

from classbridge.store.tables.base import Json, district_key, key, metadata
from classbridge.store.types import Moment, Score

SEEN = "seen_in"
"""The column that names the read that saw a row last."""


def _snapshot(name: str, *columns: Column[Any] | Index) -> Table:
    return Table(
        name,
        metadata,
        district_key(),
        key("connection_id", 36),
        key("sourced_id"),
        *columns,
        Column("status", String(20), nullable=False),
        Column("modified", Moment),
        Column(SEEN, String(36), nullable=False),
    )


sis_org = _snapshot("sis_org", Column("name", Text, nullable=False), Column("type", Text, nullable=False))

sis_academic_session = _snapshot(
    "sis_academic_session",
    Column("title", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("start_date", Date, nullable=False),
    Column("end_date", Date, nullable=False),
    Column("parent_id", Text),
    Column("school_year", Text),
)

sis_class = _snapshot(
    "sis_class",
    Column("title", Text, nullable=False),
    Column("class_code", Text),
    Column("course_id", Text),
    Column("school_id", Text),
    Column("term_ids", Json, nullable=False),
)

sis_user = _snapshot(
    "sis_user",
    Column("given_name", Text, nullable=False),
    Column("family_name", Text, nullable=False),
    Column("email", Text),
    Column("email_folded", Text),
    Column("identifier", Text),
    Column("username", Text),
    Column("enabled", Boolean, nullable=False),
    Column("roles", Json, nullable=False),
    Column("protected", Boolean, nullable=False),
    Index("ix_sis_user_email", "district_id", "connection_id", "email_folded"),
)

sis_enrollment = _snapshot(
    "sis_enrollment",
    Column("class_id", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("is_primary", Boolean),
    Column("begin_date", Date),
    Column("end_date", Date),
    Index("ix_sis_enrollment_class", "district_id", "connection_id", "class_id"),
    Index("ix_sis_enrollment_user", "district_id", "connection_id", "user_id"),
)

sis_category = _snapshot("sis_category", Column("title", Text, nullable=False), Column("class_id", Text))

sis_line_item = _snapshot(
    "sis_line_item",
    Column("class_id", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("due_date", Moment),
    Column("category_id", Text),
    Column("result_value_max", Score),
    Index("ix_sis_line_item_class", "district_id", "connection_id", "class_id"),
)

sis_result = _snapshot(
    "sis_result",
    Column("line_item_id", Text, nullable=False),
    Column("student_id", Text, nullable=False),
    Column("score", Score),
    Column("score_status", Text),
    Index("ix_sis_result_line_item", "district_id", "connection_id", "line_item_id"),
)

snapshot = Table(
    "snapshot",  # also of Classroom: an empty class has a time too
    metadata,
    district_key(),
    key("origin", 64),  # a connection's id, or a side
    key("kind", 40),
    key("subject"),  # what was read: a class, a course, a person; "" for everything
    Column("as_of", Moment, nullable=False),
)
