"""The admin's whole life with a connection, in Chromium, with the keyboard alone (issue 4; WCAG 2.2 AA)."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from classbridge.service import connections
from classbridge.sis.registry import profile
from classbridge.text.languages import LANGUAGES
from classbridge.web.app import create_app
from tests.installation import PASSWORD, Installation, installation, settings_for
from tests.web.browsing import DESK, Keyboard, all_findings, opening
from tests.web.conftest import serving

pytestmark = pytest.mark.browser

STUDENTS = 60
VENDORS = ("skyward-sms", "infinite-campus", "powerschool")
IN_MAKE_TEST = ("skyward-sms", "sv")
LOCALES = {"en": "en-GB", "sv": "sv-SE"}


class Walk:
    """An admin at the keyboard of an installation whose SIS is not connected yet."""

    def __init__(self, made: Installation, keys: Keyboard) -> None:
        self.made = made
        self.keys = keys
        self.name = profile(made.stage.sis.personality.id).name
        self.found: dict[str, dict[str, list[str]]] = {}

    @property
    def view(self) -> Any:
        """The connection as the use cases see it."""
        return connections.home(self.made.ctx, self.made.admin).connections[0]

    def look(self) -> None:
        """Let axe look at the page in both colours."""
        if problems := all_findings(self.keys.page, DESK):
            self.found[self.keys.page.url] = problems

    def sign_in(self) -> None:
        """Open the front page, the only address that is typed."""
        self.keys.page.goto("/")
        self.look()
        self.keys.type("E-mail", self.made.admin.email)
        self.keys.type("Password", PASSWORD)
        self.keys.page.keyboard.press("Enter")
        self.keys.sees("No SIS is connected")
        self.look()

    def connect(self) -> None:
        """From the list of SIS to proofs that all work."""
        self.keys.press("Connect your SIS")
        self.keys.sees("Choose your SIS")
        self.look()
        self.choose_sis()
        self.keys.sees("Connect to Google")
        self.look()
        self.keys.press("Go on to the steps in your SIS")
        self.keys.sees("I have the key and the secret")
        self.look()
        self.keys.press("I have the key and the secret")
        self.keys.sees("Enable SIS support")
        self.look()
        self.credentials()
        self.authorize()

    def choose_sis(self) -> None:
        """Press Connect beside the SIS; of two versions, the one that the SIS has."""
        habits = self.made.stage.sis.personality
        if len(profile(habits.id).versions) > 1:
            self.keys.choose("OneRoster version", str(habits.version))
        self.keys.press("Connect", "button", more=f" {self.name}")

    def credentials(self) -> None:
        """Type what the SIS's own pages gave."""
        info = self.made.stage.sis.info()
        self.keys.type("Host URL", info["base_url"])
        self.keys.type("Access key", info["client_id"])
        self.keys.type("Secret code", info["client_secret"])
        for header, value in info["extra_headers"].items():
            self.keys.type(header, value)
        if not self.keys.page.locator("#token_url").is_visible():
            self.keys.press("Token URL", "summary")
        self.keys.type("Token URL", info["token_url"])
        self.keys.press("Save and go on to Authorize")
        self.keys.sees("Kept, sealed")
        self.look()

    def authorize(self, then: str = "Go on to data exchange") -> None:
        """Press Authorize and wait for the proofs, and for the next step."""
        self.keys.press("Authorize", "button")
        self.keys.sees(then)
        self.look()

    def data_exchange(self) -> None:
        """Confirm all kinds but one."""
        self.keys.press("Go on to data exchange")
        self.keys.sees("Save and confirm")
        self.look()
        self.keys.tick("Grade categories")
        self.keys.press("Save and confirm")
        self.keys.sees("Saved and confirmed. Teachers can use what is ticked.")
        self.look()

    def support(self) -> None:
        """Give consent to support, and take it back."""
        ending = f": {self.keys.word('Enable SIS support')}"
        for now, said in (
            ("Off", "Saved. Requests to the SIS now carry your domain name."),
            ("On", "Saved. Requests to the SIS no longer carry your domain name."),
        ):
            self.keys.press(now, "button", more=ending)
            self.keys.sees(said)

    def rotate(self) -> None:
        """Add the SIS's new key beside the old one, prove it, and remove the old one."""
        key, secret = self.made.stage.sis.keys.new_key()
        self.keys.press("Replace key")
        self.keys.sees("Save and go on to Authorize")
        self.keys.type("Access key", key)
        self.keys.press("Kept, sealed", "summary", more=f" {self.keys.word('Replace')}")
        self.keys.type("Secret code", secret)
        self.look()
        self.keys.press("Save and go on to Authorize")
        self.keys.sees("Saved. The secret is sealed and is never shown again.")
        self.authorize(then="To the connection")
        self.keys.press("To the connection")
        self.keys.sees(
            "Two keys can overlap: add the new one before the old one ends, and nothing stops in between."
        )
        self.look()
        self.keys.press("Remove this key", "button", more=f": {self.keys.word('Kept beside it')}")
        self.keys.sees("The key is removed and its secret destroyed.")

    def disconnect(self) -> None:
        """Remove, read the consequences, disconnect."""
        self.keys.press("Remove", "a")
        self.keys.sees("What happens")
        self.look()
        self.keys.press("Disconnect", "button", context="button")
        self.keys.sees("Disconnected. Exported grades stay in the SIS and are no longer updated.")
        self.look()


@pytest.fixture
def walk(request: pytest.FixtureRequest, tmp_path: Path, browser: Browser, troubles: list[str]) -> Iterator[Walk]:
    """The walk of a SIS and a language, on an installation of its own."""
    vendor, language = request.param
    settings = settings_for(tmp_path)
    with (
        installation(settings, vendor, students=STUDENTS) as made,
        serving(create_app(made.ctx)) as address,
        opening(browser, address, troubles, locale=LOCALES[language]) as page,
    ):
        yield Walk(made, Keyboard(page, language))


@pytest.mark.parametrize(
    "walk",
    [
        pytest.param(one, id="-".join(one), marks=() if one == IN_MAKE_TEST else pytest.mark.exhaustive)
        for one in product(VENDORS, LANGUAGES)
    ],
    indirect=True,
)
def test_a_connection_lives_and_ends_by_the_keyboard_alone(walk: Walk, troubles: list[str]) -> None:
    walk.sign_in()
    walk.connect()
    walk.data_exchange()
    confirmed = {kind.kind for kind in walk.view.data if kind.confirmed}
    assert confirmed == set(connections.KINDS) - {"grade_categories"}
    assert not walk.keys.page.get_by_text(walk.keys.word("New kinds of data wait for your confirmation")).count()
    walk.support()
    walk.rotate()
    assert [line.state for line in walk.view.keys] == ["used"]
    assert walk.view.state == "connected"
    walk.disconnect()
    assert (walk.view.state, walk.view.key_kept) == ("disconnected", False)
    assert walk.found == {}
    assert troubles == []
