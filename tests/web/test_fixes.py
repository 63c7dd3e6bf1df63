"""A blocked assignment is put right in the preview, by the keyboard, on a phone; and categories are mapped."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from classbridge.oneroster.models import Category, LineItem
from classbridge.service import categories, work_settings
from classbridge.web.app import create_app
from tests.installation import PASSWORD, Installation, installation, settings_for
from tests.service.conftest import Gradebook
from tests.web.browsing import Keyboard, all_findings, enter, opening
from tests.web.conftest import serving

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 375, "height": 800}, "locale": "en-US"}


def held(made: Installation) -> tuple[str, str]:
    """The title of the one line item that was sent, and its category's."""
    source = made.stage.sis.source
    item = source.record("lineItem", next(iter(source.through_api)))
    assert isinstance(item, LineItem)
    assert item.category is not None
    category = source.record("category", item.category.sourced_id)
    assert isinstance(category, Category)
    return item.title, category.title


def test_a_blocked_assignment_is_put_right_without_a_mouse(
    browser: Browser, troubles: list[str], tmp_path: Path
) -> None:
    with installation(settings_for(tmp_path), "infinite-campus", students=60) as made:
        made.up_to("link")
        book = Gradebook(made, "Ecosystems project")
        with made.stage.classroom.control() as control:
            late = {"year": 2027, "month": 7, "day": 20}
            control.do("edit_work", course_id=made.course_id, work_id=book.id, dueDate=late)
        preview = book.previewing()
        (offered,) = work_settings.of_class(made.ctx, made.teacher, made.course_id, [book.id])
        with serving(create_app(made.ctx)) as place, opening(browser, place, troubles, **PHONE) as page:
            enter(page, made.teacher.email, PASSWORD)
            keys = Keyboard(page, "en")
            page.goto(f"/exports/preview/{preview}")
            keys.sees("Cannot be exported")
            keys.sees("Set this due date, or its grading period")
            keys.sees("Shorten this title")
            assert all_findings(page) == {}

            keys.type("Title in the SIS", "Ecosystems, the project of the spring")
            keys.press("Save and preview again", more=f": {book.title}")
            keys.sees("The title has more than 30 characters.")
            assert all_findings(page) == {}
            troubles[:] = [one for one in troubles if "422" not in one]  # Chromium tells of the refusal

            keys.type("Title in the SIS", "Ecosystems")
            keys.choose("Grade category", "Tests")
            keys.choose("Grading period", offered.periods[-1].sourced_id)
            keys.press("Save and preview again", more=f": {book.title}")
            send = page.get_by_role("button", name="Export")
            expect(send).to_be_visible(timeout=30_000)
            expect(page.get_by_text("Cannot be exported")).to_have_count(0)
            assert all_findings(page) == {}
            send.focus()
            page.keyboard.press("Enter")
            expect(page.get_by_role("heading", name="Export details")).to_be_visible(timeout=60_000)
            assert held(made) == ("Ecosystems", "Tests")

            api = f"/api/v1/classes/{made.course_id}"
            chosen = page.request.get(f"{api}/work-settings").json()["items"]
            (here,) = [one["chosen"] for one in chosen if one["course_work_id"] == book.id]
            assert (here["title"], here["category"]) == ("Ecosystems", "Tests")
            token = {one["name"]: one["value"] for one in page.context.cookies()}["csrftoken"]
            headers = {"x-csrftoken": token}
            refused = page.request.put(
                f"{api}/work-settings/{book.id}", data={"category": "Nonsense"}, headers=headers
            )
            assert (refused.status, refused.json()["code"]) == (422, "CATEGORY_NOT_FOUND")
            mapped = page.request.put(
                f"{api}/categories", data={"mapping": {"Tests": "projects"}}, headers=headers
            ).json()
            assert [one["category"] for one in mapped["names"] if one["name"] == "Tests"] == ["Projects"]

            page.goto(f"/classes/{made.course_id}/roster")
            keys.press("Map grade categories", "a")
            page.wait_for_url("**/categories")
            keys.choose("Projects", "Homework")
            keys.press("Save the categories")
            keys.sees("Saved. It holds from the next preview.")
            assert all_findings(page) == {}
        view = categories.of_class(made.ctx, made.teacher, made.course_id)
        assert [one.category for one in view.names if one.name == "Projects"] == ["Homework"]
    assert troubles == []
