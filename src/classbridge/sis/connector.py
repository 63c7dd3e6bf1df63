"""A OneRoster client that treats a SIS as its profile says."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct, field

from classbridge.oneroster.auth import Auth, ClientCredentials, TokenCache
from classbridge.oneroster.client import Client
from classbridge.oneroster.models import Version
from classbridge.oneroster.oauth1 import OAuth1
from classbridge.oneroster.options import OnExchange, Options
from classbridge.sis.address import roots
from classbridge.sis.outgoing import OutgoingGuard
from classbridge.sis.profile import Edition, Profile, asked_scopes

SERVICES = ("rostering", "gradebook", "resources")


class Credentials(Struct, frozen=True, kw_only=True):
    """What the admin entered. `headers` are extra headers by name, such as a vendor key's, whole."""

    client_id: str
    client_secret: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return "Credentials(kept)"


def client_for(
    profile: Profile,
    version: Version,
    base_url: str,
    token_url: str,
    credentials: Credentials,
    *,
    at_once: int | None = None,
    guard: OutgoingGuard | None = None,
    options: Options | None = None,
    on_exchange: OnExchange | None = None,
    cache: TokenCache | None = None,
) -> Client:
    """Open a client to a normalised base URL; close it with `aclose`.

    Secrets go only to the hosts of the two URLs and those that the profile lists. `options` override what the
    profile does not say (times, sizes). `at_once` is the most requests at a time; None is the profile's for school
    hours. Raises AddressRefused for a URL that is never asked.
    """
    edition = profile.edition(version)
    client = Client(
        roots(profile, version, base_url),
        version,
        _auth(profile, version, token_url, credentials, cache),
        options=_options(edition, options or Options(), credentials.headers, at_once or edition.concurrency),
        guard=(guard or OutgoingGuard()).naming(base_url, token_url, hosts=edition.trusted_hosts),
        on_exchange=on_exchange,
    )
    client.refused.update(edition.refused_filters)
    return client


def _auth(
    profile: Profile, version: Version, token_url: str, credentials: Credentials, cache: TokenCache | None
) -> Auth:
    edition = profile.edition(version)
    if edition.auth == "oauth1":
        return OAuth1(credentials.client_id, credentials.client_secret)
    return ClientCredentials(
        token_url,
        credentials.client_id,
        credentials.client_secret,
        asked_scopes(profile, version),
        placement=edition.client_auth,
        cache=cache,
    )


def _options(edition: Edition, given: Options, headers: Mapping[str, str], at_once: int) -> Options:
    return msgspec.structs.replace(
        given,
        page_limit=edition.page_size,
        max_concurrency=at_once,
        repeats_puts=not edition.gradebook.assigns_ids,
        certificates=edition.certificates,
        extra_headers={**given.extra_headers, **_by_service(edition, headers)},
    )


def _by_service(edition: Edition, headers: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Sort headers by the services that want them; one that the profile does not know goes to all."""
    wanted = {header.name.casefold(): header.services for header in edition.headers}
    sorted_: dict[str, dict[str, str]] = {}
    for name, value in headers.items():
        for service in wanted.get(name.casefold(), SERVICES):
            sorted_.setdefault(service, {})[name] = value
    return sorted_
