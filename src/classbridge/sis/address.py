"""Addresses as admins paste them, at any depth, made into the base URL that a SIS really has."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from msgspec import Struct

from classbridge.oneroster.models import Version
from classbridge.oneroster.roots import Roots
from classbridge.sis.profile import Edition, Form, Profile

_NAME = re.compile(r"\{(\w+)\}")
_SERVICE = re.compile(r"/(?:rostering|gradebook|resources)?/?v1p([12])(?=/|$)", re.IGNORECASE)
_DEFAULT_PORT = {"http": 80, "https": 443}
_DISCOVERY = ("/.well-known/oauth-authorization-server", "/.well-known/openid-configuration")


class AddressError(Exception):
    """A pasted text that is no address of this SIS.

    `reason` is `empty`, `scheme`, `host`, `userinfo` or `shape`; `example` is what an address looks like.
    """

    def __init__(self, reason: str, example: str) -> None:
        super().__init__(f"not an address of this SIS: {reason}")
        self.reason = reason
        self.example = example


class Address(Struct, frozen=True, kw_only=True):
    """A base URL without a slash at its end, and what follows from it."""

    base_url: str
    token_url: str | None
    """None where it cannot be derived: ask the admin, or try `token_urls`."""
    roots: Roots
    changed: bool
    """Whether it differs from what was pasted by more than the space around it: show it back."""
    alternatives: tuple[str, ...] = ()
    """Other base URLs to try when this one does not answer, most likely first."""
    version_seen: Version | None = None
    """The OneRoster version that the pasted text named, which may not be the chosen one."""


def normalise(profile: Profile, version: Version | str, pasted: str) -> Address:
    """Make the base URL of what an admin pasted.

    Takes any depth, with or without slash, scheme or service suffix. Raises AddressError.
    """
    edition = profile.edition(version)
    text = pasted.strip().strip("<>\"'").strip() or (edition.fixed_url or "")
    cleaned = clean(text, edition.example)
    form, values = _match(edition, cleaned)
    base_url = _fill(form.base_url or edition.base_url, values)
    values |= _parts(base_url)
    return Address(
        base_url=base_url,
        token_url=_token_url(edition, values) if form.derives_token else None,
        roots=roots(profile, version, base_url),
        changed=base_url != pasted.strip(),
        alternatives=_alternatives(edition, values, base_url),
        version_seen=_version_seen(cleaned),
    )


def roots(profile: Profile, version: Version | str, base_url: str) -> Roots:
    """Return where each service of a normalised base URL starts."""
    return Roots.of(base_url, Version(version), flat=profile.edition(version).flat)


def token_urls(profile: Profile, version: Version | str, base_url: str) -> tuple[str, ...]:
    """Return token addresses to look at on the named origin, most likely first, where none can be derived."""
    edition = profile.edition(version)
    values = _parts(base_url)
    root = re.split(r"/ims/oneroster(?:/|$)", base_url, flags=re.IGNORECASE)[0]
    places = [root, values["origin"]] if root != values["origin"] else [root]
    return tuple(place + path for path in edition.token_paths for place in places)


def discovery_urls(base_url: str) -> tuple[str, ...]:
    """Return where the named origin may publish its token address (RFC 8414, OpenID Connect Discovery)."""
    return tuple(_parts(base_url)["origin"] + path for path in _DISCOVERY)


def clean(text: str, example: str = "") -> str:
    """Return the address with scheme, a lower-case host, single slashes, and no fragment or default port."""
    if not text:
        raise AddressError("empty", example)
    if "://" not in text:
        text = "https://" + text.lstrip("/")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise AddressError("host", example) from error
    if parts.scheme.lower() not in _DEFAULT_PORT:
        raise AddressError("scheme", example)
    if parts.username is not None or parts.password is not None:
        raise AddressError("userinfo", example)
    if not re.fullmatch(r"[^\s_/?#@\\]+", host) or re.search(r"\s", text):
        raise AddressError("host", example)
    name = f"[{host}]" if ":" in host else host
    where = name if port in (None, _DEFAULT_PORT[parts.scheme.lower()]) else f"{name}:{port}"
    path = re.sub(r"/{2,}", "/", parts.path).rstrip("/")
    return f"{parts.scheme.lower()}://{where}{path}" + (f"?{parts.query}" if parts.query else "")


def _match(edition: Edition, url: str) -> tuple[Form, dict[str, str]]:
    plain = url.partition("?")[0]
    for form in edition.forms:
        found = _pattern(form.pasted).fullmatch(url if "?" in form.pasted else plain)
        if found:
            return form, found.groupdict()
    raise AddressError("shape", edition.example)


def _pattern(template: str) -> re.Pattern[str]:
    below = template.endswith("/*")
    pieces = _NAME.split(template.removesuffix("/*"))
    regex = "".join(_variable(piece) if index % 2 else re.escape(piece) for index, piece in enumerate(pieces))
    return re.compile(regex + ("(?:/.*)?" if below else ""), re.IGNORECASE)


def _variable(name: str) -> str:
    match name:
        case "origin":
            return r"(?P<origin>https?://[^/?]+)"
        case "root":
            return r"(?P<root>https?://[^/?]+(?:/[^?]*?)?)"
        case _:
            return rf"(?P<{name}>[^/?&]+)"


def _fill(template: str, values: Mapping[str, str]) -> str:
    return _NAME.sub(lambda found: values[found[1]], template)


def _parts(base_url: str) -> dict[str, str]:
    parts = urlsplit(base_url)
    origin = f"{parts.scheme}://{parts.netloc}"
    return {"base": base_url, "origin": origin, "host": parts.netloc}


def _token_url(edition: Edition, values: Mapping[str, str]) -> str | None:
    """Fill the template from the paste's values; None where the paste does not hold them all."""
    template = edition.token_url
    if template is None or not set(_NAME.findall(template)) <= set(values):
        return None
    return _fill(template, values)


def _alternatives(edition: Edition, values: Mapping[str, str], base_url: str) -> tuple[str, ...]:
    filled = (_fill(one, values) for one in edition.also if set(_NAME.findall(one)) <= set(values))
    return tuple(one for one in dict.fromkeys(filled) if one != base_url)


def _version_seen(url: str) -> Version | None:
    named = _SERVICE.findall(urlsplit(url).path)
    return Version(f"1.{named[-1]}") if named else None
