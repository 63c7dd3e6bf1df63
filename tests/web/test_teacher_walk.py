"""The demo teacher's way to grades in the SIS, in Chromium: few clicks, the keyboard alone, a SIS that is away."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from classbridge.service import grades
from classbridge.text import languages
from classbridge.text.languages import LANGUAGES
from classbridge.text.outcomes import explain
from classbridge.web.app import create_app
from tests.installation import PASSWORD, Installation, installation, settings_for
from tests.web.browsing import Keyboard, all_findings, enter, opening
from tests.web.conftest import serving

pytestmark = pytest.mark.browser

STUDENTS = 60
LOCALES = {"en": "en-GB", "sv": "sv-SE"}
IN_MAKE_TEST = "sv"
ESSAY = "Cell division essay"


class Walk:
    """The demo teacher of a linked and imported class, in front of a browser."""

    def __init__(self, made: Installation, page: Page, language: str) -> None:
        self.made, self.page = made, page
        self.words: Any = languages.translations(language)
        self.word: Callable[[str], str] = self.words.gettext
        self.language = language
        self.clicked: list[str] = []
        self.found: dict[str, dict[str, list[str]]] = {}
        view = grades.page(made.ctx, made.teacher, made.course_id)
        self.name, self.course_id = view.name, made.course_id
        self.head = next(one for one in view.assignments if ESSAY in one.title)

    @property
    def to_export(self) -> str:
        """The name of the preview's button: there is one grade for each of the assignment's."""
        count = self.head.to_export
        return str(self.words.ngettext("Export %(num)s grade", "Export %(num)s grades", count) % {"num": count})

    @property
    def export(self) -> str:
        """The name of the button in the assignment's head."""
        return self.word("Export %(count)s") % {"count": self.head.to_export} + f": {self.head.title}"

    @property
    def export_button(self) -> Locator:
        """That button."""
        return self.page.locator("th", has_text=self.head.title).get_by_role("button")

    @property
    def verified(self) -> str:
        """What the details say when every grade was read back."""
        count = self.head.to_export
        return self.word("%(count)s of %(all)s verified in the SIS") % {"count": count, "all": count}

    def look(self) -> None:
        """Let axe look at the page in light, in dark and on a phone."""
        if problems := all_findings(self.page):
            self.found[self.page.url] = problems

    def click(self, what: Locator, name: str) -> None:
        """Click, and count it."""
        what.first.click(timeout=30_000)
        self.clicked.append(name)

    def sees(self, text: str) -> None:
        """Wait until the page says this."""
        expect(self.page.get_by_text(text).first).to_be_visible(timeout=60_000)


@pytest.fixture
def walk(request: pytest.FixtureRequest, tmp_path: Path, browser: Browser, troubles: list[str]) -> Iterator[Walk]:
    """The walk in a language, on an installation of its own."""
    with installation(settings_for(tmp_path), students=STUDENTS) as made:
        made.up_to("import")
        with (
            serving(create_app(made.ctx)) as address,
            opening(browser, address, troubles, locale=LOCALES[request.param]) as page,
        ):
            enter(page, made.teacher.email, PASSWORD)
            yield Walk(made, page, request.param)


both_languages = pytest.mark.parametrize(
    "walk",
    [pytest.param(one, marks=() if one == IN_MAKE_TEST else pytest.mark.exhaustive) for one in LANGUAGES],
    indirect=True,
)


@both_languages
def test_an_assignment_is_exported_in_three_clicks_and_the_pages_of_a_student_are_near(
    walk: Walk, troubles: list[str]
) -> None:
    page, word = walk.page, walk.word
    page.goto("/classes")
    walk.look()
    walk.click(page.get_by_role("link", name=walk.name, exact=True), "the class")
    walk.look()
    walk.click(walk.export_button, "the assignment's Export")
    expect(page.get_by_role("button", name=walk.to_export)).to_be_visible(timeout=30_000)
    walk.look()
    walk.click(page.get_by_role("button", name=walk.to_export), walk.to_export)
    walk.sees(walk.verified)
    walk.look()
    assert len(walk.clicked) == 3

    page.goto("/classes")
    student = grades.page(walk.made.ctx, walk.made.teacher, walk.course_id).students[0]
    page.get_by_label(word("Find a student")).fill(student.name.split()[-1].upper())
    page.get_by_role("button", name=word("Find"), exact=True).click()
    walk.look()
    page.get_by_role("link", name=student.name).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(student.name)
    walk.look()
    page.get_by_role("link", name=walk.name).first.click()
    expect(page.get_by_role("link", name=word("All classes of this student"))).to_be_visible()
    walk.look()
    page.goto("/students?q=nobody")
    walk.sees(word("Nobody has that name here"))
    walk.look()
    assert walk.found == {}
    assert troubles == []


@pytest.mark.exhaustive
@both_languages
def test_the_same_export_with_the_keyboard_alone(walk: Walk, troubles: list[str]) -> None:
    keys = Keyboard(walk.page, walk.language)
    walk.page.goto("/classes")
    keys.reach(walk.name, "a")
    walk.page.keyboard.press("Enter")
    walk.page.wait_for_url("**/grades")
    keys.reach(walk.export, "button")
    walk.page.keyboard.press("Enter")
    expect(walk.page.get_by_role("button", name=walk.to_export)).to_be_visible(timeout=30_000)
    keys.reach(walk.to_export, "button")
    walk.page.keyboard.press("Enter")
    walk.sees(walk.verified)
    assert troubles == []


@both_languages
def test_while_the_sis_is_away_the_words_say_so_and_the_grades_can_be_printed(
    walk: Walk, troubles: list[str]
) -> None:
    page, word = walk.page, walk.word
    page.goto(f"/classes/{walk.course_id}/grades")
    walk.export_button.click()
    send = page.get_by_role("button", name=walk.to_export)
    expect(send).to_be_visible(timeout=30_000)
    with walk.made.stage.sis.control() as control:
        control.switch_on("outage")
    send.click()
    said = explain("SIS_UNREACHABLE", {}, walk.language)
    walk.sees(said.happened)
    walk.sees(said.meaning)
    walk.look()
    page.get_by_role("link", name=word("Printable grades, in the order of the SIS's roster")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(walk.name)
    assert page.locator(".print-table tbody tr").count() >= walk.head.to_export
    walk.look()
    page.goto(f"/classes/{walk.course_id}/grades")
    walk.sees(word("Waiting for SIS"))
    expect(page.get_by_role("link", name=word("Printable grades")).first).to_be_visible()
    walk.look()
    assert walk.found == {}
    assert troubles == []
