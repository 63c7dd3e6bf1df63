"""`classbridge check` as a person or a script runs it."""

import json
import os
import signal
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from classbridge.oneroster.models import Version
from classbridge.sandbox.sis import SisServer

COMMAND = str(Path(sys.executable).parent / "classbridge")
NEW = Version.V1_2


def arguments(sis: SisServer, *more: str) -> list[str]:
    info = sis.info()
    named = {
        "--base-url": info["base_url"],
        "--token-url": info["token_url"],
        "--client-id": info["client_id"],
        "--teacher-email": info["teacher_email"],
    }
    return [COMMAND, "check", *(part for pair in named.items() for part in pair), *more]


def command(
    sis: SisServer, *more: str, given: str = "", secret: str | None = None
) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SIS_")}
    if secret is not None:
        environment["SIS_SECRET"] = secret
    return subprocess.run(
        arguments(sis, *more), input=given, env=environment, capture_output=True, text=True, timeout=60
    )


def secret_of(sis: SisServer) -> str:
    return sis.credentials.client_secret


def test_json_is_one_document_with_counts_and_checks(well: dict[Version, SisServer]) -> None:
    done = command(well[NEW], "--write", "--json", "--client-secret", secret_of(well[NEW]))
    assert done.returncode == 0, done.stdout + done.stderr
    card = json.loads(done.stdout)
    assert card["failed"] == 0
    assert card["passed"] + card["not_offered"] == len(card["checks"])
    assert all(one.keys() >= {"name", "outcome", "details", "latency_ms"} for one in card["checks"])
    assert card["version"] == "1.2"
    assert "--write makes one line item" in done.stderr
    assert secret_of(well[NEW]) not in done.stdout + done.stderr


def test_the_terminal_shows_what_failed_and_what_a_user_would_notice(well: dict[Version, SisServer]) -> None:
    well[NEW].board.switch_on("wrong-total")
    done = command(well[NEW], "--only", "paging", secret=secret_of(well[NEW]))
    assert done.returncode == 1
    assert "✗ paging.total" in done.stdout
    assert "What a user of Classroom would notice: A complete list" in done.stdout
    assert "1 failed" in done.stdout


def test_the_version_is_the_addresss_own(well: dict[Version, SisServer]) -> None:
    old = well[Version.V1_1]
    done = command(old, "--only", "google", "--json", "--client-secret", "-", given=secret_of(old) + "\n")
    assert json.loads(done.stdout)["version"] == "1.1"
    assert done.returncode == 0


class Structure(HTMLParser):
    """Counts what must be there once, and elements that are closed out of turn."""

    void = ("meta", "link", "br", "hr", "img")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.errors: list[str] = []
        self.seen: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in self.void:
            self.open.append(tag)
        for name, value in attrs:
            if name in ("src", "href") or name.startswith("on") or name == "style":
                self.errors.append(f"{tag} {name}={value}")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.errors.append(f"</{tag}> out of turn")


def test_the_html_card_stands_by_itself_and_its_structure_is_sound(
    well: dict[Version, SisServer], tmp_path: Path
) -> None:
    well[NEW].board.switch_on("us-dates")
    path = tmp_path / "card.html"
    done = command(well[NEW], "--html", str(path), secret=secret_of(well[NEW]))
    assert done.returncode == 1
    page = Structure()
    page.feed(path.read_text("utf-8"))
    assert (page.errors, page.open) == ([], [])
    assert len(page.ids) == len(set(page.ids))
    assert "script" not in page.seen
    assert [page.seen.count(tag) for tag in ("h1", "main", "title", "svg")] == [1, 1, 1, 1]
    assert "Dates are YYYY-MM-DD" in path.read_text("utf-8")


@pytest.mark.browser
def test_a_browser_finds_nothing_wrong_with_the_html_card(well: dict[Version, SisServer], tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    from tests.web.browsing import ARGUMENTS, AXE, CHROMIUM, RULES, RUN_AXE

    well[NEW].board.switch_on("us-dates")
    path = tmp_path / "card.html"
    command(well[NEW], "--html", str(path), secret=secret_of(well[NEW]))
    troubles: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for width in (360, 1100):
            page = browser.new_page(viewport={"width": width, "height": 800})
            page.on("console", lambda message: troubles.append(message.text))
            page.on("request", lambda asked: None if asked.url.startswith("file:") else troubles.append(asked.url))
            page.goto(path.as_uri())
            page.evaluate(AXE)
            assert page.evaluate(RUN_AXE, RULES) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        browser.close()
    assert troubles == []


REFUSED: dict[str, tuple[tuple[str, ...], str]] = {
    "no-secret": ((), "There is no secret"),
    "no-such-variable": (("--client-secret-env", "NO_SUCH_VARIABLE"), "has no NO_SUCH_VARIABLE"),
    "plain-http": (("--client-secret", "x", "--base-url", "http://sis.example/ims/oneroster"), "--plain-http"),
    "no-such-check": (("--client-secret", "x", "--only", "nothing"), "There is no check"),
    "header": (("--client-secret", "x", "--header", "nothing"), "NAME=VALUE"),
    "oauth1-in-1.2": (("--client-secret", "x", "--auth", "oauth1"), "OAuth 1.0a belongs to OneRoster 1.1"),
    "write-elsewhere": (
        (
            "--client-secret",
            "x",
            "--write",
            "--base-url",
            "https://sis.example",
            "--token-url",
            "https://sis.example/t",
        ),
        "Nothing was written",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_wrong_usage_is_told_before_anything_is_sent(well: dict[Version, SisServer], case: str) -> None:
    more, words = REFUSED[case]
    done = command(well[NEW], *more)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stdout == ""


def test_a_server_that_is_not_there_fails(well: dict[Version, SisServer]) -> None:
    done = command(well[NEW], "--base-url", "http://127.0.0.1:9/ims/oneroster", "--json", secret="x")
    card: Any = json.loads(done.stdout)
    assert done.returncode == 1
    assert card["passed"] == 0
    assert next(one for one in card["checks"] if one["name"] == "google.teachers")["outcome"] == "fail"


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "terminated"])
def test_stopped_in_the_middle_of_writing_it_deletes_what_it_made(
    well: dict[Version, SisServer], sign: signal.Signals
) -> None:
    sis = well[NEW]
    before = sis.source.state()
    more = ("--write", "--only", "write", "--pause", "0.1")
    environment = {**os.environ, "SIS_SECRET": secret_of(sis)}
    process = subprocess.Popen(
        arguments(sis, *more), env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 30
    while sis.source.state()["results"] == before["results"]:
        assert time.monotonic() < deadline, "nothing was written"
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.send_signal(sign)
    out, err = process.communicate(timeout=30)
    after = sis.source.state()
    assert (process.returncode, out) == (1, ""), err
    assert "deleted again" in err
    assert (after["line_items"], after["results"]) == (before["line_items"], before["results"])
