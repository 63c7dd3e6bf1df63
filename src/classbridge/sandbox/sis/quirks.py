"""The quirks of real SIS that a client must survive, each a named switch for any personality: `Q12`, `Q12:blind`.

`quirks.toml` says of each what it changes in a personality, which settings of a connection answer it, and with
which outcome a SIS ends the main job that refuses by design.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
from msgspec import Struct, field

from classbridge.sandbox.certificates import Chain
from classbridge.sandbox.sis.personality import Personality


class Variant(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One shape of a quirk."""

    habits: dict[str, Any] = field(default_factory=dict)
    """Fields of the personality."""
    rules: dict[str, Any] = field(default_factory=dict)
    """Settings of the connection that an admin would give for it, in the shape of a profile's edition.

    `{v}` in them is the version as scopes write it; `{certificates}` those that are missing in the chain.
    """
    faults: dict[str, int] = field(default_factory=dict)
    """Faults that come once the SIS is connected, and how often."""
    only: str = ""
    """The OneRoster version that it can be at; empty: any."""
    ends: str = ""
    """The outcome code with which the main job ends by design; empty: it does its work."""
    lines: tuple[str, ...] = ()
    """The outcome codes of single grades that are not sent by design, while the others are."""


class Quirk(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One quirk. Without variants it is not in what a SIS does: `proof` names the test room that shows it."""

    id: str
    title: str
    client_rule: str
    emulation: str
    proof: str = ""
    variants: dict[str, Variant] = field(default_factory=dict)


class Chosen(Struct, frozen=True, kw_only=True):
    """A quirk that was asked for, in one of its shapes."""

    name: str
    quirk: Quirk
    variant: Variant


class _Catalogue(Struct, frozen=True):
    quirks: tuple[Quirk, ...]


@cache
def quirks() -> Sequence[Quirk]:
    """Every quirk, Q01 first."""
    raw = files(__package__).joinpath("quirks.toml").read_bytes()
    return msgspec.toml.decode(raw, type=_Catalogue).quirks


def choose(name: str) -> Chosen:
    """The quirk of a name, `Q12` or `Q12:blind`; without a variant its first. Raises `KeyError` with words."""
    wanted, _, shape = name.partition(":")
    quirk = next((one for one in quirks() if one.id == wanted), None)
    if quirk is None:
        raise KeyError(f"There is no quirk {wanted!r}. They go from {quirks()[0].id} to {quirks()[-1].id}.")
    if not quirk.variants and not shape:
        return Chosen(name=quirk.id, quirk=quirk, variant=Variant())
    shape = shape or next(iter(quirk.variants))
    if shape not in quirk.variants:
        raise KeyError(f"{wanted} has no {shape!r}. It has: {', '.join(quirk.variants) or 'one shape'}.")
    return Chosen(name=f"{quirk.id}:{shape}", quirk=quirk, variant=quirk.variants[shape])


def names() -> list[str]:
    """Every quirk in every shape that a SIS can take."""
    return [f"{quirk.id}:{shape}" for quirk in quirks() for shape in quirk.variants]


def with_quirks(personality: Personality, chosen: Sequence[Chosen]) -> Personality:
    """The personality with the habits of quirks; one that its version cannot have leaves it as it is."""
    for one in chosen:
        if one.variant.only in ("", personality.version):
            personality = personality.with_habits(one.variant.habits)
    return personality


def settings_for(personality: Personality, chosen: Sequence[Chosen], chain: Chain | None = None) -> dict[str, Any]:
    """What an admin would set on the connection because of quirks (`Profile.with_overrides`)."""
    words = {
        "{v}": f"v{personality.version.replace('.', 'p')}",
        "{certificates}": chain.intermediate + chain.root if chain else "",
    }
    rules: dict[str, Any] = {}
    for one in chosen:
        if one.variant.only in ("", personality.version):
            rules = _merged(rules, _filled(one.variant.rules, words))
    return {"editions": {str(personality.version): rules}} if rules else {}


def faults_of(chosen: Sequence[Chosen]) -> dict[str, int]:
    """The faults of quirks, and how often each comes."""
    return {name: count for one in chosen for name, count in one.variant.faults.items()}


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    both = {name: _merged(base[name], over[name]) for name in base if isinstance(over.get(name), Mapping)}
    return {**base, **over, **both}


def _filled(value: Any, words: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for word, meaning in words.items():
            value = value.replace(word, meaning)
        return value
    if isinstance(value, list):
        return [_filled(one, words) for one in value]
    return {n: _filled(v, words) for n, v in value.items()} if isinstance(value, dict) else value
