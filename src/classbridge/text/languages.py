"""The languages of the pages: their catalogues, and which one a reader gets."""

import gettext
import io
import re
from collections.abc import Sequence
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path

from babel import Locale, negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

LANGUAGES = {"en": "English", "sv": "Svenska"}
"""Each language's code and its own name."""

SOURCE = "en"
"""The language that the texts are written in first; its words are the catalogues' keys."""

LOCALES = {"en": "en_GB", "sv": "sv_SE"}
"""The forms of dates and numbers that go with each language."""

_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)

FOLDER = Path(__file__).parent / "locale"


def catalogue(language: str) -> Path:
    """Return the path of a language's catalogue."""
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


@cache
def translations(language: str) -> gettext.GNUTranslations:
    """Read a language's catalogue; it is small enough to be read from its source once per process."""
    with catalogue(language).open("rb") as file:
        messages = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@cache
def locale(language: str) -> Locale:
    """Return Babel's locale for a language."""
    return Locale.parse(LOCALES[language])


@lru_cache(maxsize=4096)  # the same few, for every grade of a page
def number(value: str, language: str) -> str:
    """Write a decimal number as the language does, with all its decimals."""
    return format_decimal(Decimal(value), locale=locale(language), decimal_quantization=False)


def grade(value: str, language: str) -> str:
    """Write a grade that is words already, as "12.5" or "12.5 (exempt)"; what begins with no number stays."""
    first, space, rest = value.partition(" ")
    return number(first, language) + space + rest if _NUMBER.fullmatch(first) else value


def choose(wishes: Sequence[str | None], accept_language: str, default: str) -> str:
    """Pick a language: the first wish that we speak, else the best of the browser's header, else the default."""
    for wish in wishes:
        if wish in LANGUAGES:
            return wish
    found = negotiate_locale(_accepted(accept_language), list(LANGUAGES), sep="-")
    return found or (default if default in LANGUAGES else SOURCE)


def _accepted(header: str) -> list[str]:
    """Order an Accept-Language header (RFC 9110, 12.5.4) by its weights; what cannot be read is left out."""
    weighted = []
    for part in header.split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            value = float(weight) if weight else 1.0
        except ValueError:
            continue
        if tag and value > 0:
            weighted.append((-value, tag.lower()))
    return [tag for _, tag in sorted(weighted, key=lambda item: item[0])]
