"""What people decided about exports: for a district, a class, an assignment, a student, a grade."""

from sqlalchemy import Boolean, Column, Date, Integer, String, Table, Text

from classbridge.store.tables.base import district_key, key, metadata
from classbridge.store.types import Moment, Score

district_policy = Table(
    "district_policy",  # what an admin decided; without a row the defaults hold
    metadata,
    district_key(),
    Column("drift", String(20), nullable=False),  # ask, overwrite, keep
    Column("nightly_at", Integer, nullable=False),  # minutes after midnight where the district is
    Column("quiet_from", Integer),  # the same; both or neither
    Column("quiet_until", Integer),
    Column("changed_by", String(36), nullable=False),
    Column("changed_at", Moment, nullable=False),
)

class_setting = Table(
    "class_setting",
    metadata,
    district_key(),
    key("side", 64),
    key("course_id", 64),
    Column("drift", String(20)),  # empty: as the district says
    Column("nightly_export", Boolean, nullable=False),
    Column("nightly_import", Boolean, nullable=False),
    Column("export_night", Date),  # the local day on which the last nightly run was begun
    Column("import_night", Date),
    Column("default_category", Text),  # a title: sourcedIds differ between sections and OneRoster versions
    Column("changed_by", String(36), nullable=False),
    Column("changed_at", Moment, nullable=False),
)

category_map = Table(
    "category_map",  # many of Classroom's grade categories to one of the SIS's, by title
    metadata,
    district_key(),
    key("side", 64),
    key("course_id", 64),
    key("name"),
    Column("category", Text, nullable=False),
)

work_setting = Table(
    "work_setting",  # what the SIS gets of an assignment in place of what Classroom says
    metadata,
    district_key(),
    key("side", 64),
    key("course_id", 64),
    key("course_work_id", 64),
    Column("title", Text),
    Column("category", Text),  # a title
    Column("due_on", Date),
    Column("period_id", String(255)),  # a grading period's sourcedId
    Column("changed_by", String(36), nullable=False),
    Column("changed_at", Moment, nullable=False),
)

section_choice = Table(
    "section_choice",  # the section of a student who is in several that the class is linked to
    metadata,
    district_key(),
    key("side", 64),
    key("course_id", 64),
    key("connection_id", 36),
    key("student_id"),
    Column("class_id", String(255), nullable=False),
    Column("by", String(36), nullable=False),
    Column("at", Moment, nullable=False),
)

grade_answer = Table(
    "grade_answer",  # a value of the SIS that a person let stand, and Classroom's that it was kept against
    metadata,
    district_key(),
    key("connection_id", 36),
    key("line_item_id"),
    key("student_id"),
    Column("score", Score),
    Column("score_status", String(64), nullable=False),  # empty: the SIS has no grade there
    Column("classroom_score", Score),
    Column("classroom_status", String(64)),  # empty: Classroom had none to send
    Column("by", String(36), nullable=False),
    Column("at", Moment, nullable=False),
)
