"""One call from an address, a key and a secret to a client."""

from collections.abc import Sequence

from classbridge.oneroster.auth import ClientCredentials
from classbridge.oneroster.client import Client
from classbridge.oneroster.models import Version
from classbridge.oneroster.options import Options
from classbridge.oneroster.roots import Roots

SCOPES = {
    Version.V1_1: "https://purl.imsglobal.org/spec/or/v1p1/scope/",
    Version.V1_2: "https://purl.imsglobal.org/spec/or/v1p2/scope/",
}
"""What the names of each version's scopes start with."""

READ = ("roster.readonly",)


def connect(
    base_url: str,
    token_url: str,
    client_id: str,
    client_secret: str,
    *,
    version: Version = Version.V1_2,
    scopes: Sequence[str] = READ,
    options: Options | None = None,
) -> Client:
    """Return a client that gets its token by OAuth 2 client credentials. Use it as an async context manager.

    `base_url` ends in `/ims/oneroster` for 1.2 and in `/ims/oneroster/v1p1` for 1.1. `scopes` are whole URIs or
    the standard's short names, such as "roster.readonly". For other credentials and layouts make a `Client`.
    """
    wanted = [name if "://" in name else SCOPES[version] + name for name in scopes]
    auth = ClientCredentials(token_url, client_id, client_secret, wanted)
    return Client(Roots.of(base_url, version), version, auth, options=options)
