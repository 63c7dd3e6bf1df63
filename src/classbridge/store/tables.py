"""Every table. The district's id comes first in each key; `GLOBAL` lists the few tables without one.

SIS records are keyed (district, connection, sourcedId), Classroom records (district, side, id).
Stored outcomes and events hold a code and parameters, never finished text.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

from classbridge.store.types import Moment, Score

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _district() -> Column[str]:
    return Column("district_id", String(36), ForeignKey("district.id"), primary_key=True)


def _key(name: str, length: int = 255) -> Column[str]:
    return Column(name, String(length), primary_key=True)


# -- Global: people and their districts, and the workers ---------------------------------------------------

district = Table(
    "district",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("time_zone", String(64), nullable=False),
    Column("language", String(8), nullable=False),
    Column("created_at", Moment, nullable=False),
)

account = Table(
    "account",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("email", String(320), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("password_hash", String(200)),
    Column("language", String(8)),
    Column("disabled_at", Moment),
    Column("created_at", Moment, nullable=False),
)

sign_in_failure = Table(
    "sign_in_failure",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("subject", String(320), nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "subject", "at"),
)

heartbeat = Table(
    "heartbeat",
    metadata,
    Column("executor_id", String(100), primary_key=True),
    Column("at", Moment, nullable=False),
)

GLOBAL = frozenset({"district", "account", "sign_in_failure", "heartbeat"})

# -- A district's people, domains and connections ------------------------------------------------------------

domain = Table("domain", metadata, _district(), _key("name"))

account_role = Table(
    "account_role",
    metadata,
    _district(),
    Column("account_id", String(36), ForeignKey("account.id"), primary_key=True),
    _key("role", 20),
)

connection = Table(
    "connection",
    metadata,
    _district(),
    _key("id", 36),
    Column("vendor", String(64), nullable=False),
    Column("version", String(8), nullable=False),
    Column("state", String(20), nullable=False),  # draft, connected, disconnected
    Column("base_url", String(2000), nullable=False, default=""),
    Column("token_url", String(2000), nullable=False, default=""),
    Column("overrides", JSON, nullable=False, default=dict),
    Column("support_consent", Boolean, nullable=False, default=False),
    Column("proof", JSON, nullable=False, default=list),  # the last proof's outcomes: code and parameters
    Column("proved_at", Moment),
    Column("created_at", Moment, nullable=False),
    Column("connected_at", Moment),
    Column("disconnected_at", Moment),
)

credential = Table(
    "credential",
    metadata,
    _district(),
    _key("connection_id", 36),
    _key("id", 36),
    Column("sealed", Text, nullable=False),
    Column("effective_on", Date),
    Column("expires_on", Date),
    Column("created_at", Moment, nullable=False),
    ForeignKeyConstraint(["district_id", "connection_id"], ["connection.district_id", "connection.id"]),
)

data_exchange = Table(
    "data_exchange",
    metadata,
    _district(),
    _key("connection_id", 36),
    _key("kind", 40),  # students, teachers, grading_periods, grade_categories, grades
    Column("confirmed_by", String(36), nullable=False),
    Column("confirmed_at", Moment, nullable=False),
)

classroom = Table(
    "classroom",
    metadata,
    _district(),
    _key("side", 64),  # "google", or the stand-in's id
    Column("base_url", String(2000), nullable=False),
    Column("admin_email", String(320), nullable=False),
    Column("sealed", Text, nullable=False),
    Column("connected_at", Moment, nullable=False),
)

# -- What the SIS said: snapshots, with the read that saw them ---------------------------------------------

SEEN = "seen_in"


def _snapshot(name: str, *columns: Column[object] | Index) -> Table:
    return Table(
        name,
        metadata,
        _district(),
        _key("connection_id", 36),
        _key("sourced_id"),
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
    Column("term_ids", JSON, nullable=False),
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
    Column("roles", JSON, nullable=False),
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

# -- What Classroom said ----------------------------------------------------------------------------------------


def _classroom(name: str, *columns: Column[object] | Index) -> Table:
    return Table(
        name, metadata, _district(), _key("side", 64), *columns, Column("as_of", Moment, nullable=False)
    )


gc_course = _classroom(
    "gc_course",
    _key("id", 64),
    Column("name", String(750), nullable=False),
    Column("section", Text),
    Column("owner_id", String(64), nullable=False),
    Column("course_state", String(20), nullable=False),
    Column("alternate_link", String(2000)),
)

gc_member = _classroom(
    "gc_member",
    _key("course_id", 64),
    _key("role", 20),  # teachers, students, invited_teachers, invited_students
    _key("user_id", 64),
    Column("email", String(320)),
    Column("email_folded", String(320)),
    Column("given_name", String(500), nullable=False),
    Column("family_name", String(500), nullable=False),
    Index("ix_gc_member_email", "district_id", "side", "email_folded"),
)

gc_course_work = _classroom(
    "gc_course_work",
    _key("course_id", 64),
    _key("id", 64),
    Column("title", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("max_points", Score),
    Column("due_at", Moment),
    Column("due_time_given", Boolean, nullable=False),
    Column("created_at", Moment),
    Column("grade_category", String(500)),
    Column("assignee_mode", String(40), nullable=False),
    Column("alternate_link", String(2000)),
)

gc_submission = _classroom(
    "gc_submission",
    _key("course_id", 64),
    _key("course_work_id", 64),
    _key("id", 64),
    Column("user_id", String(64), nullable=False),
    Column("state", String(40), nullable=False),
    Column("late", Boolean, nullable=False),
    Column("assigned_grade", Score),
    Column("has_draft_grade", Boolean, nullable=False),
    Column("alternate_link", String(2000)),
)

# -- What we know and did --------------------------------------------------------------------------------------

class_link = Table(
    "class_link",
    metadata,
    _district(),
    _key("side", 64),
    _key("course_id", 64),
    _key("connection_id", 36),
    _key("class_id"),
    Column("linked_by", String(36), nullable=False),
    Column("linked_at", Moment, nullable=False),
    Index("ix_class_link_class", "district_id", "connection_id", "class_id"),
)

membership = Table(
    "membership",  # people we added or invited, and nobody else
    metadata,
    _district(),
    _key("side", 64),
    _key("course_id", 64),
    _key("role", 20),
    _key("user_id", 64),
    Column("connection_id", String(36), nullable=False),
    Column("sis_user_id", String(255), nullable=False),
    Column("how", String(20), nullable=False),  # added, invited
    Column("run_id", String(36), nullable=False),
    Column("at", Moment, nullable=False),
    Column("removed_at", Moment),
)

membership_exception = Table(
    "membership_exception",  # people a teacher removed: not added again
    metadata,
    _district(),
    _key("side", 64),
    _key("course_id", 64),
    _key("role", 20),
    _key("user_id", 64),
    Column("at", Moment, nullable=False),
)

person_match = Table(
    "person_match",  # a lasting override of matching by e-mail
    metadata,
    _district(),
    _key("connection_id", 36),
    _key("sis_user_id"),
    _key("side", 64),
    Column("user_id", String(64)),  # empty: never match this person
    Column("by", String(36), nullable=False),
    Column("at", Moment, nullable=False),
)

line_item = Table(
    "line_item",  # the id map of line items
    metadata,
    _district(),
    _key("connection_id", 36),
    _key("side", 64),
    _key("course_id", 64),
    _key("course_work_id", 64),
    _key("class_id"),
    Column("generation", Integer, nullable=False),
    Column("requested_id", String(255), nullable=False),
    Column("sourced_id", String(255), nullable=False),
    Column("adopted", Boolean, nullable=False),
    Column("title", Text, nullable=False),
    Column("sent", JSON, nullable=False),  # what we last sent, for "unchanged"
    Column("sent_at", Moment),
    Index("ix_line_item_sourced", "district_id", "connection_id", "sourced_id"),
)

result = Table(
    "result",  # the id map of results, with what we last sent
    metadata,
    _district(),
    _key("connection_id", 36),
    _key("line_item_id"),
    _key("student_id"),
    Column("requested_id", String(255), nullable=False),
    Column("sourced_id", String(255), nullable=False),
    Column("ours", Boolean, nullable=False),  # whether we created it
    Column("score", Score),
    Column("score_status", String(64), nullable=False),
    Column("sent_at", Moment),
    Column("verified_at", Moment),
)

run = Table(
    "run",
    metadata,
    _district(),
    _key("id", 36),
    Column("kind", String(40), nullable=False),
    Column("state", String(20), nullable=False),  # queued, running, waiting, done, held, failed, cancelled
    Column("connection_id", String(36)),
    Column("side", String(64)),
    Column("course_id", String(64)),
    Column("requested_by", String(36)),
    Column("attended", Boolean, nullable=False),
    Column("request", JSON, nullable=False),  # choices, ids only
    Column("plan", JSON),  # a preview's finished plan: removed with the run's retention
    Column("total", Integer, nullable=False, default=0),
    Column("done", Integer, nullable=False, default=0),
    Column("counts", JSON, nullable=False, default=dict),
    Column("code", String(64)),
    Column("params", JSON),
    Column("sis_words", Text),
    Column("created_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("finished_at", Moment),
    Index("ix_run_course", "district_id", "side", "course_id", "created_at"),
    Index("ix_run_created", "district_id", "created_at"),
)

run_outcome = Table(
    "run_outcome",
    metadata,
    _district(),
    _key("run_id", 36),
    _key("subject", 600),  # a stable name of what it is about, so that a repeated step writes it once
    Column("code", String(64), nullable=False),
    Column("params", JSON, nullable=False),
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
    _district(),
    Column("id", String(36), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("account_id", String(36)),
    Column("action", String(64), nullable=False),
    Column("subject", String(600), nullable=False),
    Column("params", JSON, nullable=False),
    Column("address", String(64)),
    Index("ix_audit_event_at", "district_id", "at"),
)
