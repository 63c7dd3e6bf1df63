"""What Classroom said, and when."""

from typing import Any

from sqlalchemy import Boolean, Column, Index, String, Table, Text

from classbridge.store.tables.base import district_key, key, metadata
from classbridge.store.types import Moment, Score


def _classroom(name: str, *columns: Column[Any] | Index) -> Table:
    return Table(
        name, metadata, district_key(), key("side", 64), *columns, Column("as_of", Moment, nullable=False)
    )


gc_course = _classroom(
    "gc_course",
    key("id", 64),
    Column("name", Text, nullable=False),
    Column("section", Text),
    Column("owner_id", Text, nullable=False),
    Column("course_state", String(20), nullable=False),
    Column("alternate_link", Text),
)

gc_member = _classroom(
    "gc_member",
    key("course_id", 64),
    key("role", 20),  # teachers, students, invited_teachers, invited_students
    key("user_id", 64),
    Column("email", Text),
    Column("email_folded", Text),
    Column("given_name", Text, nullable=False),
    Column("family_name", Text, nullable=False),
    Index("ix_gc_member_email", "district_id", "side", "email_folded"),
)

gc_course_work = _classroom(
    "gc_course_work",
    key("course_id", 64),
    key("id", 64),
    Column("title", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("max_points", Score),
    Column("due_at", Moment),
    Column("due_time_given", Boolean, nullable=False),
    Column("created_at", Moment),
    Column("grade_category", Text),
    Column("assignee_mode", Text, nullable=False),
    Column("alternate_link", Text),
)

gc_submission = _classroom(
    "gc_submission",
    key("course_id", 64),
    key("course_work_id", 64),
    key("id", 64),
    Column("user_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("assigned_grade", Score),
    Column("has_draft_grade", Boolean, nullable=False),
    Column("alternate_link", Text),
)
