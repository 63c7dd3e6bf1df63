"""What we know and did: links, people, and the id map of what stands in the SIS."""

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text

from classbridge.store.tables.base import Json, district_key, key, metadata
from classbridge.store.types import Moment, Score

class_link = Table(
    "class_link",
    metadata,
    district_key(),
    key("side", 64),
    key("course_id", 64),
    key("connection_id", 36),
    key("class_id"),
    Column("linked_by", String(36), nullable=False),
    Column("linked_at", Moment, nullable=False),
    Index("ix_class_link_class", "district_id", "connection_id", "class_id"),
)

delegate = Table(
    "delegate",  # whom a class's primary teacher or an admin named
    metadata,
    district_key(),
    key("side", 64),
    key("course_id", 64),
    key("account_id", 36),
    Column("named_by", String(36), nullable=False),
    Column("named_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Index("ix_delegate_account", "district_id", "account_id"),
)

membership = Table(
    "membership",  # people we added or invited, and nobody else
    metadata,
    district_key(),
    key("side", 64),
    key("course_id", 64),
    key("role", 20),
    key("user_id", 64),
    Column("connection_id", String(36), nullable=False),
    Column("sis_user_id", String(255), nullable=False),
    Column("class_ids", Json, nullable=False),  # the sections they were added for
    Column("school_id", String(255), nullable=False),
    Column("how", String(20), nullable=False),  # added, invited
    Column("run_id", String(36), nullable=False),
    Column("at", Moment, nullable=False),
    Column("removed_at", Moment),
)

membership_exception = Table(
    "membership_exception",  # people a teacher removed: not added again
    metadata,
    district_key(),
    key("side", 64),
    key("course_id", 64),
    key("role", 20),
    key("user_id", 64),
    Column("at", Moment, nullable=False),
)

excused_mark = Table(
    "excused_mark",  # the Classroom API does not tell who is excused: it is marked here
    metadata,
    district_key(),
    key("side", 64),
    key("course_id", 64),
    key("course_work_id", 64),
    key("user_id", 64),
    Column("by", String(36), nullable=False),
    Column("at", Moment, nullable=False),
)

person_match = Table(
    "person_match",  # a lasting override of matching by e-mail
    metadata,
    district_key(),
    key("connection_id", 36),
    key("sis_user_id"),
    key("side", 64),
    Column("user_id", String(320)),  # an address where the account was not known; empty: never match this person
    Column("by", String(36), nullable=False),
    Column("at", Moment, nullable=False),
)

person_refusal = Table(
    "person_refusal",  # these two are never one
    metadata,
    district_key(),
    key("connection_id", 36),
    key("sis_user_id"),
    key("side", 64),
    key("user_id", 64),
    Column("by", String(36), nullable=False),
    Column("at", Moment, nullable=False),
)

line_item = Table(
    "line_item",  # the id map of line items
    metadata,
    district_key(),
    key("connection_id", 36),
    key("side", 64),
    key("course_id", 64),
    key("course_work_id", 64),
    key("class_id"),
    Column("generation", Integer, nullable=False),
    Column("requested_id", String(255), nullable=False),
    Column("sourced_id", String(255), nullable=False),
    Column("adopted", Boolean, nullable=False),
    Column("title", Text, nullable=False),
    Column("sent", Json, nullable=False),  # what we last sent, for "unchanged"
    Column("sent_at", Moment),
    Index("ix_line_item_sourced", "district_id", "connection_id", "sourced_id"),
)

result = Table(
    "result",  # the id map of results, with what we last sent
    metadata,
    district_key(),
    key("connection_id", 36),
    key("line_item_id"),
    key("student_id"),
    Column("requested_id", String(255), nullable=False),
    Column("sourced_id", String(255), nullable=False),
    Column("ours", Boolean, nullable=False),  # whether we created it
    Column("score", Score),
    Column("score_status", String(64), nullable=False),
    Column("sent_at", Moment),
    Column("verified_at", Moment),
)
