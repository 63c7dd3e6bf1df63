"""What we remember of what we sent: the id map. It may be lost; nothing is doubled or removed because of that."""

from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from classbridge.bridge.equality import Value
from classbridge.oneroster.models import Result

ItemKey = tuple[str, str]
"""The place of a line item: the course work's id and the section's sourcedId."""


class ItemFacts(Struct, frozen=True, kw_only=True):
    """What a line item says; a difference to what we sent means sending it again."""

    title: str
    due: datetime | None
    maximum: Decimal | None
    category_sourced_id: str | None
    session_sourced_id: str | None = None


class KnownLineItem(Struct, frozen=True, kw_only=True):
    """A line item we made or adopted; `sourced_id` is the SIS's, whoever chose it."""

    course_work_id: str
    class_sourced_id: str
    sourced_id: str
    adopted: bool = False
    generation: int = 0
    sent: ItemFacts | None = None
    retired: bool = False
    """We deleted it when it was empty: it may be made anew."""

    @property
    def key(self) -> ItemKey:
        """Its place."""
        return self.course_work_id, self.class_sourced_id


class KnownResult(Struct, frozen=True, kw_only=True):
    """A result we sent, or found equal.

    `created`: it was not there before us. `last_sent` is the value as predicted, None if unknown. `held` is the
    SIS's record, where it is about to be taken back.
    """

    course_work_id: str
    class_sourced_id: str
    line_item_sourced_id: str
    student_sourced_id: str
    sourced_id: str
    created: bool = True
    last_sent: Value | None = None
    held: Result | None = None
