"""One school of the district: its people, sections and who is in which section.

A school is worked out from the district's seed and its number alone, so that a district of any size is made
school by school. The mess of real districts sits on the last cohort of students; the demo teacher's two
sections are those of the first two cohorts of the first school.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import Literal

from msgspec import Struct, field, structs

from classbridge.sandbox.district.calendar import SchoolYear, Term
from classbridge.sandbox.district.names import PersonName, address, pick_name

SUBJECTS = ("Biology", "Algebra", "English", "Historia", "Español")
SUBJECT_CODES = ("BIO", "ALG", "ENG", "HIS", "ESP")
BIOLOGY, ALGEBRA, ENGLISH, HISTORIA, ESPANOL = range(5)
GRADES = ("09", "10", "11", "12", "06", "07", "08")
STUDENTS_PER_SCHOOL = 500
_COHORT = 28
_COHORTS_PER_TEACHER = 4
DEMO_TEACHER = PersonName("María", "Lindqvist")

Mess = Literal[
    "",
    "twin",
    "twin-of",
    "no-email",
    "upper-case",
    "alias",
    "no-account",
    "transfer",
    "gone",
    "two-sections",
    "disabled",
    "other-domain",
]
_MESS: tuple[Mess, ...] = (
    "twin-of",
    "twin",
    "no-email",
    "upper-case",
    "alias",
    "no-account",
    "transfer",
    "gone",
    "two-sections",
    "disabled",
    "other-domain",
)


class Person(Struct, kw_only=True):
    """A person of the school: what the SIS knows (`email`) and what Workspace knows (`account`)."""

    sourced_id: str
    name: PersonName
    email: str | None
    account: str | None
    alias: str | None = None
    grade: str = ""
    mess: Mess = ""


class Place(Struct, kw_only=True):
    """A person's place in a section, as the SIS has it."""

    person: Person
    role: Literal["teacher", "student"]
    primary: bool | None = None
    begin: date | None = None
    end: date | None = None
    gone: bool = False


class Section(Struct, kw_only=True):
    """A section of a course in the SIS."""

    sourced_id: str
    title: str
    code: str | None
    subject: int
    grade: str
    period: int
    terms: tuple[Term, ...]
    last_year: bool = False
    gone: bool = False
    places: list[Place] = field(default_factory=list)


class School(Struct, kw_only=True):
    """A school with its people and sections, this year's first."""

    number: int
    sourced_id: str
    name: str
    staff: list[Person]
    students: list[Person]
    sections: list[Section]


class Plan(Struct, frozen=True, kw_only=True):
    """What a school needs to know of its district."""

    seed: int
    students: int
    today: date
    this_year: SchoolYear
    last_year: SchoolYear
    staff_domain: str
    student_domain: str

    @property
    def schools(self) -> int:
        """How many schools there are."""
        return 1 if self.students < 120 else max(2, -(-self.students // STUDENTS_PER_SCHOOL))

    def students_of(self, school: int) -> range:
        """The numbers of a school's students."""
        edge = [n * self.students // self.schools for n in (school, school + 1)]
        return range(edge[0], edge[1])


def make_school(plan: Plan, number: int) -> School:
    """The school of that number (0 is the demo teacher's)."""
    rng = Random(f"{plan.seed}/{number}")  # noqa: S311 made-up people need the same dice, not secret ones
    cohorts = _cohorts(_students(plan, number, rng))
    staff = _staff(plan, number, len(cohorts), rng)
    sections = [
        _section(plan, number, cohort, members, subject, staff)
        for cohort, members in enumerate(cohorts)
        for subject in range(len(SUBJECTS))
    ]
    _mess_up(plan, number, sections, staff, len(cohorts))
    sections += _last_years(plan, number, cohorts, staff)
    return School(
        number=number,
        sourced_id=f"org-{number + 1:04d}",
        name=_school_name(number),
        staff=staff,
        students=[student for members in cohorts for student in members],
        sections=sections,
    )


def _school_name(number: int) -> str:
    places = ("Riverbend", "Åkerlund", "Peñasco", "O'Hara Creek", "Saint-Exupéry", "Blue Mesa", "Nørreport")
    kind = "Middle School" if number % 3 == 1 else "High School"
    lap = number // len(places)
    return f"{places[number % len(places)]} {kind}" + (f" {lap + 1}" if lap else "")


def _students(plan: Plan, school: int, rng: Random) -> list[Person]:
    numbers = plan.students_of(school)
    students = [_student(plan, number, rng) for number in numbers]
    for student, mess in zip(reversed(students), _MESS, strict=False):
        student.mess = mess
        _soil(student, mess, plan, twin=students[-2])
    return students


def _student(plan: Plan, number: int, rng: Random) -> Person:
    name = pick_name(rng, number)
    email = address(name, number, plan.student_domain)
    return Person(sourced_id=f"stu-{number + 1:07d}", name=name, email=email, account=email)


def _soil(student: Person, mess: Mess, plan: Plan, *, twin: Person) -> None:
    """Bend one student's addresses as real districts have them."""
    if mess == "twin-of":
        student.email, student.account = twin.email, None
    elif mess == "no-email":
        student.email = None
    elif mess == "upper-case" and student.email:
        student.email = student.email.upper()
    elif mess == "alias" and student.email:
        student.alias = student.email.replace("@", ".nick@")
        student.email = student.alias
    elif mess == "no-account":
        student.account = None
    elif mess == "other-domain" and student.email:
        student.email = student.email.replace(plan.student_domain, "family-mail.example")


def _cohorts(students: list[Person]) -> list[list[Person]]:
    count = max(1, round(len(students) / _COHORT))
    edges = [n * len(students) // count for n in range(count + 1)]
    cohorts = [students[a:b] for a, b in pairwise(edges)]
    for cohort, members in enumerate(cohorts):
        for student in members:
            student.grade = _grade(cohort, count)
    return cohorts


def _grade(cohort: int, count: int) -> str:
    return GRADES[cohort * 4 // max(count, 4)]


def _staff(plan: Plan, school: int, cohorts: int, rng: Random) -> list[Person]:
    """Teachers, subject by subject; in the first school the demo teacher leads the list."""
    per_subject = _teachers_per_subject(cohorts)
    first = school * 1000
    staff = [_teacher(plan, first + n, rng) for n in range(per_subject * len(SUBJECTS))]
    staff[ESPANOL * per_subject].email = None
    if school == 0:
        name = DEMO_TEACHER
        email = f"maria.lindqvist@{plan.staff_domain}"
        staff.append(Person(sourced_id="tch-demo", name=name, email=email, account=email))
    return staff


def _teachers_per_subject(cohorts: int) -> int:
    return -(-cohorts // _COHORTS_PER_TEACHER)


def _teacher(plan: Plan, number: int, rng: Random) -> Person:
    name = pick_name(rng, number)
    email = address(name, number, plan.staff_domain)
    return Person(sourced_id=f"tch-{number + 1:06d}", name=name, email=email, account=email)


def _section(
    plan: Plan, school: int, cohort: int, members: Sequence[Person], subject: int, staff: Sequence[Person]
) -> Section:
    demo = school == 0 and cohort < 2 and subject == BIOLOGY
    per_subject = len(staff) // len(SUBJECTS)
    own = subject * per_subject + cohort // _COHORTS_PER_TEACHER
    teacher = staff[-1] if demo else staff[own]
    grade = members[0].grade
    section = Section(
        sourced_id=f"sec-{school + 1:04d}-{cohort + 1:03d}-{subject + 1}",
        title=f"{SUBJECTS[subject]} {int(grade)}, period {cohort % 8 + 1}",
        code=f"{SUBJECT_CODES[subject]}{int(grade)}-{cohort + 1}",
        subject=subject,
        grade=grade,
        period=cohort % 8 + 1,
        terms=_terms(plan, 2 if demo else cohort + subject),
    )
    section.places.append(Place(person=teacher, role="teacher", primary=True))
    if cohort % 4 == 0:
        partner = staff[(own + per_subject) % (per_subject * len(SUBJECTS))]
        section.places.append(Place(person=partner, role="teacher", primary=False))
    section.places += [Place(person=student, role="student") for student in members]
    return section


def _terms(plan: Plan, dice: int) -> tuple[Term, ...]:
    """Most classes run all year, some in this term only, a few in the other one."""
    if dice % 4 == 2:
        return (plan.this_year.term(plan.today),)
    if dice % 8 == 3:
        return (plan.this_year.other_term(plan.today),)
    return plan.this_year.terms


def _mess_up(plan: Plan, school: int, sections: list[Section], staff: Sequence[Person], cohorts: int) -> None:
    """Transfers, leftovers, homonyms and oddly taught classes, all around the last cohort."""
    last = sections[-len(SUBJECTS) :]
    before = sections[-2 * len(SUBJECTS) : -len(SUBJECTS)] if cohorts > 1 else []
    _move(plan, last[ALGEBRA], before[ALGEBRA] if before else None)
    for place in last[ENGLISH].places:
        place.gone = place.person.mess == "gone"
    for place in last[HISTORIA].places:
        if place.role == "teacher":
            place.primary = False
    sections += _extra_sections(last[ENGLISH], school, staff)


def _move(plan: Plan, left: Section, entered: Section | None) -> None:
    """One student changes section two weeks ago; another sits in both sections."""
    if entered is None:
        return
    for place in [place for place in left.places if place.person.mess in ("transfer", "two-sections")]:
        begin = None
        if place.person.mess == "transfer":
            place.end = plan.today - timedelta(days=14)
            begin = plan.today - timedelta(days=13)
        entered.places.append(Place(person=place.person, role="student", begin=begin))


def _extra_sections(english: Section, school: int, staff: Sequence[Person]) -> list[Section]:
    """A homonym of a class of the same teacher, an empty class, and a deleted one."""
    key = f"sec-{school + 1:04d}"
    homonym = structs.replace(
        english, sourced_id=f"{key}-homonym", code=None, places=[english.places[0], *english.places[-5:]]
    )
    teacher = Place(person=staff[0], role="teacher", primary=True)
    empty = structs.replace(
        english, sourced_id=f"{key}.empty_1@a", title="Study hall", code="HALL", places=[teacher]
    )
    gone = structs.replace(
        english,
        sourced_id=f"{key}-gone",
        title="Robotics club",
        code="ROB",
        gone=True,
        places=[structs.replace(place, gone=True) for place in english.places],
    )
    return [homonym, empty, gone]


def _last_years(
    plan: Plan, school: int, cohorts: Sequence[Sequence[Person]], staff: Sequence[Person]
) -> list[Section]:
    """Last year's Algebra of every cohort, ended; every third one is marked as deleted."""
    per_subject = len(staff) // len(SUBJECTS)
    sections = []
    for cohort, members in enumerate(cohorts):
        gone = cohort % 3 == 2
        end = plan.last_year.end
        teacher = Place(person=staff[ALGEBRA * per_subject], role="teacher", primary=True, end=end, gone=gone)
        students = [Place(person=student, role="student", end=end, gone=gone) for student in members]
        sections.append(
            Section(
                sourced_id=f"sec-{school + 1:04d}-{cohort + 1:03d}-last",
                title=f"Algebra, period {cohort % 8 + 1}",
                code=f"ALG-{cohort + 1}",
                subject=ALGEBRA,
                grade=members[0].grade,
                period=cohort % 8 + 1,
                terms=plan.last_year.terms,
                last_year=True,
                gone=gone,
                places=[teacher, *students],
            )
        )
    return sections
