from typing import Any

import pytest

from classbridge.sandbox.classroom import ClassroomControl, ClassroomServer
from classbridge.sandbox.classroom.scopes import PREFIX
from classbridge.sandbox.district import District
from tests.sandbox_classroom.conftest import Build

from .refused import refused

ESSAY = {
    "title": "Ours",
    "workType": "ASSIGNMENT",
    "state": "PUBLISHED",
    "maxPoints": 10,
    "dueDate": {"year": 2026, "month": 12, "day": 1},
    "dueTime": {"hours": 5, "minutes": 59},
}


@pytest.fixture
def ours(teacher: Any, course_id: str) -> Any:
    """Course work that our project made."""
    return teacher.courses().courseWork().create(courseId=course_id, body=ESSAY).execute()


@pytest.fixture
def mine(teacher: Any, ours: Any, course_id: str, student_email: str) -> dict[str, str]:
    """The student's submission to it, as arguments."""
    listed = teacher.courses().courseWork().studentSubmissions()
    found = listed.list(courseId=course_id, courseWorkId=ours["id"], userId=student_email).execute()
    return {"courseId": course_id, "courseWorkId": ours["id"], "id": found["studentSubmissions"][0]["id"]}


def works(api: Any, course_id: str, **query: Any) -> list[Any]:
    found: list[Any] = api.courses().courseWork().list(courseId=course_id, **query).execute().get("courseWork", [])
    return found


def submissions(api: Any, course_id: str, work_id: str = "-", **query: Any) -> list[Any]:
    request = (
        api.courses().courseWork().studentSubmissions().list(courseId=course_id, courseWorkId=work_id, **query)
    )
    found: list[Any] = request.execute().get("studentSubmissions", [])
    return found


def test_published_work_is_listed_unless_other_states_are_asked_for(teacher: Any, course_id: str) -> None:
    assert {work["state"] for work in works(teacher, course_id)} == {"PUBLISHED"}
    assert {work["state"] for work in works(teacher, course_id, courseWorkStates=["DRAFT"])} == {"DRAFT"}


def test_ungraded_work_has_no_points_and_due_times_are_utc(teacher: Any, course_id: str) -> None:
    by_title = {work["title"][12:]: work for work in works(teacher, course_id)}
    assert "maxPoints" not in by_title["Read chapter 4"]
    assert by_title["Genetics poster"]["dueTime"] == {"hours": 5, "minutes": 59}


def test_work_is_ordered_as_asked(teacher: Any, course_id: str) -> None:
    def due(work: Any) -> tuple[int, ...]:
        return tuple(work["dueDate"][part] for part in ("year", "month", "day"))

    forward = [due(work) for work in works(teacher, course_id, orderBy="dueDate asc")]
    backward = [due(work) for work in works(teacher, course_id, orderBy="dueDate desc,updateTime")]
    assert forward == sorted(forward) == backward[::-1]
    updated = [work["updateTime"] for work in works(teacher, course_id)]
    assert updated == sorted(updated, reverse=True)
    request = teacher.courses().courseWork().list(courseId=course_id, orderBy="title")
    assert refused(request).status == "INVALID_ARGUMENT"


def test_students_see_published_work_that_is_for_them(
    student: Any, teacher: Any, course_id: str, server: ClassroomServer, control: ClassroomControl
) -> None:
    others = list(server.state.courses[course_id].students)[1:3]
    options = {"studentIds": others}
    body = {**ESSAY, "assigneeMode": "INDIVIDUAL_STUDENTS", "individualStudentsOptions": options}
    made = teacher.courses().courseWork().create(courseId=course_id, body=body).execute()
    assert {item["userId"] for item in submissions(teacher, course_id, made["id"])} == set(others)
    states = ["PUBLISHED", "DRAFT", "DELETED"]
    seen = works(student, course_id, courseWorkStates=states)
    assert seen
    assert {work["state"] for work in seen} == {"PUBLISHED"}
    assert made["id"] not in {work["id"] for work in seen}
    assert refused(student.courses().courseWork().get(courseId=course_id, id=made["id"])).status == "NOT_FOUND"


def test_only_teachers_of_the_course_create_work(admin: Any, student: Any, course_id: str) -> None:
    for api in (admin, student):
        request = api.courses().courseWork().create(courseId=course_id, body=ESSAY)
        assert refused(request).status == "PERMISSION_DENIED"


@pytest.mark.parametrize(
    "change",
    [
        {"title": ""},
        {"title": "x" * 3001},
        {"maxPoints": -1},
        {"maxPoints": 1.5},
        {"workType": "POEM"},
        {"state": "DELETED"},
        {"dueTime": None},
        {"dueDate": {"year": 2026, "month": 13, "day": 1}},
        {"assigneeMode": "INDIVIDUAL_STUDENTS"},
        {"assigneeMode": "INDIVIDUAL_STUDENTS", "individualStudentsOptions": {"studentIds": ["1"]}},
        {"colour": "red"},
        {"title": 5},
    ],
)
def test_malformed_work_is_refused(
    server: ClassroomServer, teacher: Any, course_id: str, change: dict[str, Any]
) -> None:
    body = {**ESSAY, **change}
    request = teacher.courses().courseWork().create(courseId=course_id, body=body)
    assert refused(request).status == "INVALID_ARGUMENT"


def test_our_own_work_is_changed_and_deleted_and_stays_readable_by_its_id(
    teacher: Any, ours: Any, course_id: str
) -> None:
    which = {"courseId": course_id, "id": ours["id"]}
    work = teacher.courses().courseWork()
    body = {"title": "Changed", "maxPoints": 20}
    changed = work.patch(**which, updateMask="title,max_points,dueDate,dueTime", body=body).execute()
    assert (changed["title"], changed["maxPoints"]) == ("Changed", 20)
    assert "dueDate" not in changed
    assert work.delete(**which).execute() == {}
    assert work.get(**which).execute()["state"] == "DELETED"
    assert refused(work.delete(**which)).status == "FAILED_PRECONDITION"
    assert ours["id"] not in {item["id"] for item in works(teacher, course_id)}
    assert ours["id"] in {item["id"] for item in works(teacher, course_id, courseWorkStates=["DELETED"])}


def test_work_that_a_teacher_made_in_classroom_is_not_ours_to_write(teacher: Any, course_id: str) -> None:
    theirs = submissions(teacher, course_id)[0]
    which = {"courseId": course_id, "id": theirs["courseWorkId"]}
    one = {"courseId": course_id, "courseWorkId": theirs["courseWorkId"], "id": theirs["id"]}
    work, answers = teacher.courses().courseWork(), teacher.courses().courseWork().studentSubmissions()
    for request in (
        work.patch(**which, updateMask="title", body={"title": "x"}),
        work.delete(**which),
        answers.patch(**one, updateMask="assignedGrade", body={"assignedGrade": 1}),
        answers.return_(**one),
    ):
        error = refused(request)
        assert (error.status, error.token) == ("PERMISSION_DENIED", "ProjectPermissionDenied")


def test_submissions_of_all_work_come_with_a_hyphen(teacher: Any, course_id: str, server: ClassroomServer) -> None:
    answers, found = teacher.courses().courseWork().studentSubmissions(), []
    request = answers.list(courseId=course_id, courseWorkId="-", pageSize=50)
    while request is not None:
        page = request.execute()
        found += page["studentSubmissions"]
        request = answers.list_next(request, page)
    held = [key for work in server.state.courses[course_id].work.values() for key in work.submissions]
    assert sorted(item["id"] for item in found) == sorted(held)


def test_submissions_filter_by_state_lateness_and_person(
    teacher: Any, course_id: str, student_email: str, control: ClassroomControl
) -> None:
    every = submissions(teacher, course_id, pageSize=500)
    states = submissions(teacher, course_id, pageSize=500, states=["RETURNED", "RECLAIMED_BY_STUDENT"])
    assert {item["state"] for item in states} <= {"RETURNED", "RECLAIMED_BY_STUDENT"}
    assert 0 < len(states) < len(every)
    control.do(
        "submit",
        course_id=course_id,
        work_id=every[0]["courseWorkId"],
        user=student_email,
        state="CREATED",
        late=True,
    )
    late = submissions(teacher, course_id, late="LATE_ONLY", pageSize=500)
    on_time = submissions(teacher, course_id, late="NOT_LATE_ONLY", pageSize=500)
    assert all(item["late"] for item in late)
    assert len(late) + len(on_time) == len(every)
    assert late
    assert len({item["userId"] for item in submissions(teacher, course_id, userId=student_email)}) == 1


def test_draft_grades_are_for_teachers_and_other_peoples_work_not_for_students(
    teacher: Any, admin: Any, student: Any, course_id: str, student_email: str
) -> None:
    assert any("draftGrade" in item for item in submissions(teacher, course_id))
    everyone = submissions(admin, course_id, pageSize=500)
    assert len({item["userId"] for item in everyone}) > 20
    own = submissions(student, course_id)
    assert len({item["userId"] for item in own}) == 1
    for items in (everyone, own):
        assert not any("draftGrade" in item for item in items)
        assert any("assignedGrade" in item for item in items)
    other = next(item for item in everyone if item["userId"] != own[0]["userId"])
    get = student.courses().courseWork().studentSubmissions().get
    request = get(courseId=course_id, courseWorkId=other["courseWorkId"], id=other["id"])
    assert refused(request).status == "PERMISSION_DENIED"


def test_a_token_for_ones_own_work_shows_a_teacher_nothing_of_the_students(
    build: Build, district: District, course_id: str
) -> None:
    narrow = build(district.teacher_email, frozenset((PREFIX + "student-submissions.me.readonly",)))
    assert submissions(narrow, course_id) == []


def test_grades_are_set_and_cleared_and_rounded_with_their_history(teacher: Any, mine: dict[str, str]) -> None:
    answers = teacher.courses().courseWork().studentSubmissions()
    body = {"draftGrade": 7.126, "assignedGrade": 7.126}
    graded = answers.patch(**mine, updateMask="draftGrade", body=body).execute()
    assert graded["draftGrade"] == 7.13
    assert "assignedGrade" not in graded
    graded = answers.patch(**mine, updateMask="assignedGrade,draftGrade", body={"assignedGrade": 0}).execute()
    assert graded["assignedGrade"] == 0
    assert "draftGrade" not in graded
    kinds = [item["gradeHistory"]["gradeChangeType"] for item in graded["submissionHistory"]]
    assert "ASSIGNED_GRADE_POINTS_EARNED_CHANGE" in kinds


@pytest.mark.parametrize(
    ("mask", "body"),
    [("state", {"state": "RETURNED"}), ("", {"draftGrade": 1}), ("draftGrade", {"draftGrade": -1})],
)
def test_a_wrong_grade_or_mask_is_refused(
    teacher: Any, mine: dict[str, str], mask: str, body: dict[str, Any]
) -> None:
    answers = teacher.courses().courseWork().studentSubmissions()
    assert refused(answers.patch(**mine, updateMask=mask, body=body)).status == "INVALID_ARGUMENT"


def test_a_submission_is_turned_in_reclaimed_and_returned(
    teacher: Any, student: Any, admin: Any, mine: dict[str, str]
) -> None:
    own = student.courses().courseWork().studentSubmissions()
    answers = teacher.courses().courseWork().studentSubmissions()
    assert refused(own.reclaim(**mine)).status == "FAILED_PRECONDITION"
    assert refused(answers.turnIn(**mine)).status == "PERMISSION_DENIED"
    for request, state in (
        (own.turnIn(**mine), "TURNED_IN"),
        (own.reclaim(**mine), "RECLAIMED_BY_STUDENT"),
        (own.turnIn(**mine), "TURNED_IN"),
        (answers.return_(**mine), "RETURNED"),
    ):
        assert request.execute() == {}
        assert answers.get(**mine).execute()["state"] == state
    assert refused(own.return_(**mine)).status == "PERMISSION_DENIED"


def test_returning_by_the_api_does_not_assign_the_draft_grade(teacher: Any, mine: dict[str, str]) -> None:
    answers = teacher.courses().courseWork().studentSubmissions()
    answers.patch(**mine, updateMask="draftGrade", body={"draftGrade": 5}).execute()
    answers.return_(**mine).execute()
    assert "assignedGrade" not in answers.get(**mine).execute()


def test_a_student_who_left_and_their_submissions_are_not_listed(
    teacher: Any, admin: Any, course_id: str, student_email: str, mine: dict[str, str]
) -> None:
    teacher.courses().students().delete(courseId=course_id, userId=student_email).execute()
    assert submissions(teacher, course_id, userId=student_email) == []
    answers = teacher.courses().courseWork().studentSubmissions()
    assert refused(answers.get(**mine)).status == "NOT_FOUND"
    admin.courses().students().create(courseId=course_id, body={"userId": student_email}).execute()
    assert answers.get(**mine).execute()["id"] == mine["id"]
