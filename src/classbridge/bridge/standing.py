"""Values of the SIS that a person let stand. Each is asked about again as soon as something about it has changed.

A value kept against Classroom's grade stands while the SIS holds it and Classroom's grade is that very one: a
grade that the teacher returns anew is news, and whoever kept the SIS's has not seen it. A value left where
Classroom has no grade for it any more stands while the SIS holds it.
"""

from collections.abc import Iterable

from msgspec import Struct

from classbridge.bridge.equality import Value, equal


class LetStand(Struct, frozen=True, kw_only=True):
    """A value let stand, of a line item (by the SIS's id) and a student; `sis` None: that there is none.

    `classroom` is the grade that it was kept against, as the SIS would hold it; None: there was none to send.
    """

    line_item_sourced_id: str
    student_sourced_id: str
    sis: Value | None
    classroom: Value | None = None


class Stands:
    """What a person let stand, by place."""

    def __init__(self, answers: Iterable[LetStand] = ()) -> None:
        self._at = {(one.line_item_sourced_id, one.student_sourced_id): one for one in answers}

    def kept(self, line_item: str, student: str, sis: Value | None, classroom: Value) -> bool:
        """Whether the SIS's value was kept against this grade of Classroom's."""
        one = self._at.get((line_item, student))
        against = one is not None and one.classroom is not None and equal(one.classroom, classroom)
        return against and one is not None and _same(one.sis, sis)

    def left(self, line_item: str, student: str, sis: Value | None) -> bool:
        """Whether the SIS's value was left where it is, though Classroom has no grade for it."""
        one = self._at.get((line_item, student))
        return one is not None and one.classroom is None and _same(one.sis, sis)


def _same(one: Value | None, other: Value | None) -> bool:
    return equal(one, other) if one is not None and other is not None else one is other
