"""A teacher links a class and imports its roster in at most four clicks, and with the keyboard alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec import Struct
from playwright.sync_api import Browser, Locator, Page, expect

from classbridge.service import classes
from classbridge.text import languages
from classbridge.web.app import create_app
from tests.installation import PASSWORD, Installation, installation, settings_for
from tests.web.browsing import Keyboard, all_findings, enter, opening
from tests.web.conftest import serving
from tests.web.test_walk import LOCALES

pytestmark = [pytest.mark.browser, pytest.mark.timeout(480)]

COUNTER = """addEventListener("pointerdown", event => {
    if (event.isTrusted) sessionStorage.setItem("clicks", Number(sessionStorage.getItem("clicks") ?? 0) + 1);
}, true)"""
"""Counts what a reader presses with a mouse, over all pages of the tab."""

IMPORT = "form[action^='/imports/preview/'] .btn-primary"


class Walk(Struct):
    """A teacher with classes to link, the pages of the installation, and what axe found in them."""

    made: Installation
    address: str
    language: str
    browser: Browser
    troubles: list[str]
    found: dict[str, dict[str, list[str]]] = {}

    def linkable(self) -> list[str]:
        """The names of the classes that can be linked, as the list orders them."""
        rows = classes.class_list(self.made.ctx, self.made.teacher).rows
        return [row.name for row in rows if not row.sis_classes and row.suggestions]

    def word(self, english: str) -> str:
        """A text of the pages in the reader's language."""
        return languages.translations(self.language).gettext(english)

    @contextmanager
    def opened(self) -> Iterator[Page]:
        """The list of classes, in a browser of its own that counts what is pressed with a mouse."""
        locale = LOCALES[self.language]
        with opening(self.browser, self.address, self.troubles, locale=locale) as page:
            enter(page, self.made.teacher.email, PASSWORD)
            page.add_init_script(COUNTER)
            page.goto("/classes")
            yield page

    def look(self, page: Page) -> None:
        """Let axe look at the page: light, dark, and as wide as a phone."""
        if problems := all_findings(page):
            self.found[page.url] = problems

    def sees(self, page: Page, english: str) -> None:
        """Wait until the page says this."""
        expect(page.get_by_text(self.word(english)).first).to_be_visible(timeout=30_000)


@pytest.fixture(
    params=[pytest.param(one, marks=() if one == "sv" else pytest.mark.exhaustive) for one in languages.LANGUAGES]
)
def walk(request: pytest.FixtureRequest, tmp_path: Path, browser: Browser, troubles: list[str]) -> Iterator[Walk]:
    with installation(settings_for(tmp_path), students=60) as made:
        made.up_to("connect")
        made.wait(classes.refresh(made.ctx, made.teacher, None))
        with serving(create_app(made.ctx)) as address:
            yield Walk(made, address, request.param, browser, troubles)


def test_a_class_is_linked_and_imported_in_four_clicks_and_another_by_the_keyboard(
    walk: Walk, troubles: list[str]
) -> None:
    by_mouse, by_keyboard = walk.linkable()[:2]
    with walk.opened() as page:
        with_the_mouse(walk, page, by_mouse)
    with walk.opened() as page:
        with_the_keyboard(walk, page, by_keyboard)
    assert walk.found == {}
    assert troubles == []


def with_the_mouse(walk: Walk, page: Page, name: str) -> None:
    walk.look(page)
    page.locator("#classes tr", has_text=name).locator(".cell-act a").click()
    walk.look(page)
    page.locator("form[action$='/link'] .btn-primary").click()
    preview = page.get_by_role("button", name=walk.word("Preview the import"))
    preview.wait_for()
    walk.look(page)
    preview.click()
    button = when_there(page.locator(IMPORT))
    walk.look(page)
    button.click()
    walk.sees(page, "Import details")
    walk.look(page)
    assert clicks(page) == 4
    page.locator(".crumbs a").last.click()
    walk.sees(page, "Up to date")
    walk.look(page)


def with_the_keyboard(walk: Walk, page: Page, name: str) -> None:
    keys = Keyboard(page, walk.language)
    page.reload()
    keys.press("Link", "a", more=f" {name}")
    page.wait_for_url("**/link")
    keys.press("Link", "button")
    keys.sees("Preview the import")
    keys.press("Preview the import", "button")
    button = when_there(page.locator(IMPORT))
    keys.reach(" ".join(button.inner_text().split()), "button")
    page.keyboard.press("Enter")
    keys.sees("Import details")
    assert clicks(page) == 0


def clicks(page: Page) -> int:
    """How often a mouse was pressed in this tab."""
    return int(page.evaluate("sessionStorage.getItem('clicks') ?? 0"))


def when_there(button: Locator) -> Locator:
    """The button, when the page that has it is there."""
    expect(button).to_be_visible(timeout=30_000)
    return button


def test_several_sections_become_one_class_and_its_roster_in_four_clicks(walk: Walk, troubles: list[str]) -> None:
    with walk.opened() as page:
        for box in page.locator("form[action='/classes'] input[type=checkbox]").all()[:2]:
            box.click()
        page.get_by_role("button", name=walk.word("Create class")).click()
        when_there(page.locator(IMPORT)).click()
        walk.sees(page, "Import details")
        assert clicks(page) == 4
    rows = classes.class_list(walk.made.ctx, walk.made.teacher).rows
    assert [len(row.sis_classes) for row in rows if row.sis_classes] == [2]
    assert troubles == []
