"""What people decide about exports: policies, schedules, mappings, answers.

Columns are written out, so that this step stays what it was when the tables change.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
SCORE = sa.String(40)


def upgrade() -> None:
    """Make the tables."""
    _table(
        "district_policy",
        sa.Column("drift", sa.String(20), nullable=False),
        sa.Column("nightly_at", sa.Integer(), nullable=False),
        sa.Column("quiet_from", sa.Integer()),
        sa.Column("quiet_until", sa.Integer()),
        *_changed(),
        sa.PrimaryKeyConstraint("district_id", name="pk_district_policy"),
    )
    _table(
        "class_setting",
        *_course(),
        sa.Column("drift", sa.String(20)),
        sa.Column("nightly_export", sa.Boolean(), nullable=False),
        sa.Column("nightly_import", sa.Boolean(), nullable=False),
        sa.Column("export_night", sa.Date()),
        sa.Column("import_night", sa.Date()),
        sa.Column("default_category", sa.Text()),
        *_changed(),
        sa.PrimaryKeyConstraint("district_id", "side", "course_id", name="pk_class_setting"),
    )
    _table(
        "category_map",
        *_course(),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "side", "course_id", "name", name="pk_category_map"),
    )
    _table(
        "work_setting",
        *_course(),
        sa.Column("course_work_id", sa.String(64), nullable=False),
        sa.Column("title", sa.Text()),
        sa.Column("category", sa.Text()),
        sa.Column("due_on", sa.Date()),
        sa.Column("period_id", sa.String(255)),
        *_changed(),
        sa.PrimaryKeyConstraint("district_id", "side", "course_id", "course_work_id", name="pk_work_setting"),
    )
    _table(
        "section_choice",
        *_course(),
        sa.Column("connection_id", sa.String(36), nullable=False),
        sa.Column("student_id", sa.String(255), nullable=False),
        sa.Column("class_id", sa.String(255), nullable=False),
        *_said(),
        sa.PrimaryKeyConstraint(
            "district_id", "side", "course_id", "connection_id", "student_id", name="pk_section_choice"
        ),
    )
    _table(
        "grade_answer",
        sa.Column("connection_id", sa.String(36), nullable=False),
        sa.Column("line_item_id", sa.String(255), nullable=False),
        sa.Column("student_id", sa.String(255), nullable=False),
        sa.Column("score", SCORE),
        sa.Column("score_status", sa.String(64), nullable=False),
        sa.Column("classroom_score", SCORE),
        sa.Column("classroom_status", sa.String(64)),
        *_said(),
        sa.PrimaryKeyConstraint(
            "district_id", "connection_id", "line_item_id", "student_id", name="pk_grade_answer"
        ),
    )


def _course() -> tuple[sa.Column[Any], ...]:
    return sa.Column("side", sa.String(64), nullable=False), sa.Column("course_id", sa.String(64), nullable=False)


def _changed() -> tuple[sa.Column[Any], ...]:
    by = sa.Column("changed_by", sa.String(36), nullable=False)
    return by, sa.Column("changed_at", MOMENT, nullable=False)


def _said() -> tuple[sa.Column[Any], ...]:
    return sa.Column("by", sa.String(36), nullable=False), sa.Column("at", MOMENT, nullable=False)


def _table(name: str, *parts: sa.Column[Any] | sa.Constraint) -> None:
    """A table whose key begins with the district."""
    district = sa.Column("district_id", sa.String(36), nullable=False)
    exists = sa.ForeignKeyConstraint(["district_id"], ["district.id"], name=f"fk_{name}_district_id")
    op.create_table(name, district, *parts, exists)
