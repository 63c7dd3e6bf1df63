"""My SIS is not listed, in a browser: named, checked, its report taken along, connected; and the public form."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from classbridge.service import interest
from classbridge.web.app import create_app
from tests.installation import PASSWORD, Installation, installation, settings_for
from tests.web.browsing import enter, opening
from tests.web.conftest import serving

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(settings_for(tmp_path_factory.mktemp("unlisted")), students=60) as made:
        yield made


@pytest.fixture(scope="module")
def place(house: Installation) -> Iterator[str]:
    with serving(create_app(house.ctx)) as address:
        yield address


def test_a_sis_is_named_checked_and_connected(
    house: Installation, place: str, browser: Browser, troubles: list[str], tmp_path: Path
) -> None:
    info = house.stage.sis.info()
    with opening(browser, place, troubles) as page:
        enter(page, house.admin.email, PASSWORD)
        page.goto("/admin/sis")
        page.get_by_role("link", name="My SIS is not listed").click()
        page.get_by_label("Name of the SIS").fill("Skolplattan")
        page.get_by_role("button", name="Save and go on to the check").click()
        wrong_address(page)
        page.get_by_text("Paste everything at once").click()
        page.get_by_label("Paste what you noted down").fill(
            f"{info['base_url']}\nKey: {info['client_id']}\nSecret: {info['client_secret']}"
        )
        page.get_by_label("Host URL").fill("")
        page.get_by_role("button", name="Save and check").click()
        expect(page.get_by_role("heading", name="Check of a SIS")).to_be_visible(timeout=60_000)
        page.get_by_role("link", name="To the SIS that are not listed").click(timeout=60_000)
        page.get_by_role("link", name="Skolplattan").click()
        expect(page.get_by_role("heading", name="Report card")).to_be_visible()
        with page.expect_download() as given:
            page.get_by_role("link", name="JSON").click()
        report = json.loads(given.value.path().read_text())
        assert {one["outcome"] for one in report["checks"]} <= {"pass", "not_offered"}
        assert info["client_secret"] not in page.content() + json.dumps(report)
        page.get_by_role("button", name="Connect it").click()
        expect(page.get_by_role("heading", name="Skolplattan")).to_be_visible()
    assert [one for one in troubles if "422" not in one] == []


def wrong_address(page: Page) -> None:
    """What is no address is told beside its field, and what else was typed stands there still."""
    page.get_by_label("Host URL").fill("no address")
    page.get_by_label("Access key").fill("a-key")
    page.get_by_label("Secret code").fill("a-secret")
    page.get_by_role("button", name="Save and check").click()
    expect(page.locator("#base_url-error")).to_be_visible()
    expect(page.get_by_label("Access key")).to_have_value("a-key")
    expect(page.get_by_label("Secret code")).to_have_value("")
    page.get_by_label("Access key").fill("")


def test_a_vendor_writes_and_nothing_is_promised(
    house: Installation, place: str, browser: Browser, troubles: list[str]
) -> None:
    with opening(browser, place, troubles) as page:
        page.goto("/status")
        page.get_by_role("link", name="Tell us about it").click()
        page.get_by_label("Name of the product").fill("Skolkort")
        page.get_by_label("Company").fill("  ")
        page.get_by_label("How we reach you").fill("api@skolkort.example")
        page.get_by_role("button", name="Send").click()
        expect(page.locator("#company-error")).to_be_visible()
        expect(page.get_by_label("Name of the product")).to_have_value("Skolkort")
        page.get_by_label("Company").fill("Kort AB")
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_text("being listed is not promised")).to_be_visible()
    assert [one for one in troubles if "422" not in one] == []
    assert [one.company for one in interest.listed(house.ctx)] == ["Kort AB"]
