import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import islice
from zoneinfo import ZoneInfo

import msgspec
import pytest

from classbridge.oneroster.models import (
    AcademicSession,
    Category,
    Class,
    Course,
    Enrollment,
    Org,
    Record,
    Ref,
    User,
)
from classbridge.sandbox.district import District

TODAY = date(2026, 11, 23)
Tables = dict[type[Record], dict[str, Record]]


@pytest.fixture(scope="module")
def district() -> District:
    return District.make(today=TODAY)


@pytest.fixture(scope="module")
def by_type(district: District) -> Tables:
    tables: Tables = defaultdict(dict)
    for record in district.records():
        assert record.sourced_id not in tables[type(record)]
        tables[type(record)][record.sourced_id] = record
    return tables


def fingerprint(district: District) -> str:
    digest = sha256()
    for record in district.records():
        digest.update(msgspec.json.encode(record))
    workspace = district.classroom()
    for item in (*workspace.accounts(), *workspace.courses()):
        digest.update(msgspec.json.encode(item))
    return digest.hexdigest()


def references(value: object) -> Iterator[Ref]:
    if isinstance(value, Ref):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from references(getattr(value, name))


def test_the_same_seed_gives_the_same_district_in_another_process(district: District) -> None:
    program = (
        "from datetime import date\n"
        "from classbridge.sandbox.district import District\n"
        "from tests.district.test_district import fingerprint\n"
        "print(fingerprint(District.make(today=date(2026, 11, 23))))"
    )
    other = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == fingerprint(district)


def test_another_seed_gives_other_people(district: District) -> None:
    other = District.make(today=TODAY, seed=2)
    names = [
        {(r.given_name, r.family_name, r.sourced_id) for r in d.records() if isinstance(r, User)}
        for d in (district, other)
    ]
    assert len(names[0] & names[1]) < 20


@pytest.mark.parametrize("students", [50, 119, 120, 200, 1999])
def test_it_has_as_many_students_as_asked(students: int) -> None:
    users = [r for r in District.make(students=students, today=TODAY).records() if isinstance(r, User)]
    assert sum(user.roles[0].role == "student" for user in users) == students


def test_a_district_too_small_to_be_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 50"):
        District.make(students=10, today=TODAY)


def test_twenty_thousand_students_take_seconds() -> None:
    began = time.perf_counter()
    count = sum(1 for _ in District.make(students=20_000, today=TODAY).records())
    assert count > 140_000
    assert time.perf_counter() - began < 5


def test_the_first_records_of_a_million_students_come_at_once() -> None:
    began = time.perf_counter()
    assert len(list(islice(District.make(students=1_000_000, today=TODAY).records(), 5000))) == 5000
    assert len(list(islice(District.make(students=1_000_000, today=TODAY).classroom().accounts(), 5000))) == 5000
    assert time.perf_counter() - began < 2


@pytest.mark.exhaustive
def test_a_million_students_stream() -> None:
    users = sum(
        isinstance(r, User) and r.roles[0].role == "student"
        for r in District.make(students=1_000_000, today=TODAY).records()
    )
    assert users == 1_000_000


def test_every_reference_points_to_a_record_of_the_district(
    by_type: Tables,
) -> None:
    known = {sourced_id for table in by_type.values() for sourced_id in table}
    dangling = {
        ref.sourced_id for table in by_type.values() for record in table.values() for ref in references(record)
    } - known
    assert dangling == set()


def test_every_record_reads_back_from_json_as_it_was(district: District) -> None:
    for record in district.records():
        assert msgspec.json.decode(msgspec.json.encode(record), type=type(record)) == record


@pytest.mark.parametrize(
    "today", [date(2026, 1, 1), date(2026, 7, 31), date(2026, 8, 1), date(2024, 2, 29), date(2026, 10, 16)]
)
def test_every_day_of_the_year_has_a_term_and_a_grading_period_and_last_year_is_over(today: date) -> None:
    sessions = [r for r in District.make(students=50, today=today).records() if isinstance(r, AcademicSession)]
    for kind in ("schoolYear", "term", "gradingPeriod"):
        assert sum(s.type == kind and s.start_date <= today <= s.end_date for s in sessions) == 1
    years = sorted((s for s in sessions if s.type == "schoolYear"), key=lambda s: s.start_date)
    assert years[0].end_date < today
    assert years[0].end_date + timedelta(days=1) == years[1].start_date


def test_only_example_domains_are_used(district: District, by_type: Tables) -> None:
    emails = [user.email for user in by_type[User].values() if isinstance(user, User) and user.email]
    emails += [account.email for account in district.classroom().accounts()]
    assert all(email.lower().endswith(".example") for email in emails)
    assert district.domains == ("riverbend.example", "students.riverbend.example")


def test_the_mess_of_real_districts_is_there(by_type: Tables) -> None:
    users = [u for u in by_type[User].values() if isinstance(u, User)]
    enrollments = [e for e in by_type[Enrollment].values() if isinstance(e, Enrollment)]
    classes = [c for c in by_type[Class].values() if isinstance(c, Class)]
    roles = {user.sourced_id: user.roles[0].role for user in users}
    emails = Counter(user.email.lower() for user in users if user.email)
    assert 2 in emails.values(), "a shared address"
    assert {roles[user.sourced_id] for user in users if not user.email} == {"student", "teacher"}
    assert any(user.email and user.email.isupper() for user in users)
    assert any(not user.enabled_user for user in users)
    assert any(e.end_date and e.end_date < TODAY and e.active for e in enrollments)
    assert {e.status for e in enrollments} == {c.status for c in classes} == {"active", "tobedeleted"}
    students_of = Counter(e.class_.sourced_id for e in enrollments if e.role == "student")
    assert any(students_of[c.sourced_id] == 0 for c in classes if c.active), "an empty class"
    taught = {e.class_.sourced_id for e in enrollments if e.role == "teacher" and e.primary}
    assert {c.sourced_id for c in classes if c.active} - taught, "a class whose teacher is only co-teacher"
    homonyms = Counter((c.title, c.school, tuple(c.terms)) for c in classes if c.active)
    assert max(homonyms.values()) > 1
    names = " ".join(f"{user.given_name} {user.family_name}" for user in users).lower()
    assert all(letter in names for letter in "åäöñ'-")
    assert max(len(user.family_name) for user in users) > 60


def test_a_student_sits_in_two_sections_of_one_teacher(by_type: Tables) -> None:
    enrollments = [
        e for e in by_type[Enrollment].values() if isinstance(e, Enrollment) and e.active and not e.end_date
    ]
    teacher = {e.class_.sourced_id: e.user.sourced_id for e in enrollments if e.role == "teacher" and e.primary}
    places = Counter(
        (e.user.sourced_id, teacher.get(e.class_.sourced_id))
        for e in enrollments
        if e.role == "student" and e.class_.sourced_id.endswith("-2")
    )
    assert max(places.values()) == 2


def test_some_sis_students_have_no_account_and_some_accounts_are_not_in_the_sis(
    district: District, by_type: Tables
) -> None:
    sis = {u.email.lower() for u in by_type[User].values() if isinstance(u, User) and u.email}
    accounts = list(district.classroom().accounts())
    workspace = {address for account in accounts for address in (account.email, *account.aliases)}
    assert sis - workspace
    assert workspace - sis
    assert any(set(account.aliases) & sis for account in accounts), "an alias that the SIS uses"


def test_account_ids_are_21_digits_and_unique() -> None:
    ids = [account.id for account in District.make(students=5000, today=TODAY).classroom().accounts()]
    assert len(set(ids)) == len(ids)
    assert all(len(i) == 21 and i.isdigit() for i in ids)


@pytest.mark.parametrize("students", [50, 200, 3000])
def test_the_demo_teacher_has_two_full_classes_with_returned_grades(students: int) -> None:
    district = District.make(students=students, today=TODAY)
    enrollments = [r for r in district.records() if isinstance(r, Enrollment)]
    users = {r.sourced_id: r for r in district.records() if isinstance(r, User)}
    teacher = next(u for u in users.values() if u.email == district.teacher_email)
    mine = [e.class_.sourced_id for e in enrollments if e.user.sourced_id == teacher.sourced_id and e.primary]
    assert mine == list(district.demo_sections)
    first, second = islice(district.classroom().courses(), 2)
    assert (first.sourced_ids, second.sourced_ids) == tuple((section,) for section in mine)
    listed = [e for e in enrollments if e.class_.sourced_id == mine[0] and e.role == "student"]
    assert len(listed) >= 25
    assert 0 < len(listed) - len(set(first.students)) + 1 <= 4, "a few students are left to import"
    graded = [
        work
        for work in first.work
        if sum(s.assigned is not None for s in work.submissions) > 0.7 * len(first.students)
    ]
    assert len(graded) >= 4
    assert sum(any(s.assigned is not None for s in work.submissions) for work in second.work) == 3


@pytest.mark.parametrize(
    "today", [TODAY, date(2026, 1, 1), date(2026, 7, 31), date(2026, 10, 15), date(2026, 3, 30)]
)
@pytest.mark.parametrize("zone", ["America/Chicago", "Europe/Stockholm", "Asia/Tokyo"])
def test_demo_work_is_due_inside_the_open_grading_period_in_local_time(today: date, zone: str) -> None:
    district = District.make(students=50, today=today, time_zone=zone)
    period = district.plan.this_year.grading_period(today)
    for course in islice(district.classroom().courses(), 2):
        for work in course.work:
            assert work.due_date
            assert work.due_time
            due = datetime.combine(work.due_date, work.due_time, UTC).astimezone(ZoneInfo(zone))
            assert period.start <= due.date() <= period.end


def test_titles_begin_with_a_code_of_eleven_characters_unique_in_the_district() -> None:
    courses = District.make(students=5000, today=TODAY).classroom().courses(schools=10)
    titles = [work.title for course in courses for work in course.work]
    assert len({title[:12] for title in titles}) == len(titles) > 1000
    assert all(title[4] == "-" and title[11] == " " and title[5:11].isdigit() for title in titles)


def test_course_work_and_submissions_come_in_every_awkward_kind(district: District) -> None:
    works = [work for course in district.classroom().courses() for work in course.work]
    submissions = [submission for work in works for submission in work.submissions]
    assert {work.state for work in works} == {"PUBLISHED", "DRAFT", "DELETED"}
    assert {s.state for s in submissions} == {"NEW", "CREATED", "TURNED_IN", "RETURNED", "RECLAIMED_BY_STUDENT"}
    assert any(len(work.title) > 1000 for work in works)
    assert len({work.title[12:112] for work in works}) < len({work.title[12:] for work in works})
    assert any(work.due_date is None for work in works)
    assert any(work.due_date and work.due_time is None for work in works)
    assert any(work.due_date and work.due_date > date(2027, 7, 31) for work in works)
    assert any(work.assignees for work in works)
    assert any(work.max_points == 0 for work in works)
    graded = [(work, s) for work in works for s in work.submissions if s.assigned is not None]
    assert any(s.assigned == 0 for _, s in graded)
    assert any(s.assigned and s.assigned > work.max_points for work, s in graded)
    assert any(s.assigned and s.assigned % 1 for _, s in graded)
    assert any(s.draft is not None and s.assigned is None for s in submissions)
    assert any(s.late for s in submissions)
    assert len({s.id for s in submissions}) == len(submissions)
    assert len({work.id for work in works}) == len(works)


def test_classes_have_categories_of_their_own_beside_the_districts(by_type: Tables, district: District) -> None:
    categories = [c for c in by_type[Category].values() if isinstance(c, Category)]
    assert sum(not c.metadata for c in categories) == 4
    assert sum(c.metadata.get("classId") == district.demo_sections[0] for c in categories) == 4


def test_courses_and_schools_belong_to_the_district(by_type: Tables) -> None:
    orgs = [o for o in by_type[Org].values() if isinstance(o, Org)]
    top = next(org for org in orgs if org.type == "district")
    assert [ref.sourced_id for ref in top.children] == [org.sourced_id for org in orgs if org.type == "school"]
    assert all(
        isinstance(c, Course) and c.org and c.org.sourced_id == top.sourced_id for c in by_type[Course].values()
    )
