"""The words for outcomes: what happened, what it means, what to do, and who can do it.

`outcomes.<language>.toml` holds them by owner and code, with the parameters in braces. Both are plain strings
here; the domain's catalogue decides which codes exist, and a test keeps the two alike.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from msgspec import Struct

from classbridge.text import languages

LANGUAGES = ("en", "sv")
ABSENT = "–"

GRADES = frozenset({"classroom", "found", "maximum", "points", "score", "sent", "sis", "stored"})
"""Parameters that are grades or points; "found" is one beside "sent", which it was found in place of."""


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
    name = f"outcomes.{_spoken(language)}.toml"
    data: dict[str, Any] = tomllib.loads(files(__package__).joinpath(name).read_text("utf-8"))
    owners, values = data.pop("owners"), data.pop("values")
    texts = {code: Text(owner, **text) for owner, codes in data.items() for code, text in codes.items()}
    return Catalogue(texts, owners, values)


def _spoken(language: str) -> str:
    """The language of these that is meant; English where we do not speak it."""
    spoken = language.partition("-")[0].lower()
    return spoken if spoken in LANGUAGES else LANGUAGES[0]


def explain(code: str, params: Mapping[str, str], language: str = "en") -> Explained:
    """Put an outcome into words; KeyError for a code that was never one.

    A parameter that an older release did not store shows as a dash.
    """
    words = catalogue(language)
    text = words.texts[code]
    filled = _Params(_in_words(params, words, _spoken(language)))
    return Explained(
        happened=text.happened.format_map(filled),
        meaning=text.meaning.format_map(filled),
        fix=text.fix.format_map(filled),
        owner=words.owners[text.owner],
    )


def _in_words(params: Mapping[str, str], words: Catalogue, language: str) -> Iterator[tuple[str, str]]:
    grades = GRADES if "sent" in params else GRADES - {"found"}
    for name, value in params.items():
        if name in grades:
            yield name, languages.grade(value, language)
        else:
            yield name, words.values.get(name, {}).get(value, value)


class _Params(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ABSENT
