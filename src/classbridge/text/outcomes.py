"""The words for outcomes: what happened, what it means, what to do, and who can do it.

`outcomes.<language>.toml` holds them by owner and code, with the parameters in braces. Both are plain strings
here; the domain's catalogue decides which codes exist, and a test keeps the two alike.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from msgspec import Struct

LANGUAGES = ("en", "sv")
ABSENT = "–"


class Explained(Struct, frozen=True):
    """An outcome in a reader's language; `owner` names who can act, as it stands in a sentence."""

    happened: str
    meaning: str
    fix: str
    owner: str


class Text(Struct, frozen=True):
    """An outcome's templates in one language, and its owner's key."""

    owner: str
    happened: str
    meaning: str
    fix: str


class Catalogue(Struct, frozen=True):
    """One language: texts by code, the owners' names, and words for parameters' values."""

    texts: dict[str, Text]
    owners: dict[str, str]
    values: dict[str, dict[str, str]]


@cache
def catalogue(language: str) -> Catalogue:
    """Return the texts of a language; English where we do not speak it."""
    spoken = language.partition("-")[0].lower()
    name = f"outcomes.{spoken if spoken in LANGUAGES else LANGUAGES[0]}.toml"
    data: dict[str, Any] = tomllib.loads(files(__package__).joinpath(name).read_text("utf-8"))
    owners, values = data.pop("owners"), data.pop("values")
    texts = {code: Text(owner, **text) for owner, codes in data.items() for code, text in codes.items()}
    return Catalogue(texts, owners, values)


def explain(code: str, params: Mapping[str, str], language: str = "en") -> Explained:
    """Put an outcome into words; KeyError for a code that was never one.

    A parameter that an older release did not store shows as a dash.
    """
    words = catalogue(language)
    text = words.texts[code]
    filled = _Params((name, words.values.get(name, {}).get(value, value)) for name, value in params.items())
    return Explained(
        happened=text.happened.format_map(filled),
        meaning=text.meaning.format_map(filled),
        fix=text.fix.format_map(filled),
        owner=words.owners[text.owner],
    )


class _Params(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ABSENT
