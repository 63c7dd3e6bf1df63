"""What the SIS lists in a section's gradebook and nobody can read: no sign of a grade, and none of its absence."""

from msgspec import Struct


class Unread(Struct, frozen=True):
    """`grades` are the line item and student of results that cannot be read; no student where it says none.

    `line_items`: there is one among the section's line items.
    """

    grades: frozenset[tuple[str, str | None]] = frozenset()
    line_items: bool = False

    def grade(self, line_item: str, student: str) -> bool:
        """Whether it is open what the SIS holds for a student in a line item."""
        return (line_item, student) in self.grades or (line_item, None) in self.grades
