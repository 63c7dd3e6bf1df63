"""The form of a check, and its words."""

import tomllib
from collections.abc import Awaitable, Callable
from functools import cache
from importlib.resources import files
from typing import Any

from msgspec import Struct

from classbridge.oneroster.conformance.facts import Probe
from classbridge.oneroster.models import Version

Run = Callable[[Probe], Awaitable[str]]
"""Returns what was seen; raises `Failed`, `NotOffered` or `NotTried`."""
LANGUAGES = ("en", "sv")
"""Titles, notices and the card's own words; what was seen is told in English, for the vendor."""


class Check(Struct, frozen=True):
    """One check. `text` names its words where several checks share them, `about` fills them."""

    name: str
    run: Run
    versions: tuple[Version, ...] = tuple(Version)
    text: str = ""
    about: str = ""

    @property
    def group(self) -> str:
        """The part of its name before the first dot."""
        return self.name.partition(".")[0]


class Words(Struct, frozen=True):
    """A check's title, and what a user of Classroom would notice where it fails."""

    title: str
    notice: str


@cache
def _texts(language: str) -> dict[str, dict[str, Any]]:
    name = f"texts.{language if language in LANGUAGES else LANGUAGES[0]}.toml"
    return tomllib.loads(files(__package__).joinpath(name).read_text("utf-8"))


def words(check: Check, language: str = "en") -> Words:
    """A check's words. Raises `KeyError` where it has none."""
    group, _, key = (check.text or check.name).partition(".")
    found = _texts(language)[group][key]
    return Words(found["title"].format(about=check.about), found["notice"].format(about=check.about))


def group_title(group: str, language: str = "en") -> str:
    """A group's heading."""
    return str(_texts(language)[group]["heading"])


def card_text(key: str, language: str = "en", **values: object) -> str:
    """One of the card's own texts. Raises `KeyError` where there is none."""
    return str(_texts(language)["card"][key]).format(**values)
