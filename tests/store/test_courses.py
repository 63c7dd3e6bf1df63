from datetime import UTC, datetime, timedelta
from decimal import Decimal

from classbridge.classroom.models import (
    Course,
    CourseWork,
    Date,
    GradeCategory,
    Name,
    StudentSubmission,
    TimeOfDay,
    UserProfile,
)
from classbridge.store import courses, snapshots
from classbridge.store.database import District
from tests.store.conftest import NOW

LATER = NOW + timedelta(hours=1)
SIDE = "google"


def _person(user_id: str, email: str | None = None) -> UserProfile:
    return UserProfile(id=user_id, name=Name(given_name="Åsa", family_name=user_id), email_address=email)


ANNA = _person("anna", "Anna@Skola.example")


def _courses(*ids: str) -> list[Course]:
    return [Course(id=one, name=f"Course {one}", owner_id="anna") for one in ids]


def test_a_persons_courses_are_replaced_as_a_whole(north: District, south: District) -> None:
    with north.write() as rows:
        courses.replace_courses_of(rows, SIDE, ANNA, _courses("1", "2"), NOW)
        courses.replace_courses_of(rows, SIDE, _person("bo", "bo@x"), _courses("2"), NOW)
        courses.replace_courses_of(rows, SIDE, ANNA, _courses("2", "3"), LATER)
        assert [one.id for one in courses.courses_of_teacher(rows, SIDE, "anna@skola.EXAMPLE")] == ["2", "3"]
        assert [one.id for one in courses.courses_of_teacher(rows, SIDE, "bo@x")] == ["2"]
        assert [one.id for one in courses.list_all(rows, SIDE)] == ["1", "2", "3"]
        assert snapshots.read_at(rows, SIDE, courses.COURSES, "anna") == LATER
        assert courses.courses_of_teacher(rows, "stand-in", "bo@x") == []
    with south.read() as rows:
        assert courses.courses_of_teacher(rows, SIDE, "bo@x") == []


def test_a_courses_people_are_replaced_as_a_whole(north: District) -> None:
    with north.write() as rows:
        courses.save_course(rows, SIDE, _courses("1")[0], NOW)
        students = [("students", _person("s1", "S1@x")), ("students", _person("s2"))]
        courses.replace_members(rows, SIDE, "1", [("teachers", ANNA), *students], NOW)
        courses.replace_members(rows, SIDE, "other", students, NOW)
        courses.replace_members(rows, SIDE, "1", [("teachers", ANNA), students[1]], LATER)
        kept = courses.members(rows, SIDE, "1")
        assert [(one.role, one.user_id, one.email) for one in kept] == [
            ("students", "s2", None),
            ("teachers", "anna", "Anna@Skola.example"),
        ]
        assert [one.user_id for one in courses.members(rows, SIDE, "1", "teachers")] == ["anna"]
        assert len(courses.members(rows, SIDE, "other")) == 2
        found = courses.get(rows, SIDE, "1")
        assert found is not None
        assert (found.name, found.as_of) == ("Course 1", NOW)
        assert courses.get(rows, SIDE, "9") is None


def test_course_work_keeps_points_exactly_and_its_due_time_in_utc(north: District) -> None:
    due = Date(year=2026, month=10, day=25)
    work = [
        CourseWork(id="timed", title="T", due_date=due, due_time=TimeOfDay(hours=21, minutes=59)),
        CourseWork(id="dated", title="D", due_date=due, max_points=Decimal("12.50")),
        CourseWork(id="open", title="O", grade_category=GradeCategory(id="g", name="Prov")),
    ]
    with north.write() as rows:
        courses.replace_course_work(rows, SIDE, "1", work, NOW)
        kept = {one.id: one for one in courses.course_work(rows, SIDE, "1")}
        assert kept["timed"].due_at == datetime(2026, 10, 25, 21, 59, tzinfo=UTC)
        assert kept["timed"].due_time_given
        assert kept["dated"].due_at == datetime(2026, 10, 25, tzinfo=UTC)
        assert not kept["dated"].due_time_given
        assert str(kept["dated"].max_points) == "12.50"
        assert (kept["open"].due_at, kept["open"].max_points, kept["open"].grade_category) == (None, None, "Prov")
        courses.replace_course_work(rows, SIDE, "1", work[:1], LATER)
        assert [one.id for one in courses.course_work(rows, SIDE, "1")] == ["timed"]


def test_of_a_draft_grade_only_its_being_there_is_kept(north: District) -> None:
    submissions = [
        StudentSubmission(id="a", course_work_id="w", user_id="s1", draft_grade=Decimal(7)),
        StudentSubmission(id="b", course_work_id="w", user_id="s2", assigned_grade=Decimal("8.25"), late=True),
        StudentSubmission(id="c", course_work_id="v", user_id="s1"),
    ]
    with north.write() as rows:
        courses.replace_submissions(rows, SIDE, "1", submissions, NOW)
        first, second = courses.submissions(rows, SIDE, "1", "w")
        assert (first.assigned_grade, first.has_draft_grade) == (None, True)
        assert (second.assigned_grade, second.has_draft_grade, second.late) == (Decimal("8.25"), False, True)
        assert len(courses.submissions(rows, SIDE, "1")) == 3
        courses.replace_submissions(rows, SIDE, "1", [], LATER)
        assert courses.submissions(rows, SIDE, "1") == []
        assert snapshots.read_at(rows, SIDE, courses.SUBMISSIONS, "1") == LATER
        assert snapshots.read_at(rows, SIDE, courses.SUBMISSIONS, "2") is None
