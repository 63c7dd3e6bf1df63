"""A SIS without an API in a browser: upload in the wizard, prove, confirm; later the grades as a file."""

import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from classbridge.sandbox.registrar import Registrar
from classbridge.web.app import create_app
from tests.installation import PASSWORD, installation, settings_for
from tests.web.browsing import enter, opening
from tests.web.conftest import serving

pytestmark = pytest.mark.browser


@pytest.mark.exhaustive
def test_packages_are_uploaded_in_the_wizard_and_grades_downloaded_later(
    browser: Browser, troubles: list[str], tmp_path: Path
) -> None:
    with installation(settings_for(tmp_path / "data"), students=60) as made:
        file = tmp_path / "rosters.zip"
        Registrar(made.stage.made_up.records()).export(file)
        with serving(create_app(made.ctx)) as place, opening(browser, place, troubles) as page:
            enter(page, made.admin.email, PASSWORD)
            page.goto("/admin/sis")
            row = page.locator("form", has=page.locator('input[value="csv"]'))
            row.get_by_role("button").click()
            page.locator("main .actions a.btn-primary").click()
            page.get_by_role("link", name="I have the package").click()
            (tmp_path / "bad.zip").write_bytes(b"no zip")
            page.get_by_label("A package of your SIS").set_input_files(tmp_path / "bad.zip")
            page.get_by_role("button", name="Upload and take in").click()
            expect(page.get_by_role("heading", name="The package was not taken in")).to_be_visible(timeout=20_000)
            page.get_by_role("link", name="To the connection").click()
            page.get_by_text("What its check found").click()
            page.get_by_label("A package of your SIS").set_input_files(file)
            page.get_by_role("button", name="Upload and take in").click()
            page.get_by_role("link", name="To the connection").click(timeout=20_000)
            page.get_by_role("button", name="Authorize").click()
            page.get_by_role("link", name="Go on to data exchange").click(timeout=20_000)
            page.get_by_role("button", name="Save and confirm").click()
            page.get_by_role("link", name="Rosters in, grades out").click()
            with page.expect_download() as given:
                page.get_by_role("link", name="Download the grades").click()
            assert "manifest.csv" in zipfile.ZipFile(given.value.path()).namelist()
            page.screenshot(path=tmp_path / "packages.png", full_page=True)
    assert troubles == []
