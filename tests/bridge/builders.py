"""Small made-up records; a test names only what it is about."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from classbridge.bridge.facts import Answers, ClassroomGrades, Memory, Section
from classbridge.bridge.gradebook import GradebookRules
from classbridge.bridge.grades import plan_export
from classbridge.bridge.plan import GradePlan
from classbridge.bridge.preflight import Gradebook
from classbridge.bridge.unread import Unread
from classbridge.classroom.models import (
    CourseWork,
    Date,
    Member,
    Name,
    StudentSubmission,
    TimeOfDay,
    UserProfile,
)
from classbridge.oneroster.models import AcademicSession, LineItem, Ref, Result, User

SIDE, COURSE, SECTION = "google", "c1", "s1"
STOCKHOLM = ZoneInfo("Europe/Stockholm")


def member(user_id: str, email: str | None = None, given: str = "", family: str = "") -> Member:
    profile = UserProfile(id=user_id, email_address=email, name=Name(given_name=given, family_name=family))
    return Member(course_id=COURSE, user_id=user_id, profile=profile)


def user(sourced_id: str, email: str | None = None, given: str = "Åsa", family: str = "Öberg") -> User:
    return User(sourced_id=sourced_id, given_name=given, family_name=family, email=email)


def work(
    work_id: str = "w1",
    title: str = "Essay",
    points: Decimal | int | None = 100,
    due: tuple[int, int, int] | None = None,
    at: tuple[int, int] | None = None,
) -> CourseWork:
    return CourseWork(
        course_id=COURSE,
        id=work_id,
        title=title,
        max_points=None if points is None else Decimal(points),
        due_date=None if due is None else Date(year=due[0], month=due[1], day=due[2]),
        due_time=None if at is None else TimeOfDay(hours=at[0], minutes=at[1]),
    )


def submission(
    user_id: str, grade: Decimal | int | None = None, work_id: str = "w1", draft: int | None = None
) -> StudentSubmission:
    return StudentSubmission(
        course_id=COURSE,
        course_work_id=work_id,
        id=f"{work_id}-{user_id}",
        user_id=user_id,
        state="RETURNED" if grade is not None else "TURNED_IN",
        assigned_grade=None if grade is None else Decimal(grade),
        draft_grade=None if draft is None else Decimal(draft),
    )


def term(
    first: date, last: date, sourced_id: str = "t1", type_: str = "term", title: str = "T1"
) -> AcademicSession:
    return AcademicSession(sourced_id=sourced_id, title=title, type=type_, start_date=first, end_date=last)


def line_item(
    sourced_id: str,
    title: str = "Essay",
    points: Decimal | int | None = 100,
    due: datetime | None = None,
    class_id: str = SECTION,
) -> LineItem:
    return LineItem(
        sourced_id=sourced_id,
        title=title,
        class_=Ref(sourced_id=class_id, type="class"),
        due_date=due,
        result_value_min=Decimal(0),
        result_value_max=None if points is None else Decimal(points),
    )


def result(
    sourced_id: str,
    item: str,
    student: str,
    score: Decimal | int | str | None,
    status: str = "fully graded",
) -> Result:
    return Result(
        sourced_id=sourced_id,
        line_item=Ref(sourced_id=item, type="lineItem"),
        student=Ref(sourced_id=student, type="user"),
        score_status=status,
        score=None if score is None else Decimal(score),
    )


def gradebook(rules: GradebookRules | None = None) -> Gradebook:
    return Gradebook(rules=rules or GradebookRules(), zone=STOCKHOLM)


def section(
    class_id: str = SECTION,
    students: frozenset[str] = frozenset({"st1", "st2", "st3"}),
    items: tuple[LineItem, ...] = (),
    results: tuple[Result, ...] = (),
    rules: GradebookRules | None = None,
    unread: Unread | None = None,
    taken: frozenset[str] = frozenset(),
) -> Section:
    return Section(
        class_sourced_id=class_id,
        gradebook=gradebook(rules),
        school_sourced_id="school1",
        students=students,
        line_items=items,
        results=results,
        unread=unread or Unread(),
        taken=taken,
    )


def classroom(
    *submissions: StudentSubmission,
    works: tuple[CourseWork, ...] | None = None,
    students: dict[str, str] | None = None,
    excused: frozenset[tuple[str, str]] = frozenset(),
    ambiguous: frozenset[str] = frozenset(),
    chosen: frozenset[str] | None = None,
) -> ClassroomGrades:
    return ClassroomGrades(
        side=SIDE,
        course_id=COURSE,
        works=works or (work(),),
        submissions=submissions,
        students={"u1": "st1", "u2": "st2", "u3": "st3"} if students is None else students,
        excused=excused,
        ambiguous=ambiguous,
        chosen=chosen,
    )


def plan(
    grades: ClassroomGrades,
    *sections: Section,
    memory: Memory | None = None,
    answers: Answers | None = None,
) -> GradePlan:
    return plan_export(grades, sections or (section(),), memory or Memory(), answers or Answers())
