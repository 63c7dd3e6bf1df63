"""A teacher links all suggested classes and exports them all, in few clicks, on a phone and in Swedish too."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from classbridge.service import classes, grades
from classbridge.web.app import create_app
from tests.installation import PASSWORD, Installation, installation, settings_for
from tests.web.browsing import all_findings, enter, opening
from tests.web.conftest import serving

pytestmark = pytest.mark.browser


def until_read(made: Installation) -> None:
    """Wait until both sides of every linked class have been read."""
    for row in classes.class_list(made.ctx, made.teacher).rows:
        if row.sis_classes:
            made.wait(classes.refresh(made.ctx, made.teacher, row.course_id))


def clicks(page: Page, name: str, counted: list[str], role: str = "button") -> None:
    page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type]
    counted.append(name)


@pytest.mark.parametrize(
    "narrow", [pytest.param(False, marks=pytest.mark.exhaustive, id="desk"), pytest.param(True, id="phone")]
)
def test_all_classes_are_linked_in_two_clicks_and_exported_in_two(
    browser: Browser, troubles: list[str], tmp_path: Path, narrow: bool
) -> None:
    view = {"viewport": {"width": 375, "height": 800}} if narrow else {}
    with installation(settings_for(tmp_path), students=60) as made:
        made.up_to("connect")
        made.wait(classes.refresh(made.ctx, made.teacher, None))
        with serving(create_app(made.ctx)) as place, opening(browser, place, troubles, **view) as page:
            enter(page, made.teacher.email, PASSWORD)
            page.goto("/classes")
            linking: list[str] = []
            clicks(page, "Link all suggested classes", linking, "link")
            assert all_findings(page) == {}
            clicks(page, "Link 2 classes", linking)
            expect(page.get_by_text("Linked. Next")).to_be_visible()
            until_read(made)
            page.goto("/classes")
            exporting: list[str] = []
            clicks(page, "from 2 classes", exporting)
            send = page.get_by_role("button", name="from 2 classes")
            expect(send).to_be_visible(timeout=30_000)
            assert all_findings(page) == {}
            clicks(page, "from 2 classes", exporting)
            expect(page.get_by_role("link", name="Export details").nth(1)).to_be_visible(timeout=60_000)
            assert all_findings(page) == {}
            assert (len(linking), len(exporting)) == (2, 2)
        listed = classes.class_list(made.ctx, made.teacher)
        assert [row.to_export for row in listed.rows if row.sis_classes] == [0, 0]
        runs = [grades.page(made.ctx, made.teacher, row.course_id).last_export_run_id for row in listed.rows]
        assert all(grades.details(made.ctx, made.teacher, run).verified for run in runs if run)
    assert troubles == []
