"""Connecting a SIS through the pages, with the real use cases and no SIS behind them."""

import re
from datetime import timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from markupsafe import escape

from classbridge.service.context import Context
from classbridge.sis.guide import menus
from classbridge.sis.registry import guide, profile, profiles
from classbridge.store import connections
from classbridge.text.languages import LANGUAGES
from tests.web.conftest import ADMIN, SignIn, post

ADDRESS = "https://demo.skyward.com/demoAPI/ims/oneroster/v1p1"


@pytest.fixture
def begun(signed_in: SignIn, ctx: Context) -> tuple[TestClient[Litestar], str]:
    """An admin who has just begun to connect a SIS: the client and the connection's pages."""
    client = signed_in(ADMIN)
    answer = post(client, "/admin/sis", vendor="infinite-campus", version="1.2")
    found = re.fullmatch(r"(/admin/sis/[0-9a-f-]+)/setup/classroom", answer.headers["location"])
    assert found is not None
    return client, found[1]


def connection_id(page: str) -> str:
    return page.rpartition("/")[2]


def test_an_unfinished_connection_goes_on_where_it_was(begun: tuple[TestClient[Litestar], str]) -> None:
    client, page = begun
    assert client.get(page).headers["location"].startswith(page + "/setup/")
    for step in ("classroom", "checklist", "credentials", "authorize", "data"):
        assert client.get(f"{page}/setup/{step}").status_code == 200, step
    assert client.get(f"{page}/setup/other").status_code == 404


def test_a_pasted_address_is_cleaned_up_and_shown(begun: tuple[TestClient[Litestar], str]) -> None:
    client, page = begun
    pasted = "https://x.infinitecampus.org/campus/api/oneroster/v1p2/app/ims/oneroster/rostering/v1p2/users"
    answer = post(client, page + "/credentials", base_url=pasted, key="k", secret="s")
    assert answer.status_code == 303, answer.text
    shown = client.get(answer.headers["location"]).text
    assert "<code>https://x.infinitecampus.org/campus/api/oneroster/v1p2/app/ims/oneroster</code>" in shown
    assert "Kept, sealed" in shown


def test_what_is_pasted_goes_before_an_address_that_was_only_shown(
    begun: tuple[TestClient[Litestar], str], ctx: Context
) -> None:
    client, page = begun
    first = "https://one.infinitecampus.org/campus/api/oneroster/v1p2/app/ims/oneroster"
    second = first.replace("one.", "two.")
    post(client, page + "/credentials", base_url=first, key="k", secret="s")
    pasted = f"Consumer key: k2key2key2\nConsumer secret: s2secret2secret\nBase URL: {second}"
    answer = post(client, page + "/credentials", base_url=first, pasted=pasted)
    assert answer.status_code == 303, answer.text
    with ctx.database.district("d1").read() as rows:
        kept = connections.get(rows, connection_id(page))
    assert kept.base_url == second
    assert "two." in kept.token_url


def test_a_wrong_address_is_said_beside_its_field_and_nothing_is_lost(
    begun: tuple[TestClient[Litestar], str],
) -> None:
    client, page = begun
    answer = post(client, page + "/credentials", base_url="not an address", key="my-key", secret="my-secret")
    assert answer.status_code == 422
    field = re.search(r'<input[^>]*id="base_url"[^>]*>', answer.text)
    assert field is not None
    assert 'aria-invalid="true"' in field[0]
    assert 'aria-describedby="base_url-error"' in field[0]
    assert 'value="not an address"' in field[0]
    assert 'id="base_url-error"' in answer.text
    assert 'value="my-key"' in answer.text
    assert "my-secret" not in answer.text
    assert "Kept, sealed" in answer.text


def test_a_new_key_is_proved_again(begun: tuple[TestClient[Litestar], str], ctx: Context) -> None:
    client, page = begun
    with ctx.database.district("d1").write() as rows:
        one = connection_id(page)
        proof: list[dict[str, object]] = [
            {"name": "token", "state": "passed", "code": "PROVED", "params": {}, "sis_words": None}
        ]
        connections.save_proof(rows, one, proof, ctx.now())
        connections.set_connected(rows, one, ctx.now())
    answer = post(client, page + "/credentials", base_url="", key="other", secret="other")
    shown = client.get(answer.headers.get("location", page + "/setup/authorize")).text
    assert "Go on to data exchange" not in shown
    with ctx.database.district("d1").write() as rows:
        connections.set_draft(rows, one)


def test_a_disconnected_sis_is_connected_again_from_its_card(
    begun: tuple[TestClient[Litestar], str], ctx: Context
) -> None:
    client, page = begun
    with ctx.database.district("d1").write() as rows:
        connections.set_disconnected(rows, connection_id(page), ctx.now())
    assert client.get(page + "/setup/authorize").headers["location"] == page
    assert "Connect again" in client.get(page).text
    answer = post(client, "/admin/sis", vendor="infinite-campus", version="1.2")
    assert answer.headers["location"] == page + "/setup/classroom"
    with ctx.database.district("d1").read() as rows:
        assert connections.get(rows, connection_id(page)).state == "draft"


def test_the_consequences_come_before_the_button(begun: tuple[TestClient[Litestar], str]) -> None:
    client, page = begun
    text = client.get(page + "/disconnect").text
    assert text.index("What happens") < text.index("What stays") < text.index("btn-danger")


def test_what_nobody_has_tried_does_not_look_as_if_it_were_going_on(
    begun: tuple[TestClient[Litestar], str],
) -> None:
    client, page = begun
    shown = client.get(page + "/setup/authorize").text
    assert shown.count("Not tried yet") == 4
    assert "Waiting" not in shown


@pytest.mark.parametrize("vendor", profiles())
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_checklist_has_every_step_tip_and_caution_of_the_guide(
    signed_in: SignIn, vendor: str, language: str
) -> None:
    client = signed_in(ADMIN)
    post(client, "/language", language=language)
    answer = post(client, "/admin/sis", vendor=vendor, version=str(profile(vendor).recommended))
    shown = client.get(answer.headers["location"].replace("/classroom", "/checklist")).text
    plain = unescape(re.sub("</?strong>", "", shown))
    assert "**" not in shown
    for step in guide(vendor, language).steps:
        for line in (step.text, *step.tips, *step.if_not_found, *step.cautions):
            assert line.replace("**", "") in plain
        for menu in menus(step.text):
            assert f"<strong>{escape(menu)}</strong>" in shown


def test_replacing_a_key_begins_with_the_way_of_its_sis(
    begun: tuple[TestClient[Litestar], str], ctx: Context
) -> None:
    client, page = begun
    steps = guide("infinite-campus", "en").replace_key
    assert "First, in Infinite Campus" not in client.get(page + "/setup/credentials").text
    with ctx.database.district("d1").write() as rows:
        connections.set_connected(rows, connection_id(page), ctx.now())
    shown = unescape(re.sub("</?strong>", "", client.get(page + "/setup/credentials").text))
    with ctx.database.district("d1").write() as rows:
        connections.set_draft(rows, connection_id(page))
    assert "First, in Infinite Campus" in shown
    assert all(step.text.replace("**", "") in shown for step in steps)


LASTS_A_YEAR = "Keys of this SIS last 365 days."
OVERLAP = "two keys may be good at once"
AT_ONCE = "a new secret code may end the old one at once"


@pytest.mark.parametrize(
    ("vendor", "version", "lasts", "rotation"),
    [
        ("skyward-qmlativ", "1.1", 365, OVERLAP),
        ("infinite-campus", "1.1", 365, AT_ONCE),
        ("skyward-sms", "1.1", None, AT_ONCE),
    ],
)
def test_the_key_s_dates_are_those_of_its_sis_and_a_rotation_says_what_ends(
    signed_in: SignIn, ctx: Context, vendor: str, version: str, lasts: int | None, rotation: str
) -> None:
    client = signed_in(ADMIN)
    page = post(client, "/admin/sis", vendor=vendor, version=version).headers["location"].partition("/setup")[0]
    first = client.get(page + "/setup/credentials").text
    zone = ZoneInfo("Europe/Stockholm")
    end = ctx.now().astimezone(zone).date() + timedelta(days=lasts) if lasts else ""
    assert f'type="date" value="{end}" aria-describedby="expires_on-help"' in first
    assert (LASTS_A_YEAR in first) is (lasts is not None)
    assert ("The day filled in is that of a key made today" in first) is (lasts is not None)
    assert OVERLAP not in first
    assert AT_ONCE not in first

    address = profile(vendor).edition(version).example
    answer = post(client, page + "/credentials", base_url=address, key="k", secret="s", expires_on="2099-01-04")
    assert answer.status_code == 303, answer.text
    again = client.get(page + "/setup/credentials").text
    assert 'value="2099-01-04"' in again
    assert (LASTS_A_YEAR in again) is (lasts is not None)
    assert "The day filled in" not in again
    assert [said for said in (OVERLAP, AT_ONCE) if said in again] == [rotation]


def test_an_emptied_last_day_is_not_filled_in_again(signed_in: SignIn) -> None:
    client = signed_in(ADMIN)
    answer = post(client, "/admin/sis", vendor="skyward-qmlativ", version="1.1")
    page = answer.headers["location"].partition("/setup")[0]
    wrong = post(client, page + "/credentials", base_url="not an address", key="k", secret="s", expires_on="")
    assert wrong.status_code == 422
    assert 'type="date" value="" aria-describedby="expires_on-help"' in wrong.text
