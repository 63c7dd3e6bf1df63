"""Made-up people: names from several languages, and the addresses a school would make of them."""

import re
import tomllib
import unicodedata
from functools import lru_cache
from hashlib import blake2b
from importlib.resources import files
from random import Random

from msgspec import Struct

_NAMES = tomllib.loads(files(__package__).joinpath("names.toml").read_text("utf-8"))
_GIVEN: list[str] = _NAMES["given"]
_FAMILY: list[str] = _NAMES["family"]
_LONG_GIVEN: str = _NAMES["long_given"]
_EVERY_LONG_NAME = 97
_FOLD = str.maketrans({"ß": "ss", "æ": "ae", "Æ": "Ae", "ł": "l", "Ł": "L", "đ": "d", "Þ": "Th", "ð": "d"})


class PersonName(Struct, frozen=True):
    """A made-up person's name."""

    given: str
    family: str


@lru_cache(maxsize=1024)
def ascii_of(name: str) -> str:
    """A name as a mail system writes it: lower-case ASCII letters and hyphens, at most 30 of them."""
    plain = unicodedata.normalize("NFKD", name.translate(_FOLD)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z-]", "", plain.lower())[:30].strip("-")


def pick_name(rng: Random, number: int) -> PersonName:
    """A name; `number` counts people, so that every district has a few very long names."""
    family = _FAMILY[int(rng.random() * len(_FAMILY))]
    if number % _EVERY_LONG_NAME == _EVERY_LONG_NAME - 1:
        return PersonName(_LONG_GIVEN, family)
    return PersonName(_GIVEN[int(rng.random() * len(_GIVEN))], family)


def address(name: PersonName, number: int, domain: str) -> str:
    """An e-mail address that no one else in the domain has (`number` is the person's own)."""
    return f"{ascii_of(name.given)}.{ascii_of(name.family)}{number}@{domain}"


def account_id(seed: int, key: str) -> str:
    """A Workspace user's id: 21 digits, the same for the same seed and key."""
    digest = blake2b(f"{seed}/{key}".encode(), digest_size=8).digest()
    return f"1{int.from_bytes(digest):020d}"


def course_id(seed: int, key: str) -> str:
    """A Classroom course's or course work's id: 12 digits, the same for the same seed and key."""
    digest = blake2b(f"{seed}/{key}".encode(), digest_size=6).digest()
    return str(100_000_000_000 + int.from_bytes(digest) % 900_000_000_000)
