"""A district's connections to its SIS and to Classroom, with their sealed secrets."""

from sqlalchemy import Boolean, Column, Date, ForeignKeyConstraint, Index, Integer, String, Table, Text

from classbridge.store.tables.base import Json, district_key, key, metadata
from classbridge.store.types import Moment

connection = Table(
    "connection",
    metadata,
    district_key(),
    key("id", 36),
    Column("vendor", String(64), nullable=False),
    Column("version", String(8), nullable=False),
    Column("state", String(20), nullable=False),  # draft, connected, disconnected
    Column("base_url", String(2000), nullable=False, default=""),
    Column("token_url", String(2000), nullable=False, default=""),
    Column("overrides", Json, nullable=False, default=dict),
    Column("support_consent", Boolean, nullable=False, default=False),
    Column("proof", Json, nullable=False, default=list),  # the last proof's outcomes: code and parameters
    Column("proved_at", Moment),
    Column("created_at", Moment, nullable=False),
    Column("connected_at", Moment),
    Column("disconnected_at", Moment),
)

credential = Table(
    "credential",
    metadata,
    district_key(),
    key("connection_id", 36),
    key("id", 36),
    Column("sealed", Text, nullable=False),
    Column("effective_on", Date),
    Column("expires_on", Date),
    Column("created_at", Moment, nullable=False),
    ForeignKeyConstraint(["district_id", "connection_id"], ["connection.district_id", "connection.id"]),
)

data_exchange = Table(
    "data_exchange",
    metadata,
    district_key(),
    key("connection_id", 36),
    key("kind", 40),  # students, teachers, grading_periods, grade_categories, grades
    Column("allowed", Boolean, nullable=False),
    Column("confirmed_by", String(36), nullable=False),
    Column("confirmed_at", Moment, nullable=False),
)

key_warning = Table(
    "key_warning",
    metadata,
    district_key(),
    key("connection_id", 36),
    Column("last_day", Date, primary_key=True),
    Column("days", Integer, primary_key=True),  # before the last day
    Column("sent_at", Moment, nullable=False),
)

sis_exchange = Table(
    "sis_exchange",  # requests to the SIS, the last ones only
    metadata,
    district_key(),
    key("connection_id", 36),
    key("id", 36),
    Column("at", Moment, nullable=False),
    Column("method", String(8), nullable=False),
    Column("path", String(2000), nullable=False),  # without ids
    Column("status", Integer),
    Column("milliseconds", Integer, nullable=False),
    Column("error", String(64)),
    Index("ix_sis_exchange_at", "district_id", "connection_id", "at"),
)

classroom = Table(
    "classroom",
    metadata,
    district_key(),
    key("side", 64),  # "google", or the stand-in's id
    Column("base_url", String(2000), nullable=False),
    Column("admin_email", String(320), nullable=False),
    Column("sealed", Text, nullable=False),
    Column("connected_at", Moment, nullable=False),
)

classroom_entry = Table(  # what an admin entered last, and what the test of it found; in force only as `classroom`
    "classroom_entry",
    metadata,
    district_key(),
    key("side", 64),
    Column("base_url", String(2000), nullable=False),
    Column("admin_email", String(320), nullable=False),
    Column("client_email", String(320), nullable=False),
    Column("client_id", String(64), nullable=False),
    Column("sealed", Text, nullable=False),
    Column("proof", Json, nullable=False, default=list),  # outcomes: code and parameters
    Column("proved_at", Moment),
    Column("entered_at", Moment, nullable=False),
)
