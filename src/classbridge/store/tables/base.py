"""What every table shares: one metadata, the key's first column, JSON that both databases compare."""

from sqlalchemy import JSON, Column, ForeignKey, MetaData, String
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""JSON; None is NULL. PostgreSQL's plain `json` has no equality, which "where changed" needs."""


def district_key() -> Column[str]:
    """The first column of every key but those of the global tables."""
    return Column("district_id", String(36), ForeignKey("district.id"), primary_key=True)


def key(name: str, length: int = 255) -> Column[str]:
    """A further column of the primary key."""
    return Column(name, String(length), primary_key=True)
