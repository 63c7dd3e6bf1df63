"""Which warnings of a key's last day have been sent, so that each goes out once."""

from datetime import date, datetime

from classbridge.store.rows import Rows
from classbridge.store.tables import key_warning


def sent(rows: Rows, connection_id: str, last_day: date) -> set[int]:
    """For how many days before this last day a warning has been sent."""
    wanted = rows.select(key_warning, key_warning.c.days).where(
        key_warning.c.connection_id == connection_id, key_warning.c.last_day == last_day
    )
    return {row.days for row in rows.all(wanted)}


def record(rows: Rows, connection_id: str, last_day: date, days: int, at: datetime) -> None:
    """Note that a warning was sent; again changes nothing."""
    rows.insert_new(
        key_warning, {"connection_id": connection_id, "last_day": last_day, "days": days, "sent_at": at}
    )
