"""The licence rule and the pilot in Chromium: what an admin sees at each step, and a teacher's grey buttons."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from classbridge.text import languages
from classbridge.web.app import create_app
from tests.installation import PASSWORD, Installation, installation, settings_for
from tests.web.browsing import DESK, all_findings, enter, opening
from tests.web.conftest import serving

pytestmark = pytest.mark.browser

STUDENTS = 60
SV = languages.translations("sv").gettext


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Installation]:
    with installation(settings_for(tmp_path), students=STUDENTS) as running:
        running.up_to("link")
        yield running


@pytest.mark.exhaustive
def test_an_admin_uploads_a_list_and_starts_a_pilot_and_a_teacher_outside_reads_why(
    made: Installation, browser: Browser, troubles: list[str]
) -> None:
    found: dict[str, dict[str, list[str]]] = {}

    def look(page: Page, name: str) -> None:
        if problems := all_findings(page, DESK):
            found[name] = problems

    with serving(create_app(made.ctx)) as place:
        with opening(browser, place, troubles, locale="sv-SE") as page:
            enter(page, made.admin.email, PASSWORD)
            page.goto("/admin/licences")
            page.set_input_files("#list-file", {"name": "l.csv", "mimeType": "text/csv", "buffer": b"x;y\n"})
            page.get_by_role("button", name=SV("Upload and use this list")).click()
            expect(page.locator("#list-error")).to_be_visible()
            look(page, "a list without addresses")
            rows = b"namn;e-post\nEva;eva@riverbend.example\nBo;nobody\n"
            page.set_input_files("#list-file", {"name": "l.csv", "mimeType": "text/csv", "buffer": rows})
            page.get_by_role("button", name=SV("Upload and use this list")).click()
            expect(page.get_by_text("Bo;nobody")).to_be_visible()
            expect(page.locator("#without")).to_contain_text(made.teacher.email)
            look(page, "a list with a bad row")
            page.goto("/admin/pilot")
            page.check("input[value=group]")
            page.get_by_role("button", name=SV("Save the pilot")).click()
            expect(page.locator("#teachers-error")).to_be_visible()
            look(page, "an empty pilot")
            page.fill("#teachers", "eva@riverbend.example")
            page.get_by_role("button", name=SV("Save the pilot")).click()
            expect(page.get_by_text(SV("Open to the group only"))).to_be_visible()
            look(page, "a pilot")
        with opening(browser, place, troubles, locale="sv-SE") as page:
            enter(page, made.teacher.email, PASSWORD)
            for path in ("/classes", f"/classes/{made.course_id}/grades", f"/classes/{made.course_id}/roster"):
                page.goto(path)
                expect(page.get_by_role("heading", name="SIS-funktionerna är bara öppna")).to_be_visible()
                expect(page.locator("main button:disabled").first).to_be_visible()
                look(page, path)
    assert found == {}
    refusals = [one for one in troubles if "422" not in one]
    assert refusals == []
