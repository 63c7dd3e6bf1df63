"""Every kind of grade that a teacher can give, and how it comes about in Classroom; phases follow each other."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

Do = Callable[["Case"], None]


class Case(Struct, frozen=True, kw_only=True):
    """One assignment of one student, with the hands that change both sides."""

    code: str
    course_id: str
    work_id: str
    user_id: str
    email: str
    classroom: Any
    excuse: Callable[[bool], None]

    def grade(self, points: float | None, *, returned: bool = True) -> None:
        """Give points, returned or not; None takes them away."""
        self.classroom.do(
            "grade",
            course_id=self.course_id,
            work_id=self.work_id,
            user=self.email,
            points=points,
            returned=returned,
        )

    def submit(self, state: str, *, late: bool = False) -> None:
        """Hand in, or not."""
        self.classroom.do(
            "submit", course_id=self.course_id, work_id=self.work_id, user=self.email, state=state, late=late
        )

    def edit(self, **members: object) -> None:
        """Change the assignment."""
        self.classroom.do("edit_work", course_id=self.course_id, work_id=self.work_id, **members)


class Kind(Struct, frozen=True, kw_only=True):
    """A kind: what is done before the first export and, where there is one, before the second."""

    name: str
    first: Do
    then: Do | None = None
    work: dict[str, object] = {}
    """Members of the course work other than the usual."""
    withdraw: bool = False
    """Whether the second export is told to take back what was taken away."""


def _delete(case: Case) -> None:
    case.classroom.do("delete_work", course_id=case.course_id, work_id=case.work_id)


def _late(case: Case) -> None:
    case.submit("TURNED_IN", late=True)
    case.grade(80)


def _excused(case: Case) -> None:
    case.grade(60)
    case.excuse(True)


KINDS = (
    Kind(name="Returned, a whole number", first=lambda case: case.grade(85)),
    Kind(name="Returned, with decimals", first=lambda case: case.grade(87.25)),
    Kind(name="Zero", first=lambda case: case.grade(0)),
    Kind(name="Above the maximum (extra credit)", first=lambda case: case.grade(110)),
    Kind(name="Graded, not returned", first=lambda case: case.grade(70, returned=False)),
    Kind(name="Handed in late and returned", first=_late),
    Kind(name="Missing, no grade", first=lambda case: case.submit("CREATED", late=True)),
    Kind(name="Ungraded work", first=lambda case: None, work={"maxPoints": None}),
    Kind(name="Excused (marked here)", first=_excused),
    Kind(name="Changed after the export", first=lambda case: case.grade(50), then=lambda case: case.grade(55)),
    Kind(
        name="Taken away, and not taken back",
        first=lambda case: case.grade(50),
        then=lambda case: case.grade(None),
    ),
    Kind(
        name="Taken away, and taken back",
        first=lambda case: case.grade(50),
        then=lambda case: case.grade(None),
        withdraw=True,
    ),
    Kind(
        name="Maximum changed to 50", first=lambda case: case.grade(40), then=lambda case: case.edit(maxPoints=50)
    ),
    Kind(
        name="Assignment renamed",
        first=lambda case: case.grade(90),
        then=lambda case: case.edit(title=f"{case.code} Renamed"),
    ),
    Kind(
        name="Assignment deleted, and taken back", first=lambda case: case.grade(90), then=_delete, withdraw=True
    ),
)
