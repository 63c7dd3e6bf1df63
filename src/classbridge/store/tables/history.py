"""Runs, their outcomes, and the audit log: codes and parameters, never finished text."""

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text

from classbridge.store.tables.base import Json, district_key, key, metadata
from classbridge.store.types import Moment

run = Table(
    "run",
    metadata,
    district_key(),
    key("id", 36),
    Column("kind", String(40), nullable=False),
    Column("state", String(20), nullable=False),  # queued, running, waiting, done, held, failed, cancelled
    Column("connection_id", String(36)),
    Column("side", String(64)),
    Column("course_id", String(64)),
    Column("requested_by", String(36)),
    Column("on_behalf_of", String(64)),  # the primary teacher's Classroom id, where somebody else acted for them
    Column("attended", Boolean, nullable=False),
    Column("request", Json, nullable=False),  # choices, ids only
    Column("plan", Json),  # a preview's finished plan: removed with the run's retention
    Column("total", Integer, nullable=False, default=0),
    Column("done", Integer, nullable=False, default=0),
    Column("counts", Json, nullable=False, default=dict),
    Column("code", String(64)),
    Column("params", Json),
    Column("sis_words", Text),
    Column("cancel_requested_at", Moment),
    Column("created_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("finished_at", Moment),
    Index("ix_run_course", "district_id", "side", "course_id", "created_at"),
    Index("ix_run_created", "district_id", "created_at"),
)

run_outcome = Table(
    "run_outcome",
    metadata,
    district_key(),
    key("run_id", 36),
    key("subject", 600),  # a stable name of what it is about, so that a repeated step writes it once
    Column("code", String(64), nullable=False),
    Column("params", Json, nullable=False),
    Column("course_work_id", String(64)),
    Column("class_id", String(255)),
    Column("user_id", String(64)),
    Column("student_id", String(255)),
    Column("sis_words", Text),
    Column("at", Moment, nullable=False),
)

audit_event = Table(
    "audit_event",  # append-only
    metadata,
    district_key(),
    Column("id", String(36), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("account_id", String(36)),
    Column("action", String(64), nullable=False),
    Column("subject", String(600), nullable=False),
    Column("params", Json, nullable=False),
    Column("address", String(64)),
    Index("ix_audit_event_at", "district_id", "at"),
)
