"""The words of e-mails: `letters.<language>.toml` holds each letter's subject and body, parameters in braces."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from msgspec import Struct

from classbridge.text.languages import LANGUAGES, SOURCE


class Letter(Struct, frozen=True):
    """A finished message, or the templates of one."""

    subject: str
    body: str


@cache
def letters(language: str) -> dict[str, Letter]:
    """The letters of a language by name; English where we do not speak it."""
    name = f"letters.{language if language in LANGUAGES else SOURCE}.toml"
    data = tomllib.loads(files(__package__).joinpath(name).read_text("utf-8"))
    return {letter: Letter(**texts) for letter, texts in data.items()}


def write(name: str, language: str, params: Mapping[str, str]) -> Letter:
    """Fill a letter in; KeyError for a letter or a parameter that is not there."""
    letter = letters(language)[name]
    return Letter(letter.subject.format_map(params), letter.body.format_map(params))
