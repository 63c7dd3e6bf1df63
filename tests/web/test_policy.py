"""A teacher switches the nightly export on, and an admin sets quiet hours, with the keyboard, on a phone too."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, expect

from classbridge.service import class_settings, policy
from classbridge.web.app import create_app
from tests.installation import PASSWORD, installation, settings_for
from tests.web.browsing import Keyboard, all_findings, enter, opening
from tests.web.conftest import serving

pytestmark = pytest.mark.browser


@pytest.mark.exhaustive
def test_a_schedule_and_quiet_hours_by_keyboard(browser: Browser, troubles: list[str], tmp_path: Path) -> None:
    with installation(settings_for(tmp_path), students=60) as made, serving(create_app(made.ctx)) as place:
        made.up_to("link")
        with opening(browser, place, troubles) as page:
            keyboard = Keyboard(page, "en")
            enter(page, made.teacher.email, PASSWORD)
            page.goto(f"/classes/{made.course_id}/grades")
            keyboard.press("Settings", "a")
            keyboard.sees("Nothing has run at night yet. Switch it on above, and the next night begins it.")
            assert all_findings(page) == {}
            keyboard.tick("Export grades")
            keyboard.press("Save the settings", "button")
            page.wait_for_url("**/settings?notice=class-settings")
            expect(page.get_by_text("Next time:")).to_be_visible()
            expect(page.get_by_role("checkbox", name="Export grades")).to_be_checked()
            assert all_findings(page) == {}
            page.goto("/classes")
            expect(page.get_by_role("link", name="Nightly")).to_be_visible()
            assert all_findings(page) == {}
            # A teacher reads the district's policy, and cannot change it.
            page.goto("/admin/policy")
            expect(page.get_by_role("button", name="Save the policy")).to_have_count(0)
            expect(page.get_by_label("Nightly time")).to_be_disabled()
            assert all_findings(page) == {}
        assert class_settings.view(made.ctx, made.teacher, made.course_id).nightly_export

        local = made.ctx.now().astimezone(ZoneInfo(made.stage.made_up.time_zone))
        start, end = (f"{local + timedelta(hours=hours):%H:%M}" for hours in (-1, 2))
        with opening(browser, place, troubles) as page:
            keyboard = Keyboard(page, "en")
            enter(page, made.admin.email, PASSWORD)
            page.goto("/admin")
            keyboard.press("Look at the policy", "a")
            keyboard.sees("Quiet hours from")
            keyboard.type("Quiet hours from", "25:00")
            keyboard.type("Quiet hours until", end)
            troubles.clear()
            keyboard.press("Save the policy", "button")
            expect(page.locator("#quiet_from-error")).to_be_visible()
            assert page.get_by_label("Quiet hours until").input_value() == end
            assert all_findings(page) == {}
            assert all("422" in one for one in troubles)
            troubles.clear()
            keyboard.type("Quiet hours from", start)
            keyboard.press("Save the policy", "button")
            page.wait_for_url("**/admin/policy?notice=policy")
        assert policy.view(made.ctx, made.admin).quiet_until == end

        with opening(browser, place, troubles) as page:
            enter(page, made.teacher.email, PASSWORD)
            page.goto(f"/classes/{made.course_id}/grades")
            page.get_by_role("button", name="Export").first.click()
            later = page.get_by_role("button", name="after the quiet hours")
            expect(later).to_be_visible(timeout=30_000)
            assert all_findings(page) == {}
            later.click()
            expect(page.get_by_text("Starts at")).to_be_visible(timeout=30_000)
            assert all_findings(page) == {}
            page.get_by_role("button", name="Cancel").click()
            expect(page.get_by_text("The run is cancelled.")).to_be_visible(timeout=30_000)
    assert troubles == []
