"""A teacher decides about differing grades and about what is in the SIS already, with the keyboard alone."""

from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from classbridge.service import grades
from classbridge.web.app import create_app
from tests.installation import PASSWORD, installation, settings_for
from tests.service.conftest import Gradebook
from tests.service.test_adoption import add_item
from tests.web.browsing import Keyboard, all_findings, enter, opening
from tests.web.conftest import serving

pytestmark = pytest.mark.browser


def test_differing_grades_and_candidates_are_decided_with_the_keyboard_alone(
    browser: Browser, troubles: list[str], tmp_path: Path
) -> None:
    with installation(settings_for(tmp_path), students=60) as made:
        made.up_to("link")
        essay, quiz = Gradebook(made, "Cell division essay"), Gradebook(made, "Quiz")
        essay.export()
        first, second = [one for one in essay.held() if one.score is not None][:2]
        with made.stage.sis.control() as control:
            for one in (first, second):
                control.change_score(one.result_id, Decimal("1.5"))
        theirs = {add_item(quiz, {}), add_item(quiz, {})}
        essay.preview()

        with serving(create_app(made.ctx)) as place, opening(browser, place, troubles, locale="en-GB") as page:
            enter(page, made.teacher.email, PASSWORD)
            keys = Keyboard(page, "en")
            page.goto(f"/classes/{made.course_id}/grades")
            assert all_findings(page) == {}
            keys.press("2 differ from the SIS", "button")
            keys.sees("2 grades differ from the SIS")
            assert all_findings(page) == {}
            labels = page.locator("select[name=grade]")
            expect(labels).to_have_count(2)
            about = str(labels.first.locator("option").nth(2).get_attribute("value"))
            keys.choose(str(labels.first.get_attribute("aria-label")), about)
            keys.press("Do what is chosen", "button")
            expect(page.get_by_role("heading", name="Export details")).to_be_visible(timeout=60_000)

            page.goto(f"/exports/preview/{quiz.previewing()}")
            keys.sees("2 assignments in the SIS may be this one")
            assert all_findings(page) == {}
            keys.reach("Decide later", "input")
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Enter")
            expect(page.get_by_role("heading", name="Export details")).to_be_visible(timeout=60_000)
            assert all_findings(page) == {}
        assert (essay.preview().counts["kept"], essay.preview().counts["drifted"]) == (1, 1)
        used = {one.line_item_id for one in quiz.held() if one.score is not None}
        assert len(used) == 1
        assert used < theirs
        assert grades.page(made.ctx, made.teacher, made.course_id).differing == 1
    assert troubles == []
