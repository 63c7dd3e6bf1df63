"""A teacher undoes an export with the keyboard alone; an admin lets held withdrawals go (WCAG 2.2 AA)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from classbridge.service import runs
from classbridge.web.app import create_app
from tests.installation import PASSWORD, Installation, installation, settings_for
from tests.service.conftest import Gradebook
from tests.web.browsing import Keyboard, all_findings, enter, opening
from tests.web.conftest import serving

pytestmark = pytest.mark.browser


@pytest.fixture
def exported(tmp_path: Path) -> Iterator[Gradebook]:
    """The quiz of a linked class, exported."""
    with installation(settings_for(tmp_path), students=60) as made:
        made.up_to("link")
        book = Gradebook(made, "Quiz")
        book.export()
        yield book


def last_export(made: Installation) -> str:
    listed = runs.page(made.ctx, made.teacher, course_id=made.course_id).items
    return next(run.id for run in listed if run.kind == "export")


def look(page: Page) -> None:
    assert all_findings(page) == {}, page.url
    assert page.locator("main .btn-primary:visible").count() == 1


def test_an_export_is_undone_with_the_keyboard_alone(
    exported: Gradebook, browser: Browser, troubles: list[str]
) -> None:
    made, held = exported.made, len(exported.held())
    with serving(create_app(made.ctx)) as place, opening(browser, place, troubles, locale="en-GB") as page:
        enter(page, made.teacher.email, PASSWORD)
        keys = Keyboard(page, "en")
        page.goto(f"/exports/{last_export(made)}")
        keys.press("Undo this export")
        keys.sees("Undo preview")
        keys.sees("Nothing changes in Classroom. An undo cannot itself be undone")
        look(page)
        keys.press(f"Put back {held} grades")
        keys.sees("Details of the undo")
        keys.sees(f"{held} grades are back as they were before the export")
        look(page)
        keys.press("Export details")
        page.get_by_role("link", name="Undone at").wait_for()
        look(page)
        assert page.get_by_role("button", name="Undo this export").count() == 0
    assert exported.held() == []
    assert troubles == []


@pytest.mark.exhaustive
def test_an_admin_lets_held_withdrawals_go_where_a_teacher_only_reads(
    exported: Gradebook, browser: Browser, troubles: list[str]
) -> None:
    made, held = exported.made, len(exported.held())
    with made.stage.classroom.control() as control:
        control.do("delete_work", course_id=made.course_id, work_id=exported.id)
    preview = exported.previewing()
    with serving(create_app(made.ctx)) as place:
        with opening(browser, place, troubles, locale="en-GB") as page:
            enter(page, made.teacher.email, PASSWORD)
            page.goto(f"/exports/preview/{preview}")
            page.get_by_role("link", name="See which grades").click()
            page.get_by_text("Send the address of this page to an admin").wait_for()
            look(page)
        with opening(browser, place, troubles, locale="en-GB") as page:
            enter(page, made.admin.email, PASSWORD)
            page.goto(f"/exports/preview/{preview}")
            look(page)
            page.get_by_role("link", name="Look at them and decide").click()
            look(page)
            page.get_by_label("I have looked at the list").check()
            page.get_by_role("button", name=f"Take back {held} grades all the same").click()
            page.get_by_role("heading", name="Export details").wait_for()
    assert exported.held() == []
    assert troubles == []
