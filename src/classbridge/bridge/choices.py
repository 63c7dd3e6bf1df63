"""What a person chose for a piece of course work in place of what Classroom says."""

from datetime import date

from msgspec import Struct


class WorkChoice(Struct, frozen=True, kw_only=True):
    """What the SIS gets of a piece of course work; None: as Classroom has it.

    `category` is a title, for sourcedIds differ between sections and OneRoster versions. `due_on` is a day where
    the school is, `period_id` the sourcedId of a grading period.
    """

    title: str | None = None
    category: str | None = None
    due_on: date | None = None
    period_id: str | None = None


NOTHING = WorkChoice()
"""Everything as Classroom has it."""
