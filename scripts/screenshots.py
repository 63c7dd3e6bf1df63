"""Take the pictures of docs/images again; run as `python -m scripts.screenshots`.

A demo of its own is walked through in Chromium as its people would; then every way to get a connection wrong, with
the servers that the tests have for it.
"""

import json
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from scripts.palette import shrink
from scripts.teacher_pictures import pictures
from tests.installation import PASSWORD, installation, settings_for
from tests.web.browsing import ARGUMENTS, CHROMIUM, enter, opening
from tests.web.conftest import serving
from tests.web.wrong_ways import STUDENTS, WAYS, gone_wrong

from classbridge.web.app import create_app

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
PORT = 8391
DESKTOP = {"width": 1280, "height": 860}
PHONE = {"width": 375, "height": 760}
WRONG = IMAGES / "wrong"
NARROW = {"width": 820, "height": 900}


def main() -> int:
    """Start the demo, take the pictures, end the demo."""
    WRONG.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        info = Path(folder) / "info.json"
        command = [sys.executable, "-m", "classbridge", "demo", "--vendor", "infinite-campus"]
        demo = subprocess.Popen([*command, "--port", str(PORT), "--info", str(info)], cwd=ROOT)
        try:
            _wait_until_up(demo)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
                Walk(browser, json.loads(info.read_text("utf-8"))).all()
                pictures(browser, Path(folder), take)
                wrong_ways(browser, Path(folder))
                browser.close()
        finally:
            demo.send_signal(signal.SIGTERM)
            demo.wait(timeout=30)
    return 0


def wrong_ways(browser: Browser, folder: Path) -> None:
    """What the admin sees after each way to get a connection wrong."""
    made_here = settings_for(folder / "wrong")
    made_here.data_dir.mkdir()
    with (
        installation(made_here, students=STUDENTS) as made,
        serving(create_app(made.ctx)) as address,
        opening(browser, address, [], viewport=NARROW, locale="en-GB") as page,
    ):
        enter(page, made.admin.email, PASSWORD)
        for name, (_, way) in WAYS.items():
            with ExitStack() as stack:
                connection_id = stack.enter_context(gone_wrong(made, way(stack, folder)))
                page.goto(f"/admin/sis/{connection_id}/setup/authorize")
                (WRONG / f"{name}.png").write_bytes(shrink(page.locator("#proof").screenshot()))


def _wait_until_up(demo: "subprocess.Popen[bytes]") -> None:
    import urllib.error
    import urllib.request

    for _ in range(240):
        if demo.poll() is not None:
            raise SystemExit("The demo ended before its pages were up.")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/healthz", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise SystemExit("The demo's pages did not come up within two minutes.")


class Walk:
    """The walk through the pages, picture by picture."""

    def __init__(self, browser: Browser, info: dict[str, Any]) -> None:
        self.browser = browser
        self.base = info["url"]
        self.people = info["sign_in"]

    def all(self) -> None:
        """Every picture, in an order in which each page has something to show."""
        self.admin()
        self.teacher()
        self.others()

    def admin(self) -> None:
        """Connecting a SIS."""
        page = self.signed_in("admin")
        self.open(page, "/status", "status")
        self.open(page, "/admin/sis", "sis")
        page.locator("a.list-row").first.click()
        take(page, "connection")
        self.open(page, page.url.removeprefix(self.base) + "/settings", "sis-settings")
        self.open(page, "/admin", "overview")
        self.open(page, "/admin/not-listed", "not-listed")
        self.open(page, "/status/vendors", "vendors")
        self.open(page, "/admin/sis")
        page.locator("main details").first.evaluate("one => one.open = true")
        page.locator("form.list-row", has_text="CSV packages").get_by_role("button").click()
        packages = page.url.rsplit("/", 1)[0]
        self.open(page, f"{packages}/credentials".removeprefix(self.base), "packages")
        self.open(page, "/admin/sis")
        page.locator("main details").first.evaluate("one => one.open = true")
        page.locator("form.list-row", has_text="Skyward SMS").get_by_role("button").click()
        wizard = page.url.rsplit("/", 1)[0]
        self.open(page, f"{wizard}/checklist".removeprefix(self.base), "connect")
        self.open(page, f"{wizard}/credentials".removeprefix(self.base), "credentials")
        self.open(page, "/admin/google", "google")
        self.open(page, "/admin/accounts", "accounts")
        self.open(page, "/admin/why", "why")
        self.open(page, "/admin/runs", "runs")
        self.open(page, "/admin/audit", "audit")
        page.context.close()

    def teacher(self) -> None:
        """Linking, importing and exporting a class by hand."""
        page = self.signed_in("teacher")
        self.open(page, "/classes", "class-list")
        page.locator("main a.btn-primary", has_text="Link").first.click()
        take(page, "link")
        page.locator("main form button.btn-primary").first.click()
        take(page, "import")
        page.locator("main form button.btn-primary").first.click()
        page.get_by_role("heading", name="Import preview").wait_for()
        take(page, "import-preview")
        page.locator("main form button.btn-primary").first.click()
        page.get_by_role("heading", name="Import details").wait_for()
        take(page, "import-details")
        page.get_by_role("link", name="To the grades").click()
        page.reload()
        take(page, "grades-to-export")
        page.locator("main form button", has_text="Export").first.click()
        page.get_by_role("heading", name="Export preview").wait_for()
        take(page, "export-preview")
        page.locator("main form button.btn-primary").first.click()
        page.get_by_role("heading", name="Export details").wait_for()
        take(page, "export-details")
        page.get_by_role("link", name="To the grades").click()
        take(page, "grades")
        self.grades = page.url
        page.context.close()

    def others(self) -> None:
        """Other languages, colours and sizes."""
        swedish = self.signed_in("teacher", locale="sv-SE")
        swedish.goto(self.grades)
        take(swedish, "grades-sv")
        dark = self.signed_in("teacher", color_scheme="dark")
        dark.goto(self.grades)
        take(dark, "grades-dark")
        phone = self.signed_in("teacher", viewport=PHONE)
        self.open(phone, "/classes", "class-list-phone")

    def signed_in(self, who: str, **options: Any) -> Page:
        """A page of someone who has just signed in."""
        page = self.browser.new_context(viewport=options.pop("viewport", DESKTOP), **options).new_page()
        page.goto(f"{self.base}/signin")
        if "locale" not in options and who == "admin":
            take(page, "sign-in")
        page.fill("input[name=email]", self.people[who])
        page.fill("input[name=password]", self.people["password"])
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/signin" not in url)
        if "/district" in page.url:
            page.locator("main button.list-row").last.click()
            page.wait_for_url(lambda url: "/district" not in url)
        return page

    def open(self, page: Page, path: str, name: str = "") -> None:
        """Go to a page and, with a name, take its picture."""
        page.goto(self.base + path)
        if name:
            take(page, name)


def take(page: Page, name: str) -> None:
    """Take a picture when the page is at rest."""
    page.wait_for_load_state("networkidle")
    (IMAGES / f"{name}.png").write_bytes(shrink(page.screenshot()))


if __name__ == "__main__":
    sys.exit(main())
