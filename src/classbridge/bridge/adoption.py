"""Line items that someone else may have made for the same work: looked for before anything is created.

Another tool, Google's own export included, may have exported the work under random ids, and a SIS may give ids of
its own. So a line item of the same class with the same title, due day and points is a candidate.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from msgspec import Struct

from classbridge.bridge.clock import same_due
from classbridge.oneroster.models import LineItem


class Wanted(Struct, frozen=True, kw_only=True):
    """The line item we want in a section; `titles` and `dues` are all that it may stand under in the SIS."""

    class_sourced_id: str
    titles: tuple[str, ...]
    dues: tuple[datetime | None, ...]
    maximum: Decimal | None


def possible_titles(title: str, sent: str, title_max: int | None) -> tuple[str, ...]:
    """Return the titles under which the work may stand: as we send it, whole, and cut off by the SIS."""
    whole = " ".join(title.split())
    cut = whole if title_max is None else whole[:title_max].rstrip()
    return tuple(dict.fromkeys((sent, whole, cut)))


def candidates(
    wanted: Wanted, listed: Iterable[LineItem], taken: Collection[str], zone: ZoneInfo
) -> tuple[LineItem, ...]:
    """Return the candidates for adoption, by sourcedId; `taken` are the ids that belong to other course work."""
    titles = {_plain(title) for title in wanted.titles}
    found = [
        item
        for item in listed
        if item.active
        and item.sourced_id not in taken
        and item.class_.sourced_id == wanted.class_sourced_id
        and _plain(item.title) in titles
        and item.result_value_max == wanted.maximum
        and any(same_due(due, item.due_date, zone) for due in wanted.dues)
    ]
    return tuple(sorted(found, key=lambda item: item.sourced_id))


def _plain(title: str) -> str:
    return " ".join(title.split()).casefold()
