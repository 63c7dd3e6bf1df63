"""Every page that the application has, with what really happened in it, by axe: both colours, desk and phone.

The list is the application's own, so a new page is looked at from its first day.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from playwright.sync_api import Browser, Page

from classbridge.web.app import create_app
from classbridge.web.wizard import STEPS
from tests.installation import PASSWORD, installation, settings_for
from tests.service.test_authorization import SIS, address, filled, happened
from tests.web.browsing import all_findings, enter, opening
from tests.web.conftest import serving

pytestmark = [pytest.mark.browser, pytest.mark.exhaustive]

STUDENTS = 60
MACHINES = ("/api/", "/static/", "/metrics", "/healthz", "/readyz")
"""What is not for people's eyes."""

LEADS_ON = {
    "/": "to the pages of the reader's role",
    "/admin/privacy": "to what is kept of the account that is asked about",
}
"""Addresses that only lead on. One that does so because of what it is about belongs in `MANY`."""

MANY = {
    SIS + "/setup/{step:str}": [("{step:str}", step) for step in STEPS],
    SIS + "/packages": [("{connection_id:str}", "{by packages}")],
    SIS + "/grades.zip": [("{connection_id:str}", "{by packages}")],
    "/runs/{run_id:str}": [("{run_id:str}", "{authorize}")],
}
"""Addresses of which a certain page is looked at, or several: what stands for what; "{name}" is that id."""


class Pages:
    """The application of an installation in which everything has happened once, open in a browser."""

    def __init__(self, app: Litestar, page: Page, ids: dict[str, str]) -> None:
        self.page = page
        self._routes = [
            route.path for route in app.routes if isinstance(route, HTTPRoute) and "GET" in route.methods
        ]
        self._ids = ids

    @property
    def routes(self) -> list[str]:
        """Every address for people."""
        return sorted({path for path in self._routes if not path.startswith(MACHINES)})

    def addresses(self, route: str) -> list[str]:
        """A route's addresses, with the ids of what happened filled in."""
        chosen = MANY.get(route, [("", "")])
        return [address(route.replace(name, filled(one, self._ids)), self._ids) for name, one in chosen]

    def is_page(self, path: str) -> bool:
        """Whether there is a whole page, not a file or a part of one; it is an error if there is nothing."""
        answer = self.page.request.get(path)
        assert answer.status == 200, f"{path} answers {answer.status}: say in `address` what stands for its ids"
        assert answer.url.partition("?")[0].endswith(path), f"{path} leads on to {answer.url}: see MANY, LEADS_ON"
        shown = "attachment" not in answer.headers.get("content-disposition", "")
        return shown and "text/html" in answer.headers["content-type"] and "<html" in answer.text()


@pytest.fixture
def pages(tmp_path: Path, browser: Browser, troubles: list[str]) -> Iterator[Pages]:
    with installation(settings_for(tmp_path), students=STUDENTS) as made:
        ids = happened(made)
        app = create_app(made.ctx)
        with serving(app) as place, opening(browser, place, troubles, locale="sv-SE") as page:
            enter(page, made.admin.email, PASSWORD)
            yield Pages(app, page, ids)


def test_every_page_there_is_is_for_everybody(pages: Pages, troubles: list[str]) -> None:
    found, visited = {}, 0
    for route in pages.routes:
        for path in pages.addresses(route):
            if route in LEADS_ON or not pages.is_page(path):
                continue
            pages.page.goto(path)
            visited += 1
            if problems := all_findings(pages.page):
                found[path] = problems
    assert found == {}
    assert troubles == []
    assert visited > len(pages.routes) / 2
