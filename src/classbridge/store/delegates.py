"""Who may act in a class for its primary teacher, and until when. Ended ones stay until they are revoked."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import ColumnElement

from classbridge.store.rows import Rows, columns, record, values
from classbridge.store.tables import delegate


class Delegate(Struct, frozen=True, kw_only=True):
    """An account that acts in a class until `ends_at`, which is not part of it any more."""

    side: str
    course_id: str
    account_id: str
    named_by: str
    named_at: datetime
    ends_at: datetime


def name(rows: Rows, named: Delegate) -> None:
    """Keep a delegate; naming one again replaces the time."""
    rows.upsert(delegate, values(named))


def revoke(rows: Rows, side: str, course_id: str, account_id: str) -> bool:
    """End a delegation. False: there was none."""
    here = (delegate.c.side == side, delegate.c.course_id == course_id, delegate.c.account_id == account_id)
    return bool(rows.delete(delegate, *here))


def of_course(rows: Rows, side: str, course_id: str, at: datetime | None = None) -> list[Delegate]:
    """The delegates of a class, those that end first before others; at a moment, or (None) ended ones too."""
    return _delegates(rows, at, delegate.c.side == side, delegate.c.course_id == course_id)


def course_ids(rows: Rows, side: str, account_id: str, at: datetime) -> list[str]:
    """The classes in which an account is a delegate at a moment."""
    found = _delegates(rows, at, delegate.c.side == side, delegate.c.account_id == account_id)
    return [one.course_id for one in found]


def _delegates(rows: Rows, at: datetime | None, *where: ColumnElement[bool]) -> list[Delegate]:
    wanted = rows.select(delegate, *columns(delegate, Delegate)).where(*where)
    if at is not None:
        wanted = wanted.where(delegate.c.ends_at > at)
    return [record(Delegate, row) for row in rows.all(wanted.order_by(delegate.c.ends_at, *delegate.primary_key))]
