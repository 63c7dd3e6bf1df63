"""The documentation mentions only commands, make targets, files and links that are there."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from classbridge.cli import main
from tests.docs.reference import ROOT

PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
CODE = re.compile(r"^(?: {4}|\t).*$|`[^`\n]+`", re.MULTILINE)
COMMAND = re.compile(r"(?<![\w/.@-])classbridge ((?:[a-z][a-z-]*[ \n`]?)+)")
MAKE = re.compile(r"(?<![\w/.-])make ([a-z][a-z-]*)")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#([^)]+))?\)")
FILE = re.compile(r"`((?:src|docs|tests|scripts)/[\w./-]+)`")

pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def code(page: Path) -> Iterator[str]:
    """What a page sets as code: indented lines, and what stands between backticks; comments left out."""
    for found in CODE.findall(page.read_text("utf-8")):
        yield found.strip("`").partition(" #")[0]


@pages
def test_every_command_that_is_mentioned_exists(page: Path) -> None:
    context = click.Context(main)
    for text in code(page):
        for found in COMMAND.findall(text):
            words = found.split()
            command = main.get_command(context, words[0])
            assert command is not None, f"classbridge {words[0]}"
            if isinstance(command, click.Group) and len(words) > 1:
                assert words[1] in command.list_commands(context), f"classbridge {words[0]} {words[1]}"


@pages
def test_every_make_target_that_is_mentioned_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    mentioned = {target for text in code(page) for target in MAKE.findall(text)}
    assert mentioned <= targets


@pages
def test_every_relative_link_leads_to_a_file(page: Path) -> None:
    linked = {target for target, _ in LINK.findall(page.read_text("utf-8"))}
    assert [target for target in sorted(linked) if not (page.parent / target).exists()] == []


@pages
def test_every_file_that_is_mentioned_is_there(page: Path) -> None:
    text = "" if page.name.startswith("add-a-") else page.read_text("utf-8")  # those name files yet to be made
    mentioned = set(FILE.findall(text))
    assert [name for name in sorted(mentioned) if not (ROOT / name).exists()] == []


def test_the_patterns_find_what_they_are_for() -> None:
    assert COMMAND.findall("x; classbridge sandbox up --port 1") == ["sandbox up "]
    assert COMMAND.findall("src/classbridge/ classbridge") == []
    assert MAKE.findall("make demo DEMO=1") == ["demo"]
    assert LINK.findall("[a](b.md#c) [d](https://e.example)") == [("b.md", "c")]
    assert FILE.findall("see `docs/rules.md`") == ["docs/rules.md"]
