"""When a connection's keys run out, and when to warn of it. No clock is read here."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta

from msgspec import Struct

WARN_DAYS = (30, 14, 7, 1)
"""So many days before its last one a warning is due, once for each."""


class Life(Struct, frozen=True, kw_only=True):
    """The days on which a key is good, both ends included; None is open."""

    effective_on: date | None = None
    expires_on: date | None = None


def last_day(keys: Iterable[Life], today: date) -> date | None:
    """The last day that the keys cover without a gap; None when there is no end.

    Two keys that overlap or touch follow each other. Without a key that is good today it is yesterday.
    """
    covered = today - timedelta(days=1)
    for key in sorted(keys, key=lambda key: key.effective_on or date.min):
        if key.effective_on is not None and key.effective_on > covered + timedelta(days=1):
            break
        if key.expires_on is None:
            return None
        covered = max(covered, key.expires_on)
    return covered


def due_warning(last: date | None, today: date, sent: Collection[int]) -> int | None:
    """Which of `WARN_DAYS` to warn for today, None for none.

    Of several that passed while nobody looked only the nearest to the end is due. After the last day the
    connection itself says that the key is expired.
    """
    if last is None or last < today:
        return None
    left = (last - today).days
    reached = [days for days in WARN_DAYS if left <= days]
    return min(reached) if reached and min(reached) not in sent else None
