"""Every kind of grade that a teacher can give, and how it comes about; phases follow each other."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from tests.kinds.section import Section

Do = Callable[["Case"], None]

PUPIL, MOVER, LEAVER, GONE, OTHER = range(5)
"""Whose grade it is: students of the section, one for each thing that happens to a student."""
LONG = (
    "Compare the sources about the harvest of 1867 with the letters home, and say which ones "
    "you would rather trust"
)


class Case(Struct, frozen=True, kw_only=True):
    """One assignment of one student, with the hands that change both sides."""

    code: str
    course_id: str
    work_id: str
    user_ids: tuple[str, ...]
    user_id: str
    email: str
    classroom: Any
    section: Section
    excuse: Callable[[bool], None]

    def grade(self, points: float | None, *, returned: bool = True) -> None:
        """Give points, returned or not; None takes them away."""
        self._grade(self.work_id, points, returned)

    def _grade(self, work_id: str, points: float | None, returned: bool = True) -> None:
        self.classroom.do(
            "grade",
            course_id=self.course_id,
            work_id=work_id,
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

    def delete(self) -> None:
        """Delete the assignment."""
        self.classroom.do("delete_work", course_id=self.course_id, work_id=self.work_id)

    def repeat(self, points: float) -> None:
        """Grade the student in a second assignment that is the same but for its id."""
        found = self.classroom.do("course", course_id=self.course_id)["courseWork"]
        mine = next(work for work in found if work["id"] == self.work_id)
        same = {name: mine[name] for name in ("title", "maxPoints", "dueDate")}
        work = self.classroom.do("add_work", course_id=self.course_id, **same)
        self._grade(str(work["id"]), points)

    def leave_class(self) -> None:
        """Take the student out of the Classroom class."""
        self.classroom.do("remove_member", course_id=self.course_id, role="students", user=self.email)


class Kind(Struct, frozen=True, kw_only=True):
    """A kind: what is done before the first export and, where there is one, before the second."""

    name: str
    seen: str
    """What the teacher sees, in a sentence."""
    first: Do
    then: Do | None = None
    work: dict[str, object] = {}
    """Members of the course work other than the usual; None leaves one out."""
    title: str = "Quiz"
    category: str = ""
    """Its grade category in Classroom."""
    assigned: tuple[int, ...] = ()
    """The students whom it is individually assigned to."""
    student: int = PUPIL
    shows: tuple[str, ...] = ()
    """What the SIS says beside the score: maximum, title, due, category, item, places."""
    withdraw: bool = False
    """Whether a third export is told to take back what was taken away."""


class Theme(Struct, frozen=True, kw_only=True):
    """Kinds that belong together."""

    title: str
    kinds: tuple[Kind, ...]


def _late(case: Case) -> None:
    case.submit("TURNED_IN", late=True)
    case.grade(80)


def _never_handed_in(case: Case) -> None:
    case.submit("CREATED", late=True)
    case.grade(35)


def _excused(case: Case) -> None:
    case.grade(60)
    case.excuse(True)


def _left(case: Case) -> None:
    case.section.leave(case.email)
    case.grade(66)


def _twice(case: Case) -> None:
    case.grade(85)
    case.repeat(95)


def _due(month: int, day: int) -> dict[str, int]:
    return {"year": 2026, "month": month, "day": day}


GIVEN = Theme(
    title="Given and returned",
    kinds=(
        Kind(
            name="Returned, a whole number",
            seen="The grade is sent, read back and counted as verified.",
            first=lambda case: case.grade(85),
        ),
        Kind(
            name="Returned, with decimals",
            seen="The same; where a SIS keeps fewer decimals, the preview says what it will round to.",
            first=lambda case: case.grade(87.25),
        ),
        Kind(
            name="Zero",
            seen="A zero is a grade, and is sent as one.",
            first=lambda case: case.grade(0),
        ),
        Kind(
            name="Above the maximum (extra credit)",
            seen="Sent as it is; where a SIS caps or refuses it, the preview says so before anything is sent.",
            first=lambda case: case.grade(110),
        ),
        Kind(
            name="Above the maximum, with decimals",
            seen="The same.",
            first=lambda case: case.grade(104.75),
        ),
        Kind(
            name="Graded, not returned",
            seen="The draft is never sent; the preview counts it and asks you to return it in Classroom.",
            first=lambda case: case.grade(70, returned=False),
        ),
        Kind(
            name="Ungraded work",
            seen="Work without points has no grades, and is left out.",
            first=lambda case: None,
            work={"maxPoints": None},
        ),
        Kind(
            name="Individually assigned, also to this student",
            seen="Sent like any other.",
            first=lambda case: case.grade(75),
            assigned=(PUPIL, OTHER),
        ),
        Kind(
            name="Individually assigned to others",
            seen="There is no line for this student, and nothing for them in the SIS.",
            first=lambda case: None,
            assigned=(OTHER,),
        ),
    ),
)

STATUSES = Theme(
    title="Late, missing, excused",
    kinds=(
        Kind(
            name="Handed in late and returned",
            seen="The grade is sent; that it was late is not.",
            first=_late,
        ),
        Kind(
            name="Late, never handed in, and graded",
            seen="The same: a returned grade is sent whatever the state of the work.",
            first=_never_handed_in,
        ),
        Kind(
            name="Missing, no grade",
            seen="Nothing is sent: without a grade there is no zero either.",
            first=lambda case: case.submit("CREATED", late=True),
        ),
        Kind(
            name="Excused, with a grade",
            seen="The mark is made on the student's page here, and sent with the grade. Where the SIS cannot keep "
            "it, nothing is sent: the bare grade would count.",
            first=_excused,
        ),
        Kind(
            name="Excused, without a grade",
            seen="The mark is sent alone.",
            first=lambda case: case.excuse(True),
        ),
        Kind(
            name="Excused after the export",
            seen="The grade in the SIS is marked. Where the SIS cannot keep the mark, the earlier grade stays "
            "there and the details say so; remove it in the SIS itself.",
            first=lambda case: case.grade(60),
            then=lambda case: case.excuse(True),
        ),
        Kind(
            name="Excused with a grade, and the mark removed",
            seen="The next export sends the plain grade.",
            first=_excused,
            then=lambda case: case.excuse(False),
        ),
        Kind(
            name="Excused without a grade, and the mark removed",
            seen="The mark stays in the SIS until you take it back.",
            first=lambda case: case.excuse(True),
            then=lambda case: case.excuse(False),
        ),
        Kind(
            name="Excused without a grade, the mark removed and taken back",
            seen="The preview offers to take it back.",
            first=lambda case: case.excuse(True),
            then=lambda case: case.excuse(False),
            withdraw=True,
        ),
    ),
)

CHANGES = Theme(
    title="Changed or taken away after the export",
    kinds=(
        Kind(
            name="Grade changed",
            seen="The next export sends the new grade.",
            first=lambda case: case.grade(50),
            then=lambda case: case.grade(55),
        ),
        Kind(
            name="Grade taken away, and not taken back",
            seen="The grade stays in the SIS, and every preview offers to take it back.",
            first=lambda case: case.grade(50),
            then=lambda case: case.grade(None),
        ),
        Kind(
            name="Grade taken away, and taken back",
            seen="After your tick in the preview, the result is deleted, if nobody changed it in the SIS.",
            first=lambda case: case.grade(50),
            then=lambda case: case.grade(None),
            withdraw=True,
        ),
        Kind(
            name="Maximum changed to 50",
            seen="The points stay, out of the new maximum. A grade that is the same is not sent again.",
            first=lambda case: case.grade(40),
            then=lambda case: case.edit(maxPoints=50),
            shows=("maximum",),
        ),
        Kind(
            name="Assignment renamed",
            seen="The line item gets the new title.",
            first=lambda case: case.grade(90),
            then=lambda case: case.edit(title=f"{case.code} Renamed"),
            shows=("title",),
        ),
        Kind(
            name="Due date changed to 12 November",
            seen="The line item gets the new due date.",
            first=lambda case: case.grade(90),
            then=lambda case: case.edit(dueDate=_due(11, 12)),
            shows=("due",),
        ),
        Kind(
            name="Assignment deleted, and not taken back",
            seen="The grades stay in the SIS, and every preview offers to take them back.",
            first=lambda case: case.grade(90),
            then=lambda case: case.delete(),
            shows=("item",),
        ),
        Kind(
            name="Assignment deleted, and taken back",
            seen="After your tick in the preview, the results are deleted, and the empty assignment where the SIS "
            "allows it.",
            first=lambda case: case.grade(90),
            then=lambda case: case.delete(),
            withdraw=True,
            shows=("item",),
        ),
    ),
)

RULES = Theme(
    title="What the SIS asks of the assignment",
    kinds=(
        Kind(
            name="A title of 120 characters",
            seen="Where the SIS has a limit, we shorten the title at a word and end it in a tag of its own (#…); "
            "the preview shows it.",
            first=lambda case: case.grade(85),
            title=LONG,
            shows=("title",),
        ),
        Kind(
            name="Two assignments with one title and due date",
            seen="Both are sent. Where the SIS refuses the second, its title gets a tag.",
            first=_twice,
            shows=("title",),
        ),
        Kind(
            name="No due date",
            seen="Where the SIS needs one, nothing is sent, and the preview says so first.",
            first=lambda case: case.grade(85),
            work={"dueDate": None},
            shows=("due",),
        ),
        Kind(
            name="Due outside the term",
            seen="Where the SIS refuses that, nothing is sent, and the preview says so first.",
            first=lambda case: case.grade(85),
            work={"dueDate": _due(7, 20)},
            shows=("due",),
        ),
        Kind(
            name="Without a grade category",
            seen="Where the SIS needs one, its first category by name is taken; the preview says which.",
            first=lambda case: case.grade(85),
            shows=("category",),
        ),
        Kind(
            name="In a grade category that the SIS has (Tests)",
            seen="The line item gets that category. One SIS files work under its default again at every change.",
            first=lambda case: case.grade(85),
            then=lambda case: case.edit(title=f"{case.code} Again"),
            category="Tests",
            shows=("category",),
        ),
        Kind(
            name="In a grade category that the SIS lacks",
            seen="Where the SIS needs none, the category is left out; elsewhere a default takes its place. The "
            "preview says which.",
            first=lambda case: case.grade(85),
            category="Laboratory",
            shows=("category",),
        ),
    ),
)

PEOPLE = Theme(
    title="Students who move or leave",
    kinds=(
        Kind(
            name="Moved to another linked section after the export",
            seen="The new section gets the grade. The one in the old section is left for you to decide.",
            first=lambda case: case.grade(65),
            then=lambda case: case.section.move(case.email),
            student=MOVER,
            shows=("places",),
        ),
        Kind(
            name="Left the section in the SIS after the export",
            seen="What the SIS holds stays as it is; later grades are not sent.",
            first=lambda case: case.grade(65),
            then=_left,
            student=LEAVER,
        ),
        Kind(
            name="Left the Classroom class after the export",
            seen="Classroom shows the student's work no more: that is no evidence, so the grade stays in the SIS.",
            first=lambda case: case.grade(65),
            then=lambda case: case.leave_class(),
            student=GONE,
            shows=("class",),
        ),
    ),
)

THEMES = (GIVEN, STATUSES, CHANGES, RULES, PEOPLE)
KINDS = tuple(kind for theme in THEMES for kind in theme.kinds)
