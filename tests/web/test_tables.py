"""Tables in a browser: sorted by their heads, searched, and taken away as CSV."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page

from tests.web import values
from tests.web.browsing import all_findings, enter, opening
from tests.web.conftest import PASSWORD, TEACHER

pytestmark = pytest.mark.browser

NAMES = "#classes tbody tr:visible th"


@pytest.fixture
def classes(browser: Browser, served: str, troubles: list[str], answers: dict[str, object]) -> Iterator[Page]:
    """A teacher's class list, one class of which has a name that a spreadsheet would take for a formula."""
    rows = values.CLASS_LIST.rows
    evil = replace(rows[0], course_id="1099", name="=HYPERLINK(A1)", section=None)
    answers["class_list"] = replace(values.CLASS_LIST, rows=(*rows, evil))
    with opening(browser, served, troubles, accept_downloads=True) as page:
        enter(page, TEACHER, PASSWORD)
        page.goto("/classes")
        yield page


def names(page: Page) -> list[str]:
    return [name.strip() for name in page.locator(NAMES).all_inner_texts()]


def test_a_table_is_sorted_by_the_head_that_is_pressed_and_says_so(classes: Page, troubles: list[str]) -> None:
    before = names(classes)
    classes.get_by_role("button", name="Class", exact=True).press("Enter")
    up = names(classes)
    assert sorted(up) == sorted(before)
    assert classes.locator("th[aria-sort=ascending]").inner_text() == "Class"
    classes.get_by_role("button", name="Class", exact=True).press("Enter")
    assert names(classes) == up[::-1]
    assert up != before
    assert all_findings(classes) == {}
    assert troubles == []


def test_the_rows_that_are_shown_are_taken_away_as_csv(classes: Page, tmp_path: Path) -> None:
    shown = names(classes)
    with classes.expect_download() as saved:
        classes.get_by_role("button", name="Download as CSV").press("Enter")
    path = tmp_path / saved.value.suggested_filename
    saved.value.save_as(path)
    assert path.name == "classes.csv"
    head, *rows = csv.reader(path.read_text("utf-8-sig").splitlines())
    assert head == ["Class", "SIS class", "State", "Last export"]
    assert len(rows) == len(shown)
    assert rows[-1][0] == "'=HYPERLINK(A1)"
