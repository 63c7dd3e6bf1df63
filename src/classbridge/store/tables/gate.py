"""To whom the teacher functions are open: who has a licence, and the pilot group."""

from sqlalchemy import Boolean, Column, String, Table

from classbridge.store.tables.base import district_key, key, metadata
from classbridge.store.types import Moment

licence_policy = Table(
    "licence_policy",  # what an admin decided; without a row the default holds
    metadata,
    district_key(),
    Column("source", String(20), nullable=False),  # off, google, list
    Column("changed_by", String(36), nullable=False),
    Column("changed_at", Moment, nullable=False),
)

licence = Table(
    "licence",
    metadata,
    district_key(),
    key("source", 20),
    key("email", 320),  # folded
    Column("sku", String(64), nullable=False),  # Google's id of the licence; "" in an uploaded list
    Column("seen_in", String(36), nullable=False),  # the reading that saw it last
)

pilot = Table(
    "pilot",
    metadata,
    district_key(),
    Column("running", Boolean, nullable=False),
    Column("changed_by", String(36), nullable=False),
    Column("changed_at", Moment, nullable=False),
)

pilot_teacher = Table("pilot_teacher", metadata, district_key(), key("email", 320))

pilot_school = Table("pilot_school", metadata, district_key(), key("connection_id", 36), key("org_id"))
