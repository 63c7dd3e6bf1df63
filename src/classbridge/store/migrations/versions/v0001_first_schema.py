"""The first schema.

Columns are written out, so that this step stays what it was when the tables change.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
SCORE = sa.String(40)
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Make every table."""
    _people()
    _connections()
    _sis()
    _gc()
    _links()
    _gate()
    _unlisted()
    _packages()
    _history()
    _keep_the_audit_log_as_written()


def _people() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("password_hash", sa.String(200)),
        sa.Column("language", sa.String(8)),
        sa.Column("disabled_at", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("email", name="uq_account_email"),
    )
    op.create_table(
        "district",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("time_zone", sa.String(64), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_district"),
    )
    op.create_table(
        "heartbeat",
        sa.Column("executor_id", sa.String(100), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("executor_id", name="pk_heartbeat"),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(320), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_failure"),
    )
    op.create_index("ix_sign_in_failure_subject_at", "sign_in_failure", ["subject", "at"])
    _table(
        "account_role",
        sa.Column("account_id", sa.String(36), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "account_id", "role", name="pk_account_role"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_account_role_account_id"),
    )
    _table(
        "domain",
        sa.Column("name", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "name", name="pk_domain"),
    )


def _connections() -> None:
    _table(
        "classroom",
        sa.Column("side", sa.String(64), nullable=False),
        sa.Column("base_url", sa.String(2000), nullable=False),
        sa.Column("admin_email", sa.String(320), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("connected_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("district_id", "side", name="pk_classroom"),
    )
    _table(
        "classroom_entry",
        sa.Column("side", sa.String(64), nullable=False),
        sa.Column("base_url", sa.String(2000), nullable=False),
        sa.Column("admin_email", sa.String(320), nullable=False),
        sa.Column("client_email", sa.String(320), nullable=False),
        sa.Column("client_id", sa.String(64), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("proof", JSON, nullable=False),
        sa.Column("proved_at", MOMENT),
        sa.Column("entered_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("district_id", "side", name="pk_classroom_entry"),
    )
    _table(
        "connection",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("vendor", sa.String(64), nullable=False),
        sa.Column("version", sa.String(8), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("base_url", sa.String(2000), nullable=False),
        sa.Column("token_url", sa.String(2000), nullable=False),
        sa.Column("overrides", JSON, nullable=False),
        sa.Column("support_consent", sa.Boolean(), nullable=False),
        sa.Column("proof", JSON, nullable=False),
        sa.Column("proved_at", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("connected_at", MOMENT),
        sa.Column("disconnected_at", MOMENT),
        sa.PrimaryKeyConstraint("district_id", "id", name="pk_connection"),
    )
    _table(
        "data_exchange",
        sa.Column("connection_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("confirmed_by", sa.String(36), nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("district_id", "connection_id", "kind", name="pk_data_exchange"),
    )
    _table(
        "credential",
        sa.Column("connection_id", sa.String(36), nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date()),
        sa.Column("expires_on", sa.Date()),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("district_id", "connection_id", "id", name="pk_credential"),
        sa.ForeignKeyConstraint(
            ["district_id", "connection_id"],
            ["connection.district_id", "connection.id"],
            name="fk_credential_district_id_connection_id",
        ),
    )
    _table(
        "sis_exchange",
        sa.Column("connection_id", sa.String(36), nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("method", sa.String(8), nullable=False),
        sa.Column("path", sa.String(2000), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(64)),
        sa.PrimaryKeyConstraint("district_id", "connection_id", "id", name="pk_sis_exchange"),
    )
    op.create_index("ix_sis_exchange_at", "sis_exchange", ["district_id", "connection_id", "at"])
    _table(
        "key_warning",
        sa.Column("connection_id", sa.String(36), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("district_id", "connection_id", "last_day", "days", name="pk_key_warning"),
    )


def _sis() -> None:
    _table(
        "sis_academic_session",
        sa.Column("connection_id", sa.String(36), nullable=False),
        sa.Column("sourced_id", sa.String(255), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=False),
        sa.Column("parent_id", sa.Text()),
        sa.Column("school_year", sa.Text()),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("modified", MOMENT),
        sa.Column("seen_in", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "connection_id", "sourced_id", name="pk_sis_academic_session"),
    )
    _table(
        "sis_category",
        sa.Column("connection_id", sa.String(36), nullable=False),
        sa.Column("sourced_id", sa.String(255), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("class_id", sa.Text()),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("modified", MOMENT),
        sa.Column("seen_in", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "connection_id", "sourced_id", name="pk_sis_category"),
    )
    _table(
        "sis_class",
        sa.Column("connection_id", sa.String(36), nullable=False),
        sa.Column("sourced_id", sa.String(255), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("class_code", sa.Text()),
        sa.Column("course_id", sa.Text()),
        sa.Column("school_id", sa.Text()),
        sa.Column("term_ids", JSON, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("modified", MOMENT),
        sa.Column("seen_in", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "connection_id", "sourced_id", name="pk_sis_class"),
    )
    _table(
        "sis_enrollment",
        sa.Column("connection_id", sa.String(36), nullable=False),
        sa.Column("sourced_id", sa.String(255), nullable=False),
        sa.Column("class_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("is_primary", sa.Boolean()),
        sa.Column("begin_date", sa.Date()),
        sa.Column("end_date", sa.Date()),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("modified", MOMENT),
        sa.Column("seen_in", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "connection_id", "sourced_id", name="pk_sis_enrollment"),
    )
    op.create_index("ix_sis_enrollment_class", "sis_enrollment", ["district_id", "connection_id", "class_id"])
    op.create_index("ix_sis_enrollment_user", "sis_enrollment", ["district_id", "connection_id", "user_id"])
    _table(
        "sis_line_item",
        sa.Column("connection_id", sa.String(36), nullable=False),
        sa.Column("sourced_id", sa.String(255), nullable=False),
        sa.Column("class_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("due_date", MOMENT),
        sa.Column("category_id", sa.Text()),
        sa.Column("result_value_max", SCORE),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("modified", MOMENT),
        sa.Column("seen_in", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "connection_id", "sourced_id", name="pk_sis_line_item"),
    )
    op.create_index("ix_sis_line_item_class", "sis_line_item", ["district_id", "connection_id", "class_id"])
    _table(
        "sis_org",
        sa.Column("connection_id", sa.String(36), nullable=False),
        sa.Column("sourced_id", sa.String(255), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("modified", MOMENT),
        sa.Column("seen_in", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "connection_id", "sourced_id", name="pk_sis_org"),
    )
    _table(
        "sis_result",
        sa.Column("connection_id", sa.String(36), nullable=False),
        sa.Column("sourced_id", sa.String(255), nullable=False),
        sa.Column("line_item_id", sa.Text(), nullable=False),
        sa.Column("student_id", sa.Text(), nullable=False),
        sa.Column("score", SCORE),
        sa.Column("score_status", sa.Text()),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("modified", MOMENT),
        sa.Column("seen_in", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "connection_id", "sourced_id", name="pk_sis_result"),
    )
    op.create_index("ix_sis_result_line_item", "sis_result", ["district_id", "connection_id", "line_item_id"])
    _table(
        "sis_user",
        sa.Column("connection_id", sa.String(36), nullable=False),
        sa.Column("sourced_id", sa.String(255), nullable=False),
        sa.Column("given_name", sa.Text(), nullable=False),
        sa.Column("family_name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text()),
        sa.Column("email_folded", sa.Text()),
        sa.Column("identifier", sa.Text()),
        sa.Column("username", sa.Text()),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("roles", JSON, nullable=False),
        sa.Column("protected", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("modified", MOMENT),
        sa.Column("seen_in", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "connection_id", "sourced_id", name="pk_sis_user"),
    )
    op.create_index("ix_sis_user_email", "sis_user", ["district_id", "connection_id", "email_folded"])
    _table(
        "snapshot",
        sa.Column("origin", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("as_of", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("district_id", "origin", "kind", "subject", name="pk_snapshot"),
    )


def _gc() -> None:
    _table(
        "gc_course",
        sa.Column("side", sa.String(64), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("section", sa.Text()),
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("course_state", sa.String(20), nullable=False),
        sa.Column("alternate_link", sa.Text()),
        sa.Column("as_of", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("district_id", "side", "id", name="pk_gc_course"),
    )
    _table(
        "gc_course_work",
        sa.Column("side", sa.String(64), nullable=False),
        sa.Column("course_id", sa.String(64), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("max_points", SCORE),
        sa.Column("due_at", MOMENT),
        sa.Column("due_time_given", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT),
        sa.Column("grade_category", sa.Text()),
        sa.Column("assignee_mode", sa.Text(), nullable=False),
        sa.Column("alternate_link", sa.Text()),
        sa.Column("as_of", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("district_id", "side", "course_id", "id", name="pk_gc_course_work"),
    )
    _table(
        "gc_member",
        sa.Column("side", sa.String(64), nullable=False),
        sa.Column("course_id", sa.String(64), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("email", sa.Text()),
        sa.Column("email_folded", sa.Text()),
        sa.Column("given_name", sa.Text(), nullable=False),
        sa.Column("family_name", sa.Text(), nullable=False),
        sa.Column("as_of", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("district_id", "side", "course_id", "role", "user_id", name="pk_gc_member"),
    )
    op.create_index("ix_gc_member_email", "gc_member", ["district_id", "side", "email_folded"])
    _table(
        "gc_submission",
        sa.Column("side", sa.String(64), nullable=False),
        sa.Column("course_id", sa.String(64), nullable=False),
        sa.Column("course_work_id", sa.String(64), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("assigned_grade", SCORE),
        sa.Column("has_draft_grade", sa.Boolean(), nullable=False),
        sa.Column("alternate_link", sa.Text()),
        sa.Column("as_of", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint(
            "district_id", "side", "course_id", "course_work_id", "id", name="pk_gc_submission"
        ),
    )


def _links() -> None:
    _table(
        "class_link",
        sa.Column("side", sa.String(64), nullable=False),
        sa.Column("course_id", sa.String(64), nullable=False),
        sa.Column("connection_id", sa.String(36), nullable=False),
        sa.Column("class_id", sa.String(255), nullable=False),
        sa.Column("linked_by", sa.String(36), nullable=False),
        sa.Column("linked_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint(
            "district_id", "side", "course_id", "connection_id", "class_id", name="pk_class_link"
        ),
    )
    op.create_index("ix_class_link_class", "class_link", ["district_id", "connection_id", "class_id"])
    _table(
        "delegate",
        sa.Column("side", sa.String(64), nullable=False),
        sa.Column("course_id", sa.String(64), nullable=False),
        sa.Column("account_id", sa.String(36), nullable=False),
        sa.Column("named_by", sa.String(36), nullable=False),
        sa.Column("named_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("district_id", "side", "course_id", "account_id", name="pk_delegate"),
    )
    op.create_index("ix_delegate_account", "delegate", ["district_id", "account_id"])
    _table(
        "line_item",
        sa.Column("connection_id", sa.String(36), nullable=False),
        sa.Column("side", sa.String(64), nullable=False),
        sa.Column("course_id", sa.String(64), nullable=False),
        sa.Column("course_work_id", sa.String(64), nullable=False),
        sa.Column("class_id", sa.String(255), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("requested_id", sa.String(255), nullable=False),
        sa.Column("sourced_id", sa.String(255), nullable=False),
        sa.Column("adopted", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("sent", JSON, nullable=False),
        sa.Column("sent_at", MOMENT),
        sa.PrimaryKeyConstraint(
            "district_id", "connection_id", "side", "course_id", "course_work_id", "class_id", name="pk_line_item"
        ),
    )
    op.create_index("ix_line_item_sourced", "line_item", ["district_id", "connection_id", "sourced_id"])
    _table(
        "membership",
        sa.Column("side", sa.String(64), nullable=False),
        sa.Column("course_id", sa.String(64), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("connection_id", sa.String(36), nullable=False),
        sa.Column("sis_user_id", sa.String(255), nullable=False),
        sa.Column("class_ids", JSON, nullable=False),
        sa.Column("school_id", sa.String(255), nullable=False),
        sa.Column("how", sa.String(20), nullable=False),
        sa.Column("run_id", sa.String(36), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("removed_at", MOMENT),
        sa.PrimaryKeyConstraint("district_id", "side", "course_id", "role", "user_id", name="pk_membership"),
    )
    _table(
        "membership_exception",
        sa.Column("side", sa.String(64), nullable=False),
        sa.Column("course_id", sa.String(64), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint(
            "district_id", "side", "course_id", "role", "user_id", name="pk_membership_exception"
        ),
    )
    _table(
        "excused_mark",
        sa.Column("side", sa.String(64), nullable=False),
        sa.Column("course_id", sa.String(64), nullable=False),
        sa.Column("course_work_id", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("by", sa.String(36), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint(
            "district_id", "side", "course_id", "course_work_id", "user_id", name="pk_excused_mark"
        ),
    )
    _table(
        "person_match",
        sa.Column("connection_id", sa.String(36), nullable=False),
        sa.Column("sis_user_id", sa.String(255), nullable=False),
        sa.Column("side", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(320)),
        sa.Column("by", sa.String(36), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("district_id", "connection_id", "sis_user_id", "side", name="pk_person_match"),
    )
    _table(
        "person_refusal",
        sa.Column("connection_id", sa.String(36), nullable=False),
        sa.Column("sis_user_id", sa.String(255), nullable=False),
        sa.Column("side", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("by", sa.String(36), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint(
            "district_id", "connection_id", "sis_user_id", "side", "user_id", name="pk_person_refusal"
        ),
    )
    _table(
        "result",
        sa.Column("connection_id", sa.String(36), nullable=False),
        sa.Column("line_item_id", sa.String(255), nullable=False),
        sa.Column("student_id", sa.String(255), nullable=False),
        sa.Column("requested_id", sa.String(255), nullable=False),
        sa.Column("sourced_id", sa.String(255), nullable=False),
        sa.Column("ours", sa.Boolean(), nullable=False),
        sa.Column("score", SCORE),
        sa.Column("score_status", sa.String(64), nullable=False),
        sa.Column("sent_at", MOMENT),
        sa.Column("verified_at", MOMENT),
        sa.PrimaryKeyConstraint("district_id", "connection_id", "line_item_id", "student_id", name="pk_result"),
    )


def _gate() -> None:
    _table(
        "licence_policy",
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("changed_by", sa.String(36), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("district_id", name="pk_licence_policy"),
    )
    _table(
        "licence",
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("sku", sa.String(64), nullable=False),
        sa.Column("seen_in", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "source", "email", name="pk_licence"),
    )
    _table(
        "pilot",
        sa.Column("running", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.String(36), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("district_id", name="pk_pilot"),
    )
    _table(
        "pilot_teacher",
        sa.Column("email", sa.String(320), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "email", name="pk_pilot_teacher"),
    )
    _table(
        "pilot_school",
        sa.Column("connection_id", sa.String(36), nullable=False),
        sa.Column("org_id", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "connection_id", "org_id", name="pk_pilot_school"),
    )


def _unlisted() -> None:
    _table(
        "unlisted_sis",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("sis_name", sa.String(200), nullable=False),
        sa.Column("contact", sa.String(320), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.String(8), nullable=False),
        sa.Column("auth", sa.String(20), nullable=False),
        sa.Column("client_auth", sa.String(20), nullable=False),
        sa.Column("base_url", sa.String(2000), nullable=False),
        sa.Column("token_url", sa.String(2000), nullable=False),
        sa.Column("sealed", sa.Text()),
        sa.Column("run_id", sa.String(36)),
        sa.Column("report", JSON),
        sa.Column("fits", sa.Boolean()),
        sa.Column("connection_id", sa.String(36)),
        sa.Column("created_by", sa.String(36), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("district_id", "id", name="pk_unlisted_sis"),
    )
    op.create_table(
        "vendor_interest",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("product", sa.String(200), nullable=False),
        sa.Column("company", sa.String(200), nullable=False),
        sa.Column("contact", sa.String(320), nullable=False),
        sa.Column("oneroster", sa.String(20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_vendor_interest"),
    )


def _packages() -> None:
    _table(
        "package",
        sa.Column("connection_id", sa.String(36), nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("run_id", sa.String(36)),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("received_by", sa.String(36)),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("confirmed", sa.Integer()),
        sa.Column("differing", sa.Integer()),
        sa.Column("findings", JSON, nullable=False),
        sa.PrimaryKeyConstraint("district_id", "connection_id", "id", name="pk_package"),
    )
    op.create_index("ix_package_received", "package", ["district_id", "connection_id", "received_at"])


def _history() -> None:
    _table(
        "audit_event",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("account_id", sa.String(36)),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(600), nullable=False),
        sa.Column("params", JSON, nullable=False),
        sa.Column("address", sa.String(64)),
        sa.PrimaryKeyConstraint("district_id", "id", name="pk_audit_event"),
    )
    op.create_index("ix_audit_event_at", "audit_event", ["district_id", "at"])
    _table(
        "run",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("connection_id", sa.String(36)),
        sa.Column("side", sa.String(64)),
        sa.Column("course_id", sa.String(64)),
        sa.Column("requested_by", sa.String(36)),
        sa.Column("on_behalf_of", sa.String(64)),
        sa.Column("attended", sa.Boolean(), nullable=False),
        sa.Column("request", JSON, nullable=False),
        sa.Column("plan", JSON),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("counts", JSON, nullable=False),
        sa.Column("code", sa.String(64)),
        sa.Column("params", JSON),
        sa.Column("sis_words", sa.Text()),
        sa.Column("cancel_requested_at", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT),
        sa.Column("finished_at", MOMENT),
        sa.PrimaryKeyConstraint("district_id", "id", name="pk_run"),
    )
    op.create_index("ix_run_created", "run", ["district_id", "created_at"])
    op.create_index("ix_run_course", "run", ["district_id", "side", "course_id", "created_at"])
    _table(
        "run_outcome",
        sa.Column("run_id", sa.String(36), nullable=False),
        sa.Column("subject", sa.String(600), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("params", JSON, nullable=False),
        sa.Column("course_work_id", sa.String(64)),
        sa.Column("class_id", sa.String(255)),
        sa.Column("user_id", sa.String(64)),
        sa.Column("student_id", sa.String(255)),
        sa.Column("sis_words", sa.Text()),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("district_id", "run_id", "subject", name="pk_run_outcome"),
    )


def _table(name: str, *parts: sa.Column[object] | sa.Constraint) -> None:
    """A table whose key begins with the district."""
    district = sa.Column("district_id", sa.String(36), nullable=False)
    exists = sa.ForeignKeyConstraint(["district_id"], ["district.id"], name=f"fk_{name}_district_id")
    op.create_table(name, district, *parts, exists)


def _keep_the_audit_log_as_written() -> None:
    """The database itself refuses to change an event."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER audit_event_as_written BEFORE UPDATE ON audit_event "
            "BEGIN SELECT RAISE(ABORT, 'audit events are never changed'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION audit_event_as_written() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit events are never changed'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_event_as_written BEFORE UPDATE ON audit_event "
        "FOR EACH ROW EXECUTE FUNCTION audit_event_as_written()"
    )
