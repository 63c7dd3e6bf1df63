"""Every SIS that classbridge knows: one directory each, with `profile.toml` and a guide per language."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import TypeVar

import msgspec

from classbridge.sis.guide import CommonGuide, Guide
from classbridge.sis.profile import Profile, ProfileError, decode

LANGUAGES = ("en", "sv")
_Words = TypeVar("_Words", Guide, CommonGuide)


@cache
def profiles() -> Mapping[str, Profile]:
    """Every profile by its id, the named products first, each group by name."""
    found = [_load(place) for place in _home().iterdir() if place.joinpath("profile.toml").is_file()]
    found.sort(key=lambda one: (one.id == "generic", one.reach == "package", one.name.casefold()))
    return MappingProxyType({one.id: one for one in found})


def profile(vendor: str) -> Profile:
    """Return the profile of a SIS; ProfileError names those that exist."""
    found = profiles().get(vendor)
    if found is None:
        raise ProfileError(f"There is no SIS {vendor!r}. Known: {', '.join(profiles())}.")
    return found


@cache
def guide(vendor: str, language: str = "en") -> Guide:
    """Return a SIS's guide; a language that we do not speak gives English."""
    return _words(_home() / profile(vendor).id, language, Guide)


@cache
def common_guide(language: str = "en") -> CommonGuide:
    """Return the steps on our side, the same for every SIS."""
    return _words(_home() / "common", language, CommonGuide)


def _home() -> Traversable:
    return files("classbridge.sis")


def _load(place: Traversable) -> Profile:
    found = decode(tomllib.loads(place.joinpath("profile.toml").read_text("utf-8")))
    if found.id != place.name:
        raise ProfileError(f"The profile in {place.name} calls itself {found.id!r}.")
    return found


def _words(place: Traversable, language: str, kind: type[_Words]) -> _Words:
    spoken = language if language in LANGUAGES else "en"
    source = place.joinpath(f"guide.{spoken}.toml")
    try:
        return msgspec.convert(tomllib.loads(source.read_text("utf-8")), kind)
    except (OSError, ValueError) as error:
        raise ProfileError(f"The guide {place.name}/{source.name} cannot be read: {error}") from error
