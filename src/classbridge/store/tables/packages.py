"""The packages of SIS that have no API: what came, and what became of it."""

from sqlalchemy import Column, Index, Integer, String, Table

from classbridge.store.tables.base import Json, district_key, key, metadata
from classbridge.store.types import Moment

package = Table(
    "package",
    metadata,
    district_key(),
    key("connection_id", 36),
    key("id", 36),
    Column("state", String(20), nullable=False),  # received, taken, held, refused
    Column("name", String(200), nullable=False),  # of the file
    Column("run_id", String(36)),
    Column("received_at", Moment, nullable=False),
    Column("received_by", String(36)),  # nobody: it lay in the watched folder
    Column("records", Integer, nullable=False, default=0),
    Column("confirmed", Integer),  # our grades that it holds as they were sent; none: it holds no results
    Column("differing", Integer),
    Column("findings", Json, nullable=False, default=list),  # the first of what its check found
    Index("ix_package_received", "district_id", "connection_id", "received_at"),
)
