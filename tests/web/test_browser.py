"""The pages in a real browser: a silent console, no finding of axe, no other host, no overflow."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page

from classbridge.service import connections, runs
from classbridge.service.views import Chip
from tests.web import values
from tests.web.browsing import all_findings, enter, opening
from tests.web.conftest import ADMIN, PAGES, PASSWORD, TEACHER

pytestmark = pytest.mark.browser

Open = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser, served: str, troubles: list[str]) -> Iterator[Open]:
    """Open a page with a context's settings; what goes wrong is collected in `troubles`."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(opening(browser, served, troubles, **settings))


@pytest.mark.usefixtures("answers")
@pytest.mark.parametrize("who", PAGES, ids=lambda who: who.partition("@")[0] or "public")
def test_every_page_is_sound(opened: Open, troubles: list[str], who: str) -> None:
    page = opened(locale="sv-SE")
    if who:
        enter(page, who, PASSWORD)
    for path in PAGES[who]:
        page.goto(path)
        assert all_findings(page) == {}, path
        primary = page.locator("main .btn-primary:visible").count()
        assert primary <= 1, f"{path} has {primary} primary actions"
    assert [line for line in troubles if "/nowhere: Failed to load resource" not in line] == []


def test_the_keyboard_skips_to_the_content_and_closes_a_menu(opened: Open) -> None:
    page = opened()
    enter(page, ADMIN, PASSWORD)
    page.goto("/help")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.locator("details.menu summary").focus()
    page.keyboard.press("Enter")
    assert page.locator("details.menu[open]").count() == 1
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert page.locator("details.menu[open]").count() == 0
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_the_colours_follow_the_system_until_the_reader_chooses(opened: Open) -> None:
    page = opened(color_scheme="dark")
    page.goto("/signin")

    def becomes(theme: str) -> None:
        page.locator(f"html[data-bs-theme={theme}]").wait_for(state="attached")

    becomes("dark")
    page.emulate_media(color_scheme="light")
    becomes("light")
    page.click("button[value=dark]")
    becomes("dark")
    page.emulate_media(color_scheme="dark")
    page.click("button[value=light]")
    becomes("light")


@pytest.mark.usefixtures("answers")
def test_progress_moves_by_itself_and_ends_in_the_details(
    opened: Open, troubles: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    state = {"run": replace(values.RUNNING, done=12)}
    monkeypatch.setattr(runs, "view", lambda *_: state["run"])
    page = opened()
    enter(page, TEACHER, PASSWORD)
    page.goto("/exports/r-running")
    page.get_by_text("12 of 30").wait_for()
    state["run"] = replace(values.RUNNING, done=29)
    page.get_by_text("29 of 30").wait_for()
    assert page.locator("progress").get_attribute("value") == "29"
    state["run"] = replace(values.RUNNING, state="done", chip=Chip.DONE)
    page.get_by_role("heading", name="Export details").wait_for()
    assert troubles == []


def polled(page: Page, address: str, times: int) -> None:
    """Let the page ask so often for the part of it that moves; a test need not wait for it."""
    for _ in range(times):
        with page.expect_response(lambda answer: address in answer.url):
            page.clock.run_for(5_000)
        page.wait_for_function("document.querySelector('[aria-busy=true]')")


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("/exports/r-waiting", "/runs/r-waiting/progress"),
        ("/classes/export?runs=r-waiting,r-running", "/classes/export/parts"),
    ],
)
@pytest.mark.usefixtures("answers")
def test_what_is_opened_while_a_run_waits_stays_open_and_keeps_the_focus(
    opened: Open, troubles: list[str], monkeypatch: pytest.MonkeyPatch, path: str, part: str
) -> None:
    state = {"r-waiting": values.WAITING, "r-running": values.RUNNING}
    monkeypatch.setattr(runs, "view", lambda _ctx, _actor, one: state[one])
    page = opened()
    page.clock.install()
    enter(page, TEACHER, PASSWORD)
    page.goto(path)
    for fold in page.locator("main details").all():
        fold.locator("summary").first.click()
    note = page.get_by_text("A note to send to that person")
    note.focus()
    state["r-running"] = replace(values.RUNNING, done=29)
    polled(page, part, 3)
    assert page.locator("main textarea").is_visible()
    assert page.evaluate("document.activeElement.textContent") == "A note to send to that person"
    state["r-waiting"] = replace(values.WAITING, state="running", chip=Chip.RUNNING, said=None, done=14)
    polled(page, part, 1)
    page.get_by_text("14 of 30").wait_for()
    assert page.locator("main textarea").count() == 0
    with page.expect_response(lambda answer: part in answer.url):
        page.clock.run_for(1_000)  # it asks more often again
    assert troubles == []


@pytest.mark.usefixtures("answers")
def test_proofs_tick_off_by_themselves(opened: Open, troubles: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    state = {"view": replace(values.DRAFT, proof=values.WORKING[:1] + values.BROKEN[2:])}
    monkeypatch.setattr(connections, "view", lambda *_: state["view"])
    page = opened()
    enter(page, ADMIN, PASSWORD)
    page.goto("/admin/sis/c2/setup/authorize")
    page.locator(".proof-good").wait_for()
    assert page.locator(".proof-good").count() == 1
    assert page.locator("main .btn-primary").count() == 0
    state["view"] = replace(values.DRAFT, state="connected", proof=values.WORKING, proof_run_id=None)
    page.get_by_role("link", name="Go on to data exchange").wait_for()
    assert page.locator(".proof-good").count() == 3
    assert troubles == []


@pytest.mark.usefixtures("answers")
def test_the_pages_work_without_scripts(opened: Open) -> None:
    page = opened(java_script_enabled=False)
    enter(page, TEACHER, PASSWORD)
    page.goto("/classes/1001/grades")
    page.locator(".toolbar details.menu summary").click()
    assert page.get_by_role("button", name="Export all assignments").is_visible()
    page.goto("/exports/r-running")
    assert page.locator("noscript meta[http-equiv=refresh]").count() == 1


@pytest.mark.usefixtures("answers")
def test_a_class_is_found_by_typing(opened: Open) -> None:
    page = opened()
    enter(page, TEACHER, PASSWORD)
    page.goto("/classes")
    page.fill("#filter-classes", "biolog")
    assert page.locator("#classes tbody tr:visible").count() == 1
    page.fill("#filter-classes", "zzz")
    assert page.get_by_text("Nothing here has that in it.").is_visible()


@pytest.mark.usefixtures("answers")
def test_the_first_column_and_the_head_stay_in_sight(opened: Open) -> None:
    page = opened(viewport={"width": 800, "height": 600})
    enter(page, TEACHER, PASSWORD)
    page.goto("/classes/1001/grades")
    page.evaluate("document.querySelector('.sheet').scrollTo(300, 300)")
    sheet, corner, name = (
        page.locator(selector).first.bounding_box()
        for selector in (".sheet", ".grid-corner", "tbody tr:nth-child(9) th")
    )
    assert sheet is not None
    assert corner is not None
    assert name is not None
    assert abs(corner["y"] - sheet["y"]) < 3
    assert abs(corner["x"] - sheet["x"]) < 3
    assert abs(name["x"] - sheet["x"]) < 3


def test_a_note_is_copied(opened: Open, served: str) -> None:
    page = opened(permissions=["clipboard-read", "clipboard-write"])
    enter(page, TEACHER, PASSWORD)
    page.goto("/admin")
    page.get_by_text("A note to send to that person").click()
    page.get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert "ADMIN_ONLY" in page.evaluate("navigator.clipboard.readText()")
