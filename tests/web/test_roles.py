"""Accounts, delegates and "why can't this teacher see this class?" as people meet them on the pages."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from playwright.sync_api import Browser

from classbridge.bridge.policy import Role
from classbridge.service import accounts, delegates, grades, setup, students
from classbridge.web.app import create_app
from classbridge.web.words.audit import ACTIONS, SUBJECTS
from tests.installation import PASSWORD, Installation, installation, settings_for
from tests.web.browsing import Keyboard, all_findings, opening
from tests.web.conftest import post, serving

STAND_IN = "standin@riverbend.example"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Connected and linked, with a colleague who may stand in."""
    with installation(settings_for(tmp_path_factory.mktemp("roles")), students=60) as one:
        one.up_to("link")
        district = one.admin.district_id
        for email, role in ((STAND_IN, Role.TEACHER), ("auditor@riverbend.example", Role.AUDITOR)):
            setup.create_account(one.ctx, district, email=email, name="Sam", roles=(role,), password=PASSWORD)
        yield one


@pytest.fixture
def visitor(made: Installation) -> Iterator[TestClient[Litestar]]:
    with TestClient(create_app(made.ctx), raise_server_exceptions=False) as client:
        client.follow_redirects = False
        client.get("/signin")
        yield client


def enter(client: TestClient[Litestar], email: str, language: str = "en") -> TestClient[Litestar]:
    post(client, "/language", language=language, next="/")
    assert post(client, "/signin", email=email, password=PASSWORD, next="/").status_code == 303
    return client


def text_of(answer: Any) -> str:
    """What a reader sees, in one line."""
    body = re.sub(r"<(head|script|option).*?</\1>", " ", answer.text, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def test_a_new_password_is_on_the_answer_once_and_never_on_the_list(
    made: Installation, visitor: TestClient[Litestar]
) -> None:
    client = enter(visitor, made.admin.email)
    answer = post(client, "/admin/accounts", email="new@riverbend.example", name="Nils Ny", roles="teacher")
    assert "Nils Ny is added" in answer.text
    password = re.search(r"<code>(.+?)</code>", answer.text)
    assert password
    listed = client.get("/admin/accounts").text
    assert "Nils Ny" in listed
    assert password[1] not in listed
    client.post("/signout", data={"_csrf_token": client.cookies["csrftoken"]})
    client.get("/signin")
    signed = post(client, "/signin", email="new@riverbend.example", password=password[1], next="/")
    assert signed.status_code == 303


def test_what_does_not_fit_is_said_beside_its_field_and_the_rest_is_kept(
    made: Installation, visitor: TestClient[Litestar]
) -> None:
    answer = post(
        enter(visitor, made.admin.email), "/admin/accounts", email="nils", name="Nils Ny", roles="auditor"
    )
    assert answer.status_code == 422
    assert 'id="email-error"' in answer.text
    assert 'value="Nils Ny"' in answer.text
    assert re.search(r'value="auditor"\s+checked', answer.text.partition('id="add"')[2])


def test_the_last_admin_reads_why_the_role_stays(made: Installation, visitor: TestClient[Litestar]) -> None:
    client = enter(visitor, made.admin.email)
    answer = post(client, f"/admin/accounts/{made.admin.account_id}/roles", roles="teacher")
    assert answer.status_code == 409
    assert "This is the only admin, so the role stays." in answer.text
    assert "Make somebody else an admin first." in answer.text


def test_the_audit_log_names_whom_it_is_about_also_when_they_have_left(
    made: Installation, visitor: TestClient[Litestar]
) -> None:
    client = enter(visitor, made.admin.email)
    post(client, "/admin/accounts", email="left@riverbend.example", name="Lena Left", roles="auditor")
    gone = setup.actor_of(made.ctx, made.admin.district_id, "left@riverbend.example").account_id
    assert post(client, f"/admin/accounts/{gone}/roles").headers["location"] == "/admin/accounts?notice=roles"
    page = text_of(client.get("/admin/audit"))
    assert "Changed somebody's roles The account Lena Left : no role" in page.replace("&#39;", "'")
    assert "Added an account The account Lena Left : Auditor" in page


def test_an_auditor_reads_the_accounts_and_is_offered_no_change(
    made: Installation, visitor: TestClient[Litestar]
) -> None:
    page = enter(visitor, "auditor@riverbend.example").get("/admin/accounts").text
    assert made.teacher.email in page
    assert "/roles" not in page
    assert "Add an account" not in page


def test_a_teacher_names_a_delegate_who_then_has_the_class_and_no_form(
    made: Installation, visitor: TestClient[Litestar]
) -> None:
    here, day = f"/classes/{made.course_id}/delegates", made.ctx.now().date() + timedelta(days=5)
    client = enter(visitor, made.teacher.email)
    wrong = post(client, here, email="nobody@riverbend.example", last_day=day)
    assert wrong.status_code == 422
    assert "No teacher in your district signs in with this e-mail address." in wrong.text
    assert f'value="{day}"' in wrong.text
    assert post(client, here, email=STAND_IN, last_day=day).headers["location"] == f"{here}?notice=delegate"
    client.cookies.clear()
    client.get("/signin")
    enter(client, STAND_IN)
    assert made.course_id in client.get("/classes").text
    page = client.get(here).text
    assert "In force" in page
    assert "Revoke" not in page
    assert "last_day" not in page
    delegates.revoke(made.ctx, made.teacher, made.course_id, _id(made))
    assert client.get(here).status_code == 403


def _id(made: Installation) -> str:
    return setup.actor_of(made.ctx, made.admin.district_id, STAND_IN).account_id


@pytest.mark.parametrize(
    ("language", "cause", "who"),
    [
        ("en", "Nobody in the SIS has this e-mail address.", "Whoever runs the SIS in your district"),
        ("sv", "Ingen i SIS har den här e-postadressen.", "Den som sköter SIS hos er"),
    ],
)
def test_the_box_names_the_cause_and_who_puts_it_right_in_the_readers_language(
    made: Installation, visitor: TestClient[Litestar], language: str, cause: str, who: str
) -> None:
    client = enter(visitor, made.admin.email, language)
    assert client.get("/admin/why").status_code == 200
    page = text_of(post(client, "/admin/why", email=STAND_IN, wanted=""))
    head, _, rest = page.partition(cause)
    assert rest, head
    assert who in rest
    assert cause in rest, "the cause stands with its check too"


def test_a_teacher_without_sections_reads_what_holds_for_them(
    made: Installation, visitor: TestClient[Litestar]
) -> None:
    client = enter(visitor, STAND_IN)
    assert "/classes/missing" in client.get("/classes").text
    page = text_of(client.get("/classes/missing"))
    assert "Nobody in the SIS has this e-mail address." in page
    assert "The SIS is connected and has been read In order" in page


def test_the_same_comes_through_rest(made: Installation, visitor: TestClient[Litestar]) -> None:
    client = enter(visitor, made.admin.email)
    token = {"x-csrftoken": client.cookies["csrftoken"]}
    found = client.post("/api/v1/why", json={"email": made.teacher.email}, headers=token).json()
    assert (found["cause"]["code"], {one["state"] for one in found["checks"]}) == (
        "NOTHING_IN_THE_WAY",
        {"passed"},
    )
    people = client.get("/api/v1/accounts", params={"limit": 2}).json()
    assert len(people["items"]) == 2
    more = client.get("/api/v1/accounts", params={"limit": 200, "cursor": people["next"]}).json()
    assert {one["email"] for one in (*people["items"], *more["items"])} >= {STAND_IN, made.teacher.email}
    place = f"/api/v1/classes/{made.course_id}/delegates"
    named = client.post(place, json={"email": STAND_IN, "last_day": "2099-12-31"}, headers=token)
    assert named.status_code == 201
    assert [one["last_day"] for one in named.json()["delegates"]] == ["2099-12-31"]
    assert client.delete(f"{place}/{_id(made)}", headers=token).status_code == 204
    assert client.get(place).json()["delegates"] == []


@pytest.mark.browser
def test_the_cause_is_found_and_a_delegate_named_by_the_keyboard_alone(
    made: Installation, browser: Browser, troubles: list[str]
) -> None:
    day = made.ctx.now().date() + timedelta(days=5)
    with serving(create_app(made.ctx)) as address, opening(browser, address, troubles, locale="sv-SE") as page:
        keys = Keyboard(page, "sv")
        page.goto("/signin?next=/classes")
        keys.type("E-mail", made.admin.email)
        keys.type("Password", PASSWORD)
        page.keyboard.press("Enter")
        keys.sees("Why can't this teacher see this class?")
        keys.press("Why can't this teacher see this class?", "a")
        keys.sees("The teacher's e-mail address")
        keys.type("The teacher's e-mail address", STAND_IN)
        keys.type("The class, if it is about one", made.course_id)
        keys.press("Find the cause", "button")
        page.get_by_role("heading", name="Ingen i SIS har den här e-postadressen.").wait_for()
        found = all_findings(page)
        page.goto(f"/classes/{made.course_id}/delegates")
        keys.type("E-mail", STAND_IN)
        keys.reach(keys.word("Last day"), "input")
        page.locator(":focus").fill(day.isoformat())  # its parts come in the order of the browser's own language
        keys.press("Name a delegate", "button")
        keys.sees("Named. The class is in that person's list now.")
        found |= all_findings(page)
        keys.press("Revoke", "button", more=": Sam")
        keys.sees("Revoked. That person no longer has the class.")
    assert found == {}
    assert troubles == []


def test_the_audit_log_leads_to_the_student_whom_a_mark_is_about(
    made: Installation, visitor: TestClient[Litestar]
) -> None:
    page = grades.page(made.ctx, made.teacher, made.course_id)
    student, work = page.students[0].user_id, page.assignments[0].course_work_id
    students.mark_excused(made.ctx, made.teacher, made.course_id, student, work, on=True)
    students.mark_excused(made.ctx, made.teacher, made.course_id, student, work, on=False)
    assert {action.partition(".")[0] for action in ACTIONS} == set(SUBJECTS)
    text = enter(visitor, made.admin.email).get("/admin/audit").text
    assert text.count(f'href="/classes/{made.course_id}/students/{student}"') == 2
    assert f'href="/classes/{made.course_id}/grades"' in text


def offers(client: TestClient[Litestar], page: str) -> set[str]:
    """What the forms of a page do to the class; refreshing is everybody's."""
    answer = client.get(page)
    assert answer.status_code == 200
    found = re.findall(r'<form[^>]* action="(/(?:classes|runs|exports|imports)/[^"]*)"', answer.text)
    return {one for one in found if "refresh" not in one}


def test_nothing_is_offered_to_a_reader_who_may_only_look_and_all_to_a_teacher_who_is_an_auditor_too(
    made: Installation, visitor: TestClient[Litestar]
) -> None:
    course = made.course_id
    student = grades.page(made.ctx, made.teacher, course).students[0].user_id
    run_id = made.start_export()
    made.wait(run_id)
    pages = [f"/classes/{course}/{one}" for one in ("grades", "roster", "link", f"students/{student}")]
    reading = enter(visitor, "auditor@riverbend.example")
    assert [offers(reading, page) for page in (*pages, f"/exports/{run_id}")] == [set()] * 5
    accounts.set_roles(made.ctx, made.admin, made.teacher.account_id, ["teacher", "auditor"])
    working = enter(visitor, made.teacher.email)
    assert all(offers(working, page) for page in pages)
    accounts.set_roles(made.ctx, made.admin, made.teacher.account_id, ["teacher"])
