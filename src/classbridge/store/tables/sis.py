"""What the SIS said: snapshots, each row with the read that saw it last."""

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


sis_org = _snapshot(
    "sis_org", Column("name", String(500), nullable=False), Column("type", String(64), nullable=False)
)

sis_academic_session = _snapshot(
    "sis_academic_session",
    Column("title", String(500), nullable=False),
    Column("type", String(64), nullable=False),
    Column("start_date", Date, nullable=False),
    Column("end_date", Date, nullable=False),
    Column("parent_id", String(255)),
    Column("school_year", String(10)),
)

sis_class = _snapshot(
    "sis_class",
    Column("title", String(500), nullable=False),
    Column("class_code", String(255)),
    Column("course_id", String(255)),
    Column("school_id", String(255)),
    Column("term_ids", Json, nullable=False),
)

sis_user = _snapshot(
    "sis_user",
    Column("given_name", String(500), nullable=False),
    Column("family_name", String(500), nullable=False),
    Column("email", String(320)),
    Column("email_folded", String(320)),
    Column("identifier", String(255)),
    Column("username", String(320)),
    Column("enabled", Boolean, nullable=False),
    Column("roles", Json, nullable=False),
    Index("ix_sis_user_email", "district_id", "connection_id", "email_folded"),
)

sis_enrollment = _snapshot(
    "sis_enrollment",
    Column("class_id", String(255), nullable=False),
    Column("user_id", String(255), nullable=False),
    Column("role", String(64), nullable=False),
    Column("is_primary", Boolean),
    Column("begin_date", Date),
    Column("end_date", Date),
    Index("ix_sis_enrollment_class", "district_id", "connection_id", "class_id"),
    Index("ix_sis_enrollment_user", "district_id", "connection_id", "user_id"),
)

sis_category = _snapshot(
    "sis_category", Column("title", String(500), nullable=False), Column("class_id", String(255))
)

sis_line_item = _snapshot(
    "sis_line_item",
    Column("class_id", String(255), nullable=False),
    Column("title", Text, nullable=False),
    Column("due_date", Moment),
    Column("category_id", String(255)),
    Column("result_value_max", Score),
    Index("ix_sis_line_item_class", "district_id", "connection_id", "class_id"),
)

sis_result = _snapshot(
    "sis_result",
    Column("line_item_id", String(255), nullable=False),
    Column("student_id", String(255), nullable=False),
    Column("score", Score),
    Column("score_status", String(64)),
    Index("ix_sis_result_line_item", "district_id", "connection_id", "line_item_id"),
)
