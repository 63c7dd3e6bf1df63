"""Districts, their domains, the people who sign in, and the workers."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from classbridge.store.tables.base import district_key, key, metadata
from classbridge.store.types import Moment

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

domain = Table("domain", metadata, district_key(), key("name"))

account_role = Table(
    "account_role",
    metadata,
    district_key(),
    Column("account_id", String(36), ForeignKey("account.id"), primary_key=True),
    key("role", 20),
)
