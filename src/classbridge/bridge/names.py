"""Names as people look for them and as lists are sorted: without case, with or without the dots and accents."""

import unicodedata

_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "þ": "th"})
"""Letters that Unicode does not take apart."""

_AFTER_Z = str.maketrans({"å": "{a", "ä": "{b", "æ": "{b", "ö": "{c", "ø": "{c"})
"""Where the alphabet ends with å, ä and ö."""

ENDS_WITH_RINGS = frozenset({"sv", "fi", "nb", "nn", "da"})
"""Languages in which they are letters of their own."""


def plain(text: str) -> str:
    """A text without case, accents and doubled spaces: "Åsa  MUÑOZ" is "asa munoz"."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(one for one in apart if not unicodedata.combining(one))
    return " ".join(bare.translate(_LETTERS).split())


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.casefold().split()))


def sought(wanted: str, *texts: str) -> bool:
    """Whether every word of what is sought is in one of the texts.

    What was typed with its accents must be there with them; what was typed without is found either way.
    """
    exact, bare = [_folded(one) for one in texts], [plain(one) for one in texts]
    words = _folded(wanted).split()
    return bool(words) and all(any(word in text for text in (*exact, *bare)) for word in words)


def in_order(family: str, given: str, language: str = "en") -> tuple[str, str]:
    """A key that sorts people by family name, then given name, as lists in this language are sorted."""
    return _key(family, language), _key(given, language)


def _key(text: str, language: str) -> str:
    return plain(_folded(text).translate(_AFTER_Z) if language in ENDS_WITH_RINGS else text)
