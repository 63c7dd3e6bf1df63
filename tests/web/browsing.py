"""A real browser for tests: what it complains of, what axe finds in its pages, and the keyboard alone."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, Page, expect, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from classbridge.text import languages

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
AXE = (Path(__file__).parent / "vendor/axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN_AXE = """rules => axe.run(document, {runOnly: rules}).then(found => found.violations.map(
    one => one.id + ': ' + one.nodes.map(node => node.target.join(' ')).join(', ')))"""
FITS = "document.documentElement.scrollWidth <= innerWidth"
Scheme = Literal["light", "dark"]
DESK: tuple[tuple[Scheme, int], ...] = (("light", 1280), ("dark", 1280))
LOOKS: tuple[tuple[Scheme, int], ...] = (*DESK, ("dark", 375))
"""How a page is looked at: its colours and its width in CSS pixels, a desk's and a phone's."""

STEPS = 120
"""So many times Tab is pressed for one thing, at most: no page has more places to stop at."""

WHERE = """async () => {
    const here = document.activeElement;
    if (!here || here === document.body) return {name: "", tag: "", seen: true};
    const text = one => one.textContent.replace(/\\s+/g, " ").trim();
    const label = one => text(one.querySelector(".form-check-label") ?? one);
    const labels = [...(here.labels ?? [])].map(label).join(" ");
    const style = getComputedStyle(here);
    const marked = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    const uncovered = () => {
        const box = here.getBoundingClientRect();
        const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
        return top !== null && (here.contains(top) || top.contains(here));
    };
    for (let frame = 0; frame < 30 && !uncovered(); frame += 1) await new Promise(requestAnimationFrame);
    return {
        name: here.getAttribute("aria-label") || labels || text(here),
        tag: here.tagName.toLowerCase(),
        seen: marked && uncovered(),
    };
}"""
"""What has the focus: its name, its kind, and whether a reader sees that it has it (WCAG 2.4.7, 2.4.11).

The browser scrolls to it with its next frames.
"""

NO_MOUSE = "addEventListener('pointerdown', () => console.error('a mouse was used'), true)"


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium. Not longer than a module: its driver keeps an event loop running in this thread."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@contextmanager
def opening(browser: Browser, address: str, troubles: list[str], **settings: Any) -> Iterator[Page]:
    """A page in a context of its own; `troubles` gets what the console says and requests to other hosts."""
    context = browser.new_context(base_url=address, **settings)
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.on("pageerror", lambda error: troubles.append(f"{page.url}: {error}"))
    page.on(
        "console",
        lambda message: (
            troubles.append(f"{page.url}: {message.text}") if message.type in {"error", "warning"} else None
        ),
    )
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith((address, "data:")) else troubles.append(f"asks {request.url}")
        ),
    )
    yield page
    context.close()


def enter(page: Page, who: str, password: str) -> None:
    """Sign in."""
    page.goto("/signin")
    page.fill("#email", who)
    page.fill("#password", password)
    page.click("main button")
    page.wait_for_url(lambda url: "/signin" not in url)


def findings(page: Page) -> list[str]:
    """What axe finds in the page as it is shown now, and whether it is wider than its window."""
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(AXE)
    found: list[str] = page.evaluate(RUN_AXE, RULES)
    return found if page.evaluate(FITS) else [*found, "wider than its window"]


def all_findings(page: Page, looks: Sequence[tuple[Scheme, int]] = LOOKS) -> dict[str, list[str]]:
    """The findings by how the page is looked at; none is sound."""
    found = {}
    before = page.viewport_size
    for scheme, width in looks:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # colours that fade are neither
        expect(page.locator(f"html[data-bs-theme={scheme}]")).to_be_attached()
        if problems := findings(page):
            found[f"{scheme}, {width} wide"] = problems
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    if before:
        page.set_viewport_size(before)
    return found


class Keyboard:
    """A reader who has a keyboard and no mouse, and who finds things by the names that the page gives them."""

    def __init__(self, page: Page, language: str) -> None:
        self.page = page
        self._words = languages.translations(language)
        page.add_init_script(NO_MOUSE)

    def word(self, english: str, context: str = "") -> str:
        """A text of the pages in the reader's language."""
        return self._words.pgettext(context, english) if context else self._words.gettext(english)

    def reach(self, name: str, *tags: str) -> None:
        """Tab until the focus is on what has this name; every stop on the way must be seen to have the focus."""
        passed = []
        for _ in range(STEPS):
            self.page.keyboard.press("Tab")
            here = self.page.evaluate(WHERE)
            assert here["seen"], f"{self.page.url}: the focus on {here['name']} cannot be seen"
            if here["name"] == name and (not tags or here["tag"] in tags):
                return
            passed.append(here["name"])
        raise AssertionError(f"{self.page.url}: Tab does not reach {name!r}, only {sorted(set(passed))}")

    def press(self, english: str, *tags: str, context: str = "", more: str = "") -> None:
        """Reach a link or a button, and press Enter. `more` is what the name says beside its words."""
        self.reach(self.word(english, context) + more, *tags)
        self.page.keyboard.press("Enter")

    def type(self, english: str, text: str, *, more: str = "") -> None:
        """Reach a field, and type into it instead of what it holds."""
        self.reach(self.word(english) + more, "input", "textarea")
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.insert_text(text)

    def tick(self, english: str) -> None:
        """Reach a box, and press the space bar."""
        self.reach(self.word(english), "input")
        self.page.keyboard.press("Space")

    def choose(self, name: str, value: str) -> None:
        """Reach a list, and go through it with the arrows until this is chosen."""
        self.reach(self.word(name), "select")
        for _ in range(STEPS):
            if self.page.evaluate("document.activeElement.value") == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{self.page.url}: the arrows do not reach {value}")

    def sees(self, english: str, *, context: str = "", **values: str) -> None:
        """Wait until the page says this."""
        text = self.word(english, context) % values if values else self.word(english, context)
        found = self.page.get_by_text(text).first
        try:
            found.wait_for()
        except PlaywrightTimeout as error:
            raise AssertionError(f"{self.page.url} says: {self.page.inner_text('main')}") from error
