"""What is known of one SIS, as data: addresses, sign-in, limits, gradebook rules, and how sure each fact is."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, get_args

import msgspec
from msgspec import Struct, field

from classbridge.bridge.gradebook import GradebookRules
from classbridge.oneroster.models import Version
from classbridge.oneroster.roots import Service

Confidence = Literal["high", "medium", "low", "unknown"]
ClientAuth = Literal["basic", "basic_raw", "body"]
_SPEC = "https://purl.imsglobal.org/spec/or"
_AT_VERSION = re.compile(r"^1\.[12]\.")
_WANTED = ("roster.readonly", "gradebook.readonly", "gradebook.createput", "gradebook.delete")


class ProfileError(Exception):
    """A profile or an override that does not fit; the message names the setting."""


class _Data(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Profile data: a misspelt setting is an error, never ignored."""


class Rules(GradebookRules, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The gradebook rules as a profile gives them."""


class Form(_Data, frozen=True, kw_only=True):
    """A shape in which admins paste the address, and the base URL that it means.

    `{origin}` stands for scheme and host, `{root}` for those and any path, any other name for one path segment
    or query value; `/*` at the end for whatever follows.
    """

    pasted: str
    base_url: str | None = None
    """The base URL's template; None is the edition's own."""
    derives_token: bool = True
    """Whether the edition's token URL belongs to this shape too."""


class ExtraHeader(_Data, frozen=True, kw_only=True):
    """A header beside Authorization that some services want, as a vendor key."""

    name: str
    services: tuple[Service, ...]
    value: str
    """Template of the value; its names are what the admin is asked for."""


class Edition(_Data, frozen=True, kw_only=True):
    """What holds for one OneRoster version of a SIS."""

    base_url: str
    """Template of the canonical base URL."""
    example: str
    forms: tuple[Form, ...]
    also: tuple[str, ...] = ()
    """Templates of other base URLs worth trying when the canonical one does not answer."""
    fixed_url: str | None = None
    """The base URL that every customer has: prefilled."""
    flat: bool = False
    """1.2 only: whether paths lack the service segment."""
    token_url: str | None = None
    """Template; None: ask the admin, or look on the named origin."""
    token_paths: tuple[str, ...] = ("/oauth/token", "/oauth2/token", "/token", "/oauth/access_token")
    """Where a token endpoint is looked for on the named origin when it cannot be derived."""
    trusted_hosts: tuple[str, ...] = ()
    """Hosts beside the admin's own that the secret may go to."""
    auth: Literal["oauth2", "oauth1", "none"] = "oauth2"
    """`oauth1`: every request is signed (OAuth 1.0a, HMAC-SHA256), there is no token. `none`: packages only."""
    certificates: str = ""
    """Certificates (PEM) to trust beside the system's, for a server whose chain is incomplete."""
    client_auth: ClientAuth = "basic"
    """`basic` percent-encodes key and secret first (RFC 6749, 2.3.1); `basic_raw` does not; `body` sends them
    as form fields."""
    scopes: tuple[str, ...] | None = None
    """Scopes asked for; None is the standard's four, see `asked_scopes`."""
    headers: tuple[ExtraHeader, ...] = ()
    page_size: int = 1000
    """`limit` asked for; fewer rows may come."""
    concurrency: int = 2
    """Requests at a time during school hours (`bridge.clock.SCHOOL_DAY`)."""
    concurrency_off_peak: int = 4
    """The same at all other times."""
    refused_filters: tuple[str, ...] = ()
    """Filter fields (`user.role`) that this SIS refuses: rows are chosen on our side."""
    key_lifetime_days: int | None = None
    """How long a key lasts unless the admin says otherwise; None: it does not expire."""
    keys_overlap: bool = False
    """Whether two keys can be valid at once, so that a rotation has no gap."""
    new_secret_ends_old: bool = True
    """Whether generating a secret anew cuts off the old one at once."""
    gradebook: Rules = field(default_factory=Rules)


class Fact(_Data, frozen=True, kw_only=True):
    """Something said about the SIS, by whom, and how sure it is. `settings` are those that rest on it."""

    about: str
    value: str
    confidence: Confidence
    sources: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()

    @property
    def unverified(self) -> bool:
        """Whether nobody credible has confirmed it."""
        return self.confidence in ("low", "unknown")


class Support(_Data, frozen=True, kw_only=True):
    """Whom to ask at the SIS; the admin can put another contact."""

    name: str
    url: str = ""
    email: str = ""
    phone: str = ""


class Proved(_Data, frozen=True, kw_only=True):
    """When the main job last went through and every grade was read back: None is never."""

    sandbox: date | None = None
    """Against the SIS's personality in the sandbox."""
    live: date | None = None
    """Against a SIS that a school works with."""


class Profile(_Data, frozen=True, kw_only=True):
    """One SIS. `editions` has the recommended OneRoster version first."""

    id: str
    name: str
    editions: dict[Version, Edition]
    support: Support
    reach: Literal["api", "package"] = "api"
    """`package`: the SIS has no API. It hands over OneRoster CSV packages, and takes one with the grades."""
    minimum_version: str = ""
    """The oldest release of the SIS that can be used; "" where none is named."""
    recommended_version: str = ""
    licences: tuple[str, ...] = ()
    """Names of the SIS's licences, any of which is needed; empty: none."""
    write_licence: bool = False
    """Whether reading works without the licence and writing does not."""
    credentials_unaided: bool = True
    """Whether a customer can obtain every credential without the vendor's partner programme."""
    state: Literal["available", "in development"] = "available"
    proved: Proved = Proved()
    facts: tuple[Fact, ...] = ()
    open_questions: tuple[str, ...] = ()
    """What nobody has found out."""
    quirks: tuple[str, ...] = ()
    """Numbers in the catalogue of quirks that are seen at this SIS."""
    overridden: tuple[str, ...] = ()
    """Dotted names of the settings that the admin put otherwise."""

    @property
    def recommended(self) -> Version:
        """The OneRoster version to choose where there is a choice."""
        return next(iter(self.editions))

    @property
    def versions(self) -> tuple[Version, ...]:
        """The OneRoster versions of this SIS, recommended first."""
        return tuple(self.editions)

    def edition(self, version: Version | str) -> Edition:
        """Return what holds for a version; ProfileError where this SIS has none."""
        found = self.editions.get(Version(version))
        if found is None:
            raise ProfileError(f"{self.name} has no OneRoster {version}. It has {', '.join(self.editions)}.")
        return found

    @property
    def unverified(self) -> tuple[Fact, ...]:
        """The facts that nobody has confirmed: shown as such."""
        return tuple(fact for fact in self.facts if fact.unverified)

    def confidence(self, setting: str) -> Confidence:
        """How sure a setting is (`gradebook.title_max`; a version may stand before it, `1.2.token_url`).

        What the admin set is high; a setting that no fact backs is unknown.
        """
        if any(name.endswith(f".{setting}") or name == setting for name in self.overridden):
            return "high"
        plain = _AT_VERSION.sub("", setting)
        order: tuple[Confidence, ...] = get_args(Confidence)
        found = [fact.confidence for fact in self.facts if plain in fact.settings]
        return min(found, key=order.index, default="unknown")

    def with_overrides(self, overrides: Mapping[str, Any]) -> "Profile":
        """Return this profile with a connection's own settings over it.

        `overrides` has the profile's shape: `{"editions": {"1.2": {"gradebook": {"title_max": 49}}}}`.
        Raises ProfileError for a setting that does not exist or a value of the wrong kind.
        """
        changed: list[str] = []
        merged = _merge(msgspec.to_builtins(self), overrides, "", changed)
        merged["overridden"] = sorted({*self.overridden, *changed})
        return decode(merged)


def asked_scopes(profile: Profile, version: Version) -> tuple[str, ...]:
    """Return the scopes to ask a token for: the profile's, or the four that the main job needs."""
    scopes = profile.edition(version).scopes
    if scopes is not None:
        return scopes
    return tuple(f"{_SPEC}/v{version.replace('.', 'p')}/scope/{name}" for name in _WANTED)


def decode(raw: Mapping[str, Any]) -> Profile:
    """Read a profile from plain data; ProfileError names what does not fit."""
    try:
        profile = msgspec.convert(raw, Profile)
    except msgspec.ValidationError as error:
        raise ProfileError(f"The profile {raw.get('id', '')!r} has a wrong setting: {error}") from error
    if not profile.editions:
        raise ProfileError(f"The profile {profile.id!r} has no OneRoster version.")
    return profile


def _merge(base: Any, over: Mapping[str, Any], path: str, changed: list[str]) -> dict[str, Any]:
    merged = dict(base)
    for name, value in over.items():
        here = f"{path}{name}"
        if name not in merged or here in ("id", "facts", "overridden"):
            raise ProfileError(f"There is no setting {here} to override.")
        if isinstance(value, Mapping) and isinstance(merged[name], dict):
            merged[name] = _merge(merged[name], value, f"{here}.", changed)
        else:
            merged[name] = value
            changed.append(here)
    return merged
