"""The form of a check, and its words."""

import tomllib
from collections.abc import Awaitable, Callable
from functools import cache
from importlib.resources import files

from msgspec import Struct

from classbridge.oneroster.conformance.facts import Probe
from classbridge.oneroster.models import Version

Run = Callable[[Probe], Awaitable[str]]
"""Returns what was seen; raises `Failed`, `NotOffered` or `NotTried`."""
LANGUAGES = ("en",)


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
def _catalogue(language: str) -> dict[str, dict[str, Words]]:
    name = f"texts.{language if language in LANGUAGES else LANGUAGES[0]}.toml"
    data = tomllib.loads(files(__package__).joinpath(name).read_text("utf-8"))
    return {
        group: {key: Words(**said) for key, said in of.items() if isinstance(said, dict)}
        for group, of in data.items()
    }


def words(check: Check, language: str = "en") -> Words:
    """A check's words. Raises `KeyError` where it has none."""
    group, _, key = (check.text or check.name).partition(".")
    found = _catalogue(language)[group][key]
    return Words(found.title.format(about=check.about), found.notice.format(about=check.about))


@cache
def group_title(group: str, language: str = "en") -> str:
    """A group's heading."""
    name = f"texts.{language if language in LANGUAGES else LANGUAGES[0]}.toml"
    data = tomllib.loads(files(__package__).joinpath(name).read_text("utf-8"))
    return str(data[group]["heading"])
