"""The district as its Workspace holds it: accounts, and the classes that teachers already have in Classroom."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from classbridge.sandbox.district.assignments import DEMO, DEMO_SECOND, USUAL, Desk, Outline, Work, set_work
from classbridge.sandbox.district.names import PersonName, account_id, course_id
from classbridge.sandbox.district.school import BIOLOGY, Person, Plan, School, Section, make_school

CATEGORIES = (("Homework", 200_000), ("Tests", 400_000), ("Projects", 300_000), ("Participation", 100_000))
"""Classroom's grade categories with their weights (1,000,000 is 100 %)."""
_DEMO_COURSES = 2
_WORKS_PER_SECTION = 20
_SECTIONS_PER_SCHOOL = 1000


class Account(Struct, kw_only=True):
    """A Workspace user; `id` has 21 digits."""

    id: str
    email: str
    name: PersonName
    admin: bool = False
    staff: bool = False
    aliases: tuple[str, ...] = ()


class WorkspaceCourse(Struct, kw_only=True):
    """A class in Classroom. `sourced_ids` are its SIS sections: known to us, not to Classroom."""

    id: str
    name: str
    section: str
    room: str
    owner: str
    teachers: list[str]
    students: list[str]
    state: str = "ACTIVE"
    work: list[Work] = field(default_factory=list)
    sourced_ids: tuple[str, ...] = ()


class Workspace(Struct, frozen=True, kw_only=True):
    """Accounts and courses, made lazily; ids and addresses are the same in every process."""

    plan: Plan
    time_zone: str
    admin_email: str

    @property
    def domain(self) -> str:
        """The primary domain."""
        return self.plan.staff_domain

    def accounts(self) -> Iterator[Account]:
        """The admin, then each school's staff and students who have an account."""
        name = PersonName("Astrid", "Peñalosa-O'Hara")
        yield Account(
            id=account_id(self.plan.seed, self.admin_email),
            email=self.admin_email,
            name=name,
            admin=True,
            staff=True,
        )
        for number in range(self.plan.schools):
            school = make_school(self.plan, number)
            yield from self._people(school.staff, staff=True)
            yield from self._people(school.students, staff=False)
            yield self._unlisted(number)

    def courses(self, *, schools: int = 4) -> Iterator[WorkspaceCourse]:
        """The classes of the first so many schools; the demo teacher's two come first."""
        for number in range(min(schools, self.plan.schools)):
            school = make_school(self.plan, number)
            yield from self._courses(school)

    def _people(self, people: Sequence[Person], *, staff: bool) -> Iterator[Account]:
        for person in people:
            if person.account:
                yield Account(
                    id=account_id(self.plan.seed, person.account),
                    email=person.account,
                    name=person.name,
                    staff=staff,
                    aliases=(person.alias,) if person.alias else (),
                )

    def _unlisted(self, school: int) -> Account:
        """A student who has an account but is not in the SIS."""
        email = f"new.arrival{school}@{self.plan.student_domain}"
        return Account(id=account_id(self.plan.seed, email), email=email, name=PersonName("Noor", "El-Sayed"))

    def _courses(self, school: School) -> Iterator[WorkspaceCourse]:
        biology = [s for s in school.sections if s.subject == BIOLOGY and not s.last_year]
        demo = biology[:_DEMO_COURSES] if school.number == 0 else []
        for section in demo:
            yield self._course(school, section, DEMO if section is demo[0] else DEMO_SECOND)
        for n, section in enumerate(school.sections):
            if n % 3 != 2 and section not in demo and not section.last_year and not section.gone:
                yield self._course(school, section, USUAL, every=10)
        yield self._archived(school)
        yield self._without_section(school)

    def _course(
        self, school: School, section: Section, outlines: Sequence[Outline], *, every: int = 13
    ) -> WorkspaceCourse:
        """A section's class; all but every tenth or so of its students are in it already."""
        teachers = self._ids(section, "teacher")[:1]
        students = [user for n, user in enumerate(self._ids(section, "student"), 1) if n % every]
        if outlines is DEMO:
            students.append(self._unlisted(school.number).id)
        number = (school.number * _SECTIONS_PER_SCHOOL + school.sections.index(section)) * _WORKS_PER_SECTION
        return WorkspaceCourse(
            id=course_id(self.plan.seed, section.sourced_id),
            name=section.title.split(",")[0],
            section=f"Period {section.period}",
            room=f"Room {100 + section.period}",
            owner=teachers[0],
            teachers=teachers,
            students=students,
            work=set_work(self._desk(section), outlines, students, number),
            sourced_ids=(section.sourced_id,),
        )

    def _archived(self, school: School) -> WorkspaceCourse:
        section = next(section for section in school.sections if section.last_year)
        people = {
            role: [self._id(p.person) for p in section.places if p.role == role and p.person.account]
            for role in ("teacher", "student")
        }
        return WorkspaceCourse(
            id=course_id(self.plan.seed, section.sourced_id),
            name=section.title.split(",")[0],
            section=f"Period {section.period}",
            room="",
            owner=people["teacher"][0],
            teachers=people["teacher"],
            students=people["student"],
            state="ARCHIVED",
            sourced_ids=(section.sourced_id,),
        )

    def _without_section(self, school: School) -> WorkspaceCourse:
        owner, partner = (self._id(person) for person in school.staff[:2])
        return WorkspaceCourse(
            id=course_id(self.plan.seed, f"club/{school.number}"),
            name="Book club",
            section="",
            room="Library",
            owner=owner,
            teachers=[owner, partner],
            students=[self._unlisted(school.number).id],
        )

    def _ids(self, section: Section, role: str) -> list[str]:
        """The accounts of those who are in the section today."""
        today = self.plan.today
        return [
            self._id(place.person)
            for place in section.places
            if place.role == role and place.person.account and not place.gone
            if place.end is None or place.end >= today
        ]

    def _id(self, person: Person) -> str:
        return account_id(self.plan.seed, person.account or person.sourced_id)

    def _desk(self, section: Section) -> Desk:
        """Work is due from six weeks ago to a week ahead, inside the open grading period's inner days."""
        plan = self.plan
        period = plan.this_year.grading_period(plan.today)
        day = timedelta(days=1)
        first = max(period.start + day, plan.today - 42 * day)
        last = max(first, min(period.end - day, plan.today + 7 * day))
        return Desk(
            seed=plan.seed,
            today=plan.today,
            first=first,
            last=last,
            term_end=max(term.end for term in section.terms),
            zone=ZoneInfo(self.time_zone),
        )
