"""The settings of a profile that an admin can put otherwise for a connection."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from classbridge.oneroster.models import Version
from classbridge.sis.profile import Confidence, Edition, Profile, Rules

Form = Literal["switch", "number", "list", "choice"]
"""What a setting's value is: yes or no, a whole number or none, texts, or one of several words."""

READING = ("client_auth", "scopes", "page_size", "refused_filters", "concurrency", "concurrency_off_peak")
GRADEBOOK = tuple(Rules.__struct_fields__)
_GRADEBOOK = "gradebook."


class TuningError(ValueError):
    """A value that a setting cannot have; `name` is the setting's."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Tunable(Struct, frozen=True, kw_only=True):
    """A setting: its name (`gradebook.title_max`), its value here, and the profile's with how sure that is."""

    name: str
    form: Form
    choices: tuple[str, ...]
    value: Any
    profile_value: Any
    confidence: Confidence
    overridden: bool


def tunables(known: Profile, version: Version, overrides: Mapping[str, Any]) -> tuple[Tunable, ...]:
    """Every setting of a connection that can be put otherwise, in the order of the page."""
    used = known.with_overrides(overrides)
    here, there = _values(used, version), _values(known, version)
    return tuple(
        Tunable(
            name=name,
            form=_form(name),
            choices=_choices(name),
            value=here[name],
            profile_value=there[name],
            confidence=known.confidence(name),
            overridden=here[name] != there[name],
        )
        for name in here
    )


def overridden(
    known: Profile, version: Version, overrides: Mapping[str, Any], changed: Mapping[str, str]
) -> dict[str, Any]:
    """The overrides with settings changed, by name and as texts; what is as in the profile is none.

    Raises TuningError naming a setting that does not exist, or whose value does not fit.
    """
    there = _values(known, version)
    here = _values(known.with_overrides(overrides), version)
    for name, text in changed.items():
        if name not in there:
            raise TuningError(name)
        here[name] = read(name, text)
    edition: dict[str, Any] = {}
    for name, value in here.items():
        if value != there[name]:
            place = edition.setdefault("gradebook", {}) if name.startswith(_GRADEBOOK) else edition
            place[name.removeprefix(_GRADEBOOK)] = value
    kept = {name: value for name, value in overrides.items() if name != "editions"}
    return {**kept, **({"editions": {str(version): edition}} if edition else {})}


def read(name: str, text: str) -> Any:
    """A setting's value from a form's text; an empty number is none. Raises TuningError."""
    if _form(name) == "list":
        plain: Any = [part.strip() for part in text.split(",") if part.strip()] or _none(name, [])
    elif _form(name) == "switch":
        plain = {"yes": True, "no": False}.get(text.strip())
    else:
        plain = text.strip() or None
    try:
        value = msgspec.convert(plain, _types()[name], strict=False)
    except msgspec.ValidationError:
        raise TuningError(name) from None
    if isinstance(value, int) and not isinstance(value, bool) and value < (0 if name.endswith("decimals") else 1):
        raise TuningError(name)
    return msgspec.to_builtins(value)


def _none(name: str, otherwise: list[str]) -> list[str] | None:
    """What no text at all means: the standard's own where the setting can be none."""
    return None if type(None) in get_args(_types()[name]) else otherwise


def _values(used: Profile, version: Version) -> dict[str, Any]:
    edition = msgspec.to_builtins(used.edition(version))
    reading = {name: edition[name] for name in READING}
    return {**reading, **{_GRADEBOOK + name: edition["gradebook"][name] for name in GRADEBOOK}}


@cache
def _types() -> dict[str, Any]:
    edition, rules = get_type_hints(Edition), get_type_hints(Rules)
    return {
        **{name: edition[name] for name in READING},
        **{_GRADEBOOK + name: rules[name] for name in GRADEBOOK},
    }


def _form(name: str) -> Form:
    kind = _types()[name]
    if get_origin(kind) is Literal:
        return "choice"
    if kind is bool:
        return "switch"
    return "number" if int in (kind, *get_args(kind)) else "list"


def _choices(name: str) -> tuple[str, ...]:
    return get_args(_types()[name]) if _form(name) == "choice" else ()
