"""The district as the SIS holds it: neutral OneRoster records, school by school."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from classbridge.oneroster.models import (
    AcademicSession,
    Category,
    Class,
    Course,
    Demographics,
    Enrollment,
    Org,
    Record,
    Ref,
    Role,
    Status,
    User,
    UserId,
)
from classbridge.sandbox.district.calendar import Period, SchoolYear, Term
from classbridge.sandbox.district.school import (
    GRADES,
    SUBJECT_CODES,
    SUBJECTS,
    Person,
    Plan,
    School,
    Section,
    make_school,
)

DISTRICT_ID = "org-district"
ADMIN_ID = "adm-0001"
CATEGORIES = (("Homework", 20), ("Tests", 40), ("Projects", 30), ("Participation", 10))
_SCHOOLS_WITH_CLASS_CATEGORIES = 2
_EVERY_DEMOGRAPHICS = 20


def records(plan: Plan, name: str, admin_email: str) -> Iterator[Record]:
    """Every record: first what the district shares, then each school's people, classes and enrollments."""
    touched = datetime.combine(plan.this_year.start, datetime.min.time(), UTC)
    yield Org(
        sourced_id=DISTRICT_ID,
        date_last_modified=touched,
        name=name,
        type="district",
        identifier="4800001",
        children=[Ref(sourced_id=_school_id(n), type="org") for n in range(plan.schools)],
    )
    for year in (plan.last_year, plan.this_year):
        yield from _sessions(year, touched)
        yield from _courses(year, touched)
    yield from _categories("", touched)
    yield _admin(admin_email, touched)
    for number in range(plan.schools):
        yield from _school(plan, make_school(plan, number))


def _school_id(number: int) -> str:
    return f"org-{number + 1:04d}"


def _status(gone: bool) -> Status:
    return "tobedeleted" if gone else "active"


def _session(
    period: Period, kind: str, year: str, touched: datetime, parent: str | None, children: tuple[Period, ...]
) -> AcademicSession:
    return AcademicSession(
        sourced_id=period.sourced_id,
        date_last_modified=touched,
        title=period.title,
        type=kind,
        start_date=period.start,
        end_date=period.end,
        school_year=year,
        parent=Ref(sourced_id=parent, type="academicSession") if parent else None,
        children=[Ref(sourced_id=child.sourced_id, type="academicSession") for child in children],
    )


def _sessions(year: SchoolYear, touched: datetime) -> Iterator[AcademicSession]:
    yield _session(year, "schoolYear", year.name, touched, None, year.terms)
    for term in year.terms:
        yield _session(term, "term", year.name, touched, year.sourced_id, term.grading_periods)
        for period in term.grading_periods:
            yield _session(period, "gradingPeriod", year.name, touched, term.sourced_id, ())


def _courses(year: SchoolYear, touched: datetime) -> Iterator[Course]:
    for subject, title in enumerate(SUBJECTS):
        for grade in GRADES:
            yield Course(
                sourced_id=_course_id(year, subject, grade),
                date_last_modified=touched,
                title=f"{title} {int(grade)}",
                course_code=f"{SUBJECT_CODES[subject]}{int(grade)}",
                grades=[grade],
                subjects=[title],
                subject_codes=[SUBJECT_CODES[subject]],
                org=Ref(sourced_id=DISTRICT_ID, type="org"),
                school_year=Ref(sourced_id=year.sourced_id, type="academicSession"),
            )


def _course_id(year: SchoolYear, subject: int, grade: str) -> str:
    return f"crs-{year.name}-{SUBJECT_CODES[subject].lower()}-{grade}"


def _categories(class_id: str, touched: datetime) -> Iterator[Category]:
    """The district's categories, or a class's own (known by `metadata.classId`, as Aspen has them)."""
    for title, weight in CATEGORIES:
        yield Category(
            sourced_id=f"cat-{class_id}-{title.lower()}" if class_id else f"cat-{title.lower()}",
            date_last_modified=touched,
            metadata={"classId": class_id} if class_id else {},
            title=title,
            weight=Decimal(weight),
        )


def _admin(email: str, touched: datetime) -> User:
    district = Ref(sourced_id=DISTRICT_ID, type="org")
    return User(
        sourced_id=ADMIN_ID,
        date_last_modified=touched,
        username="admin",
        given_name="Astrid",
        family_name="Peñalosa-O'Hara",
        email=email,
        roles=[Role(role="districtAdministrator", org=district)],
        primary_org=district,
    )


def _school(plan: Plan, school: School) -> Iterator[Record]:
    touched = datetime.combine(plan.this_year.start, datetime.min.time(), UTC) + timedelta(minutes=school.number)
    yield Org(
        sourced_id=school.sourced_id,
        date_last_modified=touched,
        name=school.name,
        type="school",
        identifier=f"48{school.number + 1:05d}",
        parent=Ref(sourced_id=DISTRICT_ID, type="org"),
    )
    at = Ref(sourced_id=school.sourced_id, type="org")
    for teacher in school.staff:
        yield _user(teacher, "teacher", at, touched)
    for n, student in enumerate(school.students):
        yield _user(student, "student", at, touched)
        if n % _EVERY_DEMOGRAPHICS == 0:
            yield _demographics(student, n, plan.today, touched)
    for n, section in enumerate(school.sections):
        yield _class(plan, section, at, touched)
        if school.number < _SCHOOLS_WITH_CLASS_CATEGORIES and not section.last_year:
            yield from _categories(section.sourced_id, touched)
        yield from _enrollments(section, at, touched + timedelta(seconds=n % 60))


def _user(person: Person, role: str, at: Ref, touched: datetime) -> User:
    number = person.sourced_id[4:]
    return User(
        sourced_id=person.sourced_id,
        date_last_modified=touched,
        username=f"{role[0]}{number}",
        given_name=person.name.given,
        family_name=person.name.family,
        enabled_user=person.mess != "disabled",
        identifier=number,
        email=person.email,
        user_ids=[UserId(type="LDAP", identifier=f"{role[0]}{number}")],
        roles=[Role(role=role, org=at)],
        grades=[person.grade] if person.grade else [],
        primary_org=at,
    )


def _demographics(student: Person, number: int, today: date, touched: datetime) -> Demographics:
    age = timedelta(days=round((int(student.grade) + 5.5) * 365) + number % 300)
    return Demographics(
        sourced_id=student.sourced_id,
        date_last_modified=touched,
        birth_date=today - age,
        sex=("female", "male", "other", "unspecified")[number // _EVERY_DEMOGRAPHICS % 4],
    )


def _class(plan: Plan, section: Section, at: Ref, touched: datetime) -> Class:
    year = plan.last_year if section.last_year else plan.this_year
    return Class(
        sourced_id=section.sourced_id,
        status=_status(section.gone),
        date_last_modified=touched,
        title=section.title,
        class_code=section.code,
        class_type="scheduled",
        location=f"Room {100 + section.period}",
        grades=[section.grade],
        subjects=[SUBJECTS[section.subject]],
        subject_codes=[SUBJECT_CODES[section.subject]],
        periods=[str(section.period)],
        course=Ref(sourced_id=_course_id(year, section.subject, section.grade), type="course"),
        school=at,
        terms=[Ref(sourced_id=term.sourced_id, type="academicSession") for term in section.terms],
    )


def _enrollments(section: Section, at: Ref, touched: datetime) -> Iterator[Enrollment]:
    class_ = Ref(sourced_id=section.sourced_id, type="class")
    starts: Term = section.terms[0]
    for place in section.places:
        yield Enrollment(
            sourced_id=f"enr-{section.sourced_id[4:]}-{place.person.sourced_id[4:]}",
            status=_status(place.gone),
            date_last_modified=touched,
            user=Ref(sourced_id=place.person.sourced_id, type="user"),
            class_=class_,
            role=place.role,
            school=at,
            primary=place.primary,
            begin_date=place.begin or starts.start,
            end_date=place.end,
        )
