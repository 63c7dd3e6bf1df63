"""The adapter against the Classroom stand-in: real tokens, real HTTP."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from classbridge.classroom.google.adapter import GoogleClassroom
from classbridge.classroom.google.rest import Limits
from classbridge.classroom.google.scopes import EVERYTHING, GRADES
from classbridge.classroom.google.tokens import GoogleTokens
from classbridge.classroom.models import Course, Date, GradingPeriod, GradingPeriodSettings, Invitation
from classbridge.classroom.port import Classroom, ClassroomError
from classbridge.sandbox.classroom import ClassroomControl, ClassroomServer
from classbridge.sandbox.district import District
from tests.classroom.conftest import kept

QUICK = Limits(backoff=0.001, retries=2)
As = Callable[..., GoogleClassroom]


@pytest.fixture(scope="session")
def district() -> District:
    return District.make(today=date(2026, 11, 23), students=60)


@pytest.fixture(scope="module")
def server(district: District) -> Iterator[ClassroomServer]:
    with ClassroomServer.start(district) as running:
        yield running


@pytest.fixture
def control(server: ClassroomServer) -> Iterator[ClassroomControl]:
    with server.control() as control:
        yield control
        control.switch_off()


@pytest.fixture
def as_(server: ClassroomServer) -> As:
    info = server.info()

    def make(subject: str, *, limits: Limits = QUICK, **more: Any) -> GoogleClassroom:
        return kept(
            GoogleClassroom.of_service_account(
                info["service_account"], subject, base_url=info["base_url"], limits=limits, **more
            )
        )

    return make


@pytest.fixture
def admin(as_: As, district: District) -> GoogleClassroom:
    return as_(district.admin_email)


@pytest.fixture
def teacher(as_: As, district: District) -> GoogleClassroom:
    return as_(district.teacher_email)


@pytest.fixture
def course_id(district: District) -> str:
    return next(district.classroom().courses()).id


async def _error(call: Any) -> ClassroomError:
    with pytest.raises(ClassroomError) as caught:
        await call
    return caught.value


def test_the_adapter_is_a_classroom(admin: Classroom) -> None:
    """mypy checks the argument's type against the port."""
    assert isinstance(admin, GoogleClassroom)


async def test_a_teacher_sees_herself_with_her_address(teacher: GoogleClassroom, district: District) -> None:
    profile = await teacher.user_profile("me")
    assert profile.email_address == district.teacher_email
    assert profile.name.full_name


async def test_an_admin_sees_every_course_and_a_teacher_her_own(
    admin: GoogleClassroom, teacher: GoogleClassroom, district: District, as_: As
) -> None:
    every = {course.id for course in await admin.courses()}
    own = {course.id for course in await teacher.courses()}
    assert own
    assert own < every
    assert {course.id for course in await admin.courses(teacher_id=district.teacher_email)} == own
    page_by_page = as_(district.admin_email, limits=Limits(page_size=3))
    assert [course.id for course in await page_by_page.courses()] == [c.id for c in await admin.courses()]


async def test_members_come_with_the_addresses_by_which_they_are_matched(
    teacher: GoogleClassroom, course_id: str, as_: As, district: District
) -> None:
    students = await teacher.members(course_id, "students")
    assert len(students) > 3
    assert all(member.profile and member.profile.email_address for member in students)
    in_small_pages = await as_(district.teacher_email, limits=Limits(page_size=2)).members(course_id, "students")
    assert in_small_pages == students
    [owner, *_] = await teacher.members(course_id, "teachers")
    assert owner.user_id == (await teacher.course(course_id)).owner_id


async def test_grades_come_as_exact_decimals_and_drafts_stay_apart(
    teacher: GoogleClassroom, control: ClassroomControl, course_id: str
) -> None:
    work = control.do("add_work", course_id=course_id, title="Cells", maxPoints=10)
    first, second, *_ = await teacher.members(course_id, "students")
    control.do("grade", course_id=course_id, work_id=work["id"], user=first.user_id, points=8.1)
    control.do("grade", course_id=course_id, work_id=work["id"], user=second.user_id, points=7.25, returned=False)
    found = {one.user_id: one for one in await teacher.submissions(course_id, work["id"])}
    assert found[first.user_id].assigned_grade == Decimal("8.1")
    assert found[second.user_id].assigned_grade is None
    assert found[second.user_id].draft_grade == Decimal("7.25")
    returned = await teacher.submissions(course_id, states=("RETURNED",))
    assert (first.user_id, work["id"]) in {(one.user_id, one.course_work_id) for one in returned}


async def test_deleted_work_leaves_the_list_and_can_still_be_asked_for(
    teacher: GoogleClassroom, control: ClassroomControl, course_id: str
) -> None:
    work = control.do("add_work", course_id=course_id, title="Enzymes", maxPoints=20)
    listed = {one.id: one for one in await teacher.course_work(course_id)}
    assert (listed[work["id"]].title, listed[work["id"]].max_points) == ("Enzymes", Decimal(20))
    control.do("delete_work", course_id=course_id, work_id=work["id"])
    assert work["id"] not in {one.id for one in await teacher.course_work(course_id)}
    assert (await teacher.course_work_item(course_id, work["id"])).state == "DELETED"


async def test_an_admin_creates_a_course_with_an_alias_once(admin: GoogleClassroom, district: District) -> None:
    wanted = Course(name="Physics 1", section="A", owner_id=district.teacher_email)
    made = await admin.create_course(wanted, alias="d:physics-1")
    assert (made.name, made.course_state) == ("Physics 1", "ACTIVE")
    assert await admin.course("d:physics-1") == made
    error = await _error(admin.create_course(wanted, alias="d:physics-1"))
    assert (error.status, error.reason) == (409, "ALREADY_EXISTS")


async def test_people_are_added_invited_and_removed(
    admin: GoogleClassroom, teacher: GoogleClassroom, course_id: str, district: District
) -> None:
    made = await admin.create_course(Course(name="Chemistry", owner_id=district.teacher_email))
    one, other, *_ = await teacher.members(course_id, "students")
    assert one.profile
    assert one.profile.email_address
    assert other.profile
    added = await admin.add_member(made.id, "students", one.profile.email_address)
    assert added.user_id == one.user_id
    assert (await _error(admin.add_member(made.id, "students", one.user_id))).reason == "ALREADY_EXISTS"
    invited = await admin.invite(Invitation(user_id=other.user_id, course_id=made.id, role="STUDENT"))
    assert await admin.invitations(made.id) == [invited]
    await admin.remove_member(made.id, "students", one.user_id)
    assert await admin.members(made.id, "students") == []
    assert (await _error(admin.remove_member(made.id, "students", one.user_id))).reason == "NOT_FOUND"


async def test_grading_periods_are_read_and_written_whole(
    teacher: GoogleClassroom, control: ClassroomControl, course_id: str, district: District
) -> None:
    control.do("license", user=district.teacher_email, licensed=True)
    fall = GradingPeriod(
        title="Fall", start_date=Date(year=2026, month=8, day=10), end_date=Date(year=2026, month=12, day=18)
    )
    written = await teacher.replace_grading_periods(course_id, GradingPeriodSettings(grading_periods=[fall]))
    assert [period.title for period in written.grading_periods] == ["Fall"]
    assert written.grading_periods[0].id
    assert await teacher.grading_periods(course_id) == written


async def test_a_stranger_s_course_and_a_missing_one_are_told_apart(
    as_: As, teacher: GoogleClassroom, course_id: str
) -> None:
    [student, *_] = await teacher.members(course_id, "students")
    assert student.profile
    error = await _error(as_(student.profile.email_address).members("404404", "students"))
    assert (error.status, error.reason) == (404, "NOT_FOUND")
    error = await _error(as_(student.profile.email_address).create_course(Course(name="x", owner_id="me")))
    assert (error.status, error.reason) == (403, "PERMISSION_DENIED")


async def test_the_scopes_for_grades_alone_read_all_that_an_export_needs_and_write_nothing(
    as_: As, district: District, course_id: str
) -> None:
    classroom = as_(district.teacher_email, scopes=GRADES)
    assert await classroom.courses()
    assert await classroom.members(course_id, "students")
    assert await classroom.course_work(course_id)
    assert await classroom.submissions(course_id)
    error = await _error(classroom.add_member(course_id, "students", "me"))
    assert error.status == 403


@pytest.mark.parametrize("fault", ["outage", "quota", "server-error"])
async def test_a_passing_fault_is_survived_and_a_lasting_one_told(
    teacher: GoogleClassroom, control: ClassroomControl, fault: str
) -> None:
    control.switch_on(fault, count=2)
    assert await teacher.courses()
    control.switch_on(fault)
    assert (await _error(teacher.courses())).transient


async def test_a_token_that_google_forgot_is_renewed_in_passing(
    teacher: GoogleClassroom, control: ClassroomControl
) -> None:
    await teacher.courses()
    control.do("expire_tokens")
    assert await teacher.courses()


async def test_many_at_once_share_one_token(as_: As, district: District, server: ClassroomServer) -> None:
    info = server.info()
    tokens = GoogleTokens.of_service_account(info["service_account"], district.teacher_email)
    given = await asyncio.gather(*(tokens.token() for _ in range(20)))
    assert len(set(given)) == 1
    assert await tokens.token(instead_of=given[0]) != given[0]


async def test_one_service_account_acts_as_several_people_over_the_same_connections(
    admin: GoogleClassroom, district: District
) -> None:
    teacher = admin.acting_as(district.teacher_email)
    seen = await asyncio.gather(*(one.user_profile("me") for one in (admin, teacher, admin, teacher)))
    assert [one.email_address for one in seen] == [district.admin_email, district.teacher_email] * 2


async def test_what_a_person_opened_acts_as_nobody_else(server: ClassroomServer, district: District) -> None:
    key = {"client_id": "c", "client_secret": "s", "refresh_token": "r"}
    opened = kept(GoogleClassroom.of_refresh_token(key, base_url=server.info()["base_url"]))
    with pytest.raises(TypeError):
        opened.acting_as(district.teacher_email)


async def test_a_subject_that_does_not_exist_is_refused_in_google_s_words_without_a_secret(
    as_: As, server: ClassroomServer
) -> None:
    error = await _error(as_("nobody@riverbend.example").courses())
    assert (error.status, error.reason, error.transient) == (401, "UNAUTHENTICATED", False)
    assert "invalid_grant" in error.message
    assert server.info()["service_account"]["private_key"][40:80] not in error.message


async def test_scopes_that_nobody_delegated_are_refused(as_: As, district: District) -> None:
    scopes = (*EVERYTHING, "https://www.googleapis.com/auth/drive")
    error = await _error(as_(district.admin_email, scopes=scopes).courses())
    assert error.reason == "UNAUTHENTICATED"
    assert "unauthorized_client" in error.message


async def test_a_person_s_refresh_token_opens_their_classroom(
    control: ClassroomControl, server: ClassroomServer, district: District
) -> None:
    info = server.info()
    signed_in = control.do("sign_in", user=district.teacher_email, scopes=list(EVERYTHING))
    key = {
        "client_id": info["client_id"],
        "client_secret": info["client_secret"],
        "refresh_token": signed_in["refreshToken"],
        "token_uri": info["token_url"],
    }
    classroom = kept(GoogleClassroom.of_refresh_token(key, base_url=info["base_url"], limits=QUICK))
    assert (await classroom.user_profile("me")).email_address == district.teacher_email
    refused = kept(GoogleClassroom.of_refresh_token({**key, "refresh_token": "stale"}, base_url=info["base_url"]))
    assert (await _error(refused.courses())).reason == "UNAUTHENTICATED"


async def test_the_guard_sees_the_token_s_address_too(
    as_: As, district: District, server: ClassroomServer
) -> None:
    asked: list[str] = []
    await as_(district.admin_email, guard=asked.append).courses()
    assert asked == [f"{server.base_url}/v1/courses", server.token_url]


async def test_no_token_service_is_no_answer(district: District, server: ClassroomServer) -> None:
    info = server.info()
    key = {**info["service_account"], "token_uri": "http://127.0.0.1:9/token"}
    classroom = kept(
        GoogleClassroom.of_service_account(key, district.admin_email, base_url=info["base_url"], limits=QUICK)
    )
    error = await _error(classroom.courses())
    assert (error.status, error.transient) == (0, True)
