"""A class's grades to be printed in the order of the SIS's roster: for when the SIS cannot be reached."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

from classbridge.bridge.names import in_order
from classbridge.bridge.policy import Action, Actor
from classbridge.service import courses as course_service
from classbridge.service.context import Context, zone_of
from classbridge.service.gradebook import StoredGrades, due_day
from classbridge.service.placing import full_name
from classbridge.service.views import GradeCell
from classbridge.sis.registry import profile
from classbridge.store import connections, courses, districts, gradebooks, rosters
from classbridge.store.courses import KeptCourseWork
from classbridge.store.links import Link
from classbridge.store.rosters import KeptPerson
from classbridge.store.rows import Rows


class PrintedWork(Struct, frozen=True, kw_only=True):
    """A column: an assignment, or one that can be chosen."""

    course_work_id: str
    title: str
    max_points: Decimal | None
    due_on: date | None


class PrintedRow(Struct, frozen=True, kw_only=True):
    """A student with a cell for each chosen assignment; None where Classroom has nobody for the SIS's student."""

    name: str
    identifier: str | None
    cells: tuple[GradeCell | None, ...]


class PrintedSection(Struct, frozen=True, kw_only=True):
    """A section of the SIS in its roster's order; without a title: students who have no place in the SIS."""

    title: str
    rows: tuple[PrintedRow, ...]


class PrintedGrades(Struct, frozen=True, kw_only=True):
    """Classroom's grades and what the SIS last was known to hold, each with its time."""

    course_id: str
    name: str
    sis_name: str
    classroom_as_of: datetime | None
    sis_as_of: datetime | None
    works: tuple[PrintedWork, ...]
    """All that can be chosen."""
    chosen: tuple[PrintedWork, ...]
    sections: tuple[PrintedSection, ...]


def page(
    ctx: Context, actor: Actor, course_id: str, course_work_ids: Sequence[str] | None = None
) -> PrintedGrades:
    """The grades of a linked class for these assignments (None: all), from the snapshots."""
    with ctx.district(actor).read() as rows:
        course = course_service.allowed(rows, actor, course_id, Action.VIEW_GRADES)
        links = course_service.sections(rows, course_id)
        connection = connections.get(rows, links[0].connection_id)
        zone = zone_of(ctx, actor.district_id)
        district = districts.get(ctx.database, actor.district_id)
        stored = StoredGrades(rows, course_service.side(rows), course_id)
        wanted = [one for one in stored.works if not course_work_ids or one.id in course_work_ids]
        read = [gradebooks.read_at(rows, connection.id, link.class_id) for link in links]
        roster = _Roster(rows, stored, wanted, district.language if district else "en")
        return PrintedGrades(
            course_id=course_id,
            name=" ".join(filter(None, (course.name, course.section))),
            sis_name=profile(connection.vendor).name,
            classroom_as_of=course.as_of,
            sis_as_of=min((one for one in read if one), default=None),
            works=tuple(_work(one, due_day(one, zone)) for one in stored.works),
            chosen=tuple(_work(one, due_day(one, zone)) for one in wanted),
            sections=tuple(roster.sections(links, course_service.side(rows), course_id)),
        )


def _work(work: KeptCourseWork, due_on: date | None) -> PrintedWork:
    return PrintedWork(course_work_id=work.id, title=work.title, max_points=work.max_points, due_on=due_on)


class _Roster:
    """Students as the SIS lists them."""

    def __init__(self, rows: Rows, stored: StoredGrades, works: Sequence[KeptCourseWork], language: str) -> None:
        self.rows, self.stored, self.works, self.language = rows, stored, works, language
        self.user_of = {place.student_id: user_id for user_id, place in stored.places.items()}

    def sections(self, links: Sequence[Link], side: str, course_id: str) -> Iterator[PrintedSection]:
        """Each section by family name, then given name; last those who have no place in the SIS."""
        titles = {one.sourced_id: one.title for one in self._classes(links)}
        for link in links:
            students = rosters.students(self.rows, link.connection_id, link.class_id)
            ordered = sorted(students, key=lambda one: in_order(one.family_name, one.given_name, self.language))
            title = titles.get(link.class_id, link.class_id)
            yield PrintedSection(title=title, rows=tuple(map(self._row, ordered)))
        others = [
            one
            for one in courses.members(self.rows, side, course_id, "students")
            if one.user_id not in self.stored.places
        ]
        if others:
            others.sort(key=lambda one: in_order(one.family_name, one.given_name, self.language))
            shown = [
                PrintedRow(name=full_name(one), identifier=None, cells=self._cells(one.user_id)) for one in others
            ]
            yield PrintedSection(title="", rows=tuple(shown))

    def _classes(self, links: Sequence[Link]) -> list[rosters.KeptClass]:
        return rosters.classes(self.rows, links[0].connection_id, [link.class_id for link in links])

    def _row(self, person: KeptPerson) -> PrintedRow:
        user_id = self.user_of.get(person.user_id)
        name = ", ".join(filter(None, (person.family_name, person.given_name)))
        return PrintedRow(name=name, identifier=person.identifier, cells=self._cells(user_id))

    def _cells(self, user_id: str | None) -> tuple[GradeCell | None, ...]:
        return tuple(self.stored.cell(work, user_id) if user_id else None for work in self.works)
