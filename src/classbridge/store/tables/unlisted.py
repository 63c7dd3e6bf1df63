"""SIS that are not on the list: those a district wants, with their check, and what vendors wrote."""

from sqlalchemy import Boolean, Column, String, Table, Text

from classbridge.store.tables.base import Json, district_key, key, metadata
from classbridge.store.types import Moment

unlisted_sis = Table(
    "unlisted_sis",
    metadata,
    district_key(),
    key("id", 36),
    Column("sis_name", String(200), nullable=False),
    Column("contact", String(320), nullable=False),  # of its vendor
    Column("note", Text, nullable=False),
    Column("version", String(8), nullable=False),
    Column("auth", String(20), nullable=False),  # oauth2, oauth1
    Column("client_auth", String(20), nullable=False),
    Column("base_url", String(2000), nullable=False),  # "" where it has no OneRoster
    Column("token_url", String(2000), nullable=False),
    Column("sealed", Text),  # key and secret, until it is connected or removed
    Column("run_id", String(36)),
    Column("report", Json),  # the check's report card
    Column("fits", Boolean),
    Column("connection_id", String(36)),
    Column("created_by", String(36), nullable=False),
    Column("created_at", Moment, nullable=False),
)

vendor_interest = Table(  # no district's: a vendor wrote to whoever hosts the installation
    "vendor_interest",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("product", String(200), nullable=False),
    Column("company", String(200), nullable=False),
    Column("contact", String(320), nullable=False),
    Column("oneroster", String(20), nullable=False),  # 1.2, 1.1, both, csv, planned, none
    Column("note", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
)
