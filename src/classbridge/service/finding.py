"""Find a student: among those of the classes that the reader may see, and each grade of theirs in these."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from classbridge.bridge.names import in_order, sought
from classbridge.bridge.outcome import Code
from classbridge.bridge.policy import Action, Actor, Role
from classbridge.service import classes
from classbridge.service import courses as course_service
from classbridge.service.context import Context, allow, zone_of
from classbridge.service.errors import refuse
from classbridge.service.gradebook import StoredGrades
from classbridge.service.students import StudentGrade, grades_of
from classbridge.store import courses, districts, finding
from classbridge.store.courses import KeptCourse
from classbridge.store.finding import KeptStudent
from classbridge.store.rows import Rows

MOST = 50
"""Students that a search gives."""


class ClassName(Struct, frozen=True, kw_only=True):
    """A class of a student."""

    course_id: str
    name: str


class FoundStudent(Struct, frozen=True, kw_only=True):
    """A student who was found, with the classes that the reader may see."""

    user_id: str
    name: str
    email: str | None
    classes: tuple[ClassName, ...]


class Found(Struct, frozen=True, kw_only=True):
    """What was found; `more`: there are others, too many to show."""

    students: tuple[FoundStudent, ...]
    more: bool


class StudentClass(Struct, frozen=True, kw_only=True):
    """A student's grades in one class: what needs somebody first, then the newest. `placed`: found in the SIS."""

    course_id: str
    name: str
    linked: bool
    placed: bool
    problems: int
    grades: tuple[StudentGrade, ...]


class StudentView(Struct, frozen=True, kw_only=True):
    """A student with every class of theirs that the reader may see, those with problems first."""

    user_id: str
    name: str
    email: str | None
    classes: tuple[StudentClass, ...]


def search(ctx: Context, actor: Actor, wanted: str) -> Found:
    """Students by name or address, in any case, with or without accents; at most `MOST`.

    What was sought is kept nowhere.
    """
    allow(actor, Action.LIST_CLASSES)
    with ctx.district(actor).read() as rows:
        seen = _Seen(ctx, rows, actor)
        matching = [one for one in seen.students() if _fits(one, wanted)] if wanted.strip() else []
        district = districts.get(ctx.database, actor.district_id)
        language = district.language if district else "en"
    people = sorted(
        _people(matching, seen.courses), key=lambda one: (in_order(one[0][0], one[0][1], language), one[1].user_id)
    )
    found = [student for _, student in people]
    return Found(students=tuple(found[:MOST]), more=len(found) > MOST)


def view(ctx: Context, actor: Actor, user_id: str) -> StudentView:
    """One student; raises `RefusedError` where the reader sees nobody with this id."""
    allow(actor, Action.LIST_CLASSES)
    with ctx.district(actor).read() as rows:
        seen = _Seen(ctx, rows, actor)
        places = seen.students(user_id)
        if not places:
            raise refuse(Code.PERSON_NOT_FOUND)
        for place in places:
            course_service.allowed(rows, actor, place.course_id, Action.VIEW_GRADES)
        shown = [_class(ctx, rows, actor, seen, place) for place in places]
    return StudentView(
        user_id=user_id,
        name=_name(places[0]),
        email=places[0].email,
        classes=tuple(sorted(shown, key=lambda one: (-one.problems, one.name, one.course_id))),
    )


class _Seen:
    """The classes that a reader sees, and the students in them whom the reader may see."""

    def __init__(self, ctx: Context, rows: Rows, actor: Actor) -> None:
        self.rows, self.side = rows, course_service.side(rows)
        mine = classes.own(ctx, rows, actor, self.side) if Role.TEACHER in actor.roles else []
        every = bool(actor.roles & {Role.ADMIN, Role.AUDITOR})
        known = courses.list_all(rows, self.side) if every else mine
        self.own, self.every = {course.id for course in mine}, every
        self.courses = {course.id: course for course in known if course.course_state == "ACTIVE"}

    def students(self, user_id: str | None = None) -> list[KeptStudent]:
        """Students, or one student's places; a protected one only where the reader is their teacher."""
        found = finding.students(self.rows, self.side, None if self.every else list(self.courses), user_id)
        seen = [one for one in found if one.course_id in self.courses]
        hidden = finding.protected(self.rows, self.side) if self.every else None
        return [one for one in seen if one.course_id in self.own or hidden is None or not hidden.has(one)]


def _fits(student: KeptStudent, wanted: str) -> bool:
    return sought(wanted, _name(student), student.email or "")


def _name(student: KeptStudent) -> str:
    return f"{student.given_name} {student.family_name}".strip() or student.email or student.user_id


def _people(
    matching: Sequence[KeptStudent], known: dict[str, KeptCourse]
) -> Iterable[tuple[tuple[str, str], FoundStudent]]:
    places: dict[str, list[KeptStudent]] = {}
    for one in matching:
        places.setdefault(one.user_id, []).append(one)
    for user_id, mine in places.items():
        named = [ClassName(course_id=one.course_id, name=_title(known[one.course_id])) for one in mine]
        yield (
            (mine[0].family_name, mine[0].given_name),
            FoundStudent(
                user_id=user_id,
                name=_name(mine[0]),
                email=mine[0].email,
                classes=tuple(sorted(named, key=lambda one: (one.name, one.course_id))),
            ),
        )


def _title(course: KeptCourse) -> str:
    return " ".join(filter(None, (course.name, course.section)))


def _class(ctx: Context, rows: Rows, actor: Actor, seen: _Seen, place: KeptStudent) -> StudentClass:
    stored = StoredGrades(rows, seen.side, place.course_id)
    grades = grades_of(stored, place.user_id, zone_of(ctx, actor.district_id))
    return StudentClass(
        course_id=place.course_id,
        name=_title(seen.courses[place.course_id]),
        linked=bool(stored.sections),
        placed=place.user_id in stored.places,
        problems=sum(one.problem for one in grades),
        grades=tuple(sorted(grades, key=lambda one: not one.problem)),
    )
