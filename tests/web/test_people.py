"""Who is who, and what is kept of a person, as an admin meets them on the pages."""

import json
import re
from collections.abc import Iterator

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from playwright.sync_api import Browser

from classbridge.bridge.policy import Role
from classbridge.service import people, setup
from classbridge.service.people import PersonRow
from classbridge.store.people import STATES, State
from classbridge.store.tables import sis_user
from classbridge.web.app import create_app
from tests.installation import PASSWORD, Installation, installation, settings_for
from tests.web.browsing import Keyboard, all_findings, opening
from tests.web.conftest import post, serving
from tests.web.test_roles import enter, text_of

AUDITOR = "auditor@riverbend.example"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Connected and linked, with an auditor."""
    with installation(settings_for(tmp_path_factory.mktemp("people")), students=60) as one:
        one.up_to("link")
        setup.create_account(
            one.ctx, one.admin.district_id, email=AUDITOR, name="Odd", roles=(Role.AUDITOR,), password=PASSWORD
        )
        yield one


@pytest.fixture
def visitor(made: Installation) -> Iterator[TestClient[Litestar]]:
    with TestClient(create_app(made.ctx), raise_server_exceptions=False) as client:
        client.follow_redirects = False
        client.get("/signin")
        yield client


def rows(made: Installation, *states: State) -> list[PersonRow]:
    return list(people.listed(made.ctx, made.admin, states=states or STATES, limit=None).items)


def test_the_list_begins_with_who_needs_an_answer_and_is_narrowed_by_state_role_and_text(
    made: Installation, visitor: TestClient[Litestar]
) -> None:
    client = enter(visitor, made.admin.email)
    page = client.get("/admin/people").text
    waiting, matched = rows(made, "shared", "no_email", "unmatched"), rows(made, "matched")
    assert all(one.key in page for one in waiting)
    assert matched[0].key not in page
    assert matched[0].key in client.get("/admin/people?state=matched").text
    found = client.get("/admin/people", params={"state": "all", "q": matched[0].name.upper()}).text
    assert matched[0].key in found
    assert waiting[0].key not in found
    assert "Nobody is found" in client.get("/admin/people?q=zzzzzz").text
    teachers = client.get("/admin/people?state=all&role=teacher").text
    assert {one.key in teachers for one in rows(made) if one.roles == ("student",)} == {False}


def test_somebody_is_matched_by_address_refused_and_taken_back_and_the_page_says_each(
    made: Installation, visitor: TestClient[Litestar]
) -> None:
    client = enter(visitor, made.admin.email)
    one = rows(made, "unseen")[0]
    here = f"/admin/people/{one.key}"
    wrong = post(client, f"{here}/match", decision="account", account="4711")
    assert wrong.status_code == 422
    assert 'id="account-error"' in wrong.text
    assert 'value="4711"' in wrong.text
    done = post(client, f"{here}/match", decision="account", account="new@home.example")
    assert done.headers["location"] == f"{here}?notice=matched"
    page = text_of(client.get(f"{here}?notice=matched"))
    assert "Matched. Imports and exports go by it from now on." in page
    assert "Matched by hand" in page
    assert "new@home.example" in page
    assert "Matched a person" in text_of(client.get("/admin/audit"))
    assert post(client, f"{here}/match", decision="nobody").status_code == 303
    assert "None: matched with nobody" in text_of(client.get(here))
    assert post(client, f"{here}/match", decision="email").status_code == 303
    assert "In no linked class" in text_of(client.get(here))
    assert post(client, f"{here}/match", decision="else").status_code == 422
    known = next(row for row in rows(made, "matched") if row.account)
    assert known.account
    post(client, f"/admin/people/{known.key}/refuse", user_id=known.account.user_id, refused="yes")
    assert "Never these" in text_of(client.get(f"/admin/people/{known.key}"))
    post(client, f"/admin/people/{known.key}/refuse", user_id=known.account.user_id, refused="no")
    assert "Never these" not in text_of(client.get(f"/admin/people/{known.key}"))


@pytest.mark.parametrize(
    ("language", "said", "none"),
    [
        ("en", "1 row cannot be taken, so nothing was changed.", "1 person is matched anew."),
        ("sv", "1 rad går inte att använda, så inget ändrades.", "1 person har fått en ny matchning."),
    ],
)
def test_a_file_goes_out_and_in_and_each_bad_row_is_told(
    made: Installation, visitor: TestClient[Litestar], language: str, said: str, none: str
) -> None:
    client = enter(visitor, made.admin.email, language)
    answer = client.get("/admin/people.csv?state=all")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.text.startswith("\ufeffsis_id,account,")
    one = rows(made, "unseen")[0].sis_id

    def upload(*lines: str) -> str:
        content = "\r\n".join(("sis_id,account", *lines)).encode()
        fields = {"_csrf_token": client.cookies.get("csrftoken")}
        return text_of(client.post("/admin/people/file", data=fields, files={"file": ("p.csv", content)}))

    assert said in upload(f"{one},nobody", "unknown,nobody")
    assert none in upload(f"{one},nobody")
    assert none in upload(f"{one},email")
    refused = client.post("/admin/people/file", data={"_csrf_token": client.cookies.get("csrftoken")})
    assert refused.status_code == 422


def test_an_auditor_reads_the_list_and_changes_nothing_and_sees_no_document(
    made: Installation, visitor: TestClient[Litestar]
) -> None:
    client = enter(visitor, AUDITOR)
    one = rows(made, "unmatched")[0]
    for path in ("/admin/people", "/admin/people/strangers", f"/admin/people/{one.key}"):
        page = client.get(path)
        assert page.status_code == 200
        assert "/match" not in page.text
        assert "/privacy/" not in page.text
        assert "/file" not in page.text
    assert client.get(f"/admin/privacy/{one.key}/data.json").status_code == 403


def test_of_a_protected_person_the_page_says_so_and_names_no_account(
    made: Installation, visitor: TestClient[Litestar]
) -> None:
    one = next(row for row in rows(made, "matched") if row.account and row.account.name)
    with made.ctx.district(made.admin).write() as held:
        held.update(
            sis_user,
            {"protected": True, "given_name": "Skyddad", "family_name": "Identitet"},
            sis_user.c.sourced_id == one.sis_id,
        )
    client = enter(visitor, made.admin.email)
    for path in (f"/admin/people/{one.key}", "/admin/people?state=matched&q=Skyddad"):
        page = text_of(client.get(path))
        assert "Protected identity" in page or "The SIS protects this identity." in page
        assert one.name not in page


def test_what_is_kept_is_shown_given_as_a_file_and_erased_only_with_the_box_ticked(
    made: Installation, visitor: TestClient[Litestar]
) -> None:
    client = enter(visitor, made.admin.email)
    one = rows(made, "unseen", "left")[-1]
    here = f"/admin/privacy/{one.key}"
    assert "The person as the SIS sends them" in text_of(client.get(here))
    document = json.loads(client.get(f"{here}/data.json").text)
    assert document["kept"]["sis_user"][0]["sourced_id"] == one.sis_id
    unticked = post(client, f"{here}/erase")
    assert unticked.status_code == 422
    assert 'id="confirm-error"' in unticked.text
    done = text_of(post(client, f"{here}/erase", confirm="on"))
    assert re.search(r"\d+ rows? (is|are) deleted", done)
    assert client.get(here).status_code == 404
    assert "Erased a person" in text_of(client.get("/admin/audit"))


def test_an_account_leads_to_what_is_kept_of_it(made: Installation, visitor: TestClient[Litestar]) -> None:
    client = enter(visitor, made.admin.email)
    assert f"/admin/privacy?account={made.teacher.account_id}" in client.get("/admin/accounts").text
    place = client.get("/admin/privacy", params={"account": made.teacher.account_id}).headers["location"]
    page = text_of(client.get(place))
    assert "The account to sign in with" in page
    assert "Places in classes of Classroom" in page


@pytest.mark.browser
def test_a_match_is_made_with_the_keyboard_alone_without_any_finding_of_axe(
    made: Installation, browser: Browser, troubles: list[str]
) -> None:
    one = rows(made, "unseen")[-1]
    with serving(create_app(made.ctx)) as place, opening(browser, place, troubles, locale="sv-SE") as page:
        keys = Keyboard(page, "sv")
        page.goto("/signin?next=/admin/people")
        keys.type("E-mail", made.admin.email)
        keys.type("Password", PASSWORD)
        page.keyboard.press("Enter")
        keys.sees("Only in Classroom")
        page.goto(f"/admin/people?state=all&q={one.sis_id}")
        found = all_findings(page)
        keys.press(one.name, "a")
        page.wait_for_url("**/admin/people/*")
        keys.type("E-mail address of the account in Classroom", "typed@home.example")
        keys.press("Match", "button")
        keys.sees("Matched. Imports and exports go by it from now on.")
        found |= all_findings(page)
    assert found == {}
    assert troubles == []
    assert {row.sis_id: row.state for row in rows(made)}[one.sis_id] == "overridden"
