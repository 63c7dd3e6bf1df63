"""Checks OAuth 1.0a signatures, two-legged (RFC 5849), as OneRoster 1.1 allows instead of OAuth 2.

HMAC-SHA1 and HMAC-SHA256 are both in use among 1.1 servers and clients. Requests may be ten minutes old and
five minutes ahead (the tolerance that Instructure asks of providers); a nonce is taken once within that time.
"""

import hashlib
import hmac
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from msgspec import Struct

OLDEST = 600
FURTHEST_AHEAD = 300
_DIGESTS = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}


class SignedRequest(Struct, frozen=True):
    """What a signature covers: the method, the full URL with its query, and the `Authorization` header."""

    method: str
    url: str
    authorization: str


class OAuth1Verifier:
    """Verifies signed requests of known consumers (key to secret). Safe to use from several threads."""

    def __init__(self, consumers: Mapping[str, str], *, now: Callable[[], float] = time.time) -> None:
        self._consumers = consumers
        self._now = now
        self._nonces: dict[tuple[str, str, str], float] = {}
        self._lock = threading.Lock()

    def verify(self, request: SignedRequest) -> str | None:
        """The consumer key of a validly signed, fresh request; None otherwise."""
        given = _parameters(request.authorization)
        key = given.get("oauth_consumer_key", "")
        secret = self._consumers.get(key)
        digest = _DIGESTS.get(given.get("oauth_signature_method", ""))
        if secret is None or digest is None or given.get("oauth_version", "1.0") != "1.0":
            return None
        signed = _signature(request, given, secret, digest)
        if not hmac.compare_digest(signed.encode(), given.get("oauth_signature", "").encode()):
            return None
        return key if self._fresh(key, given) else None

    def _fresh(self, key: str, given: Mapping[str, str]) -> bool:
        stamp, nonce = given.get("oauth_timestamp", ""), given.get("oauth_nonce", "")
        if not nonce or not (stamp.isascii() and stamp.isdigit() and len(stamp) < 12):
            return False
        now = self._now()
        if not now - OLDEST <= int(stamp) <= now + FURTHEST_AHEAD:
            return False
        with self._lock:
            self._nonces = {seen: until for seen, until in self._nonces.items() if until > now}
            mark = (key, stamp, nonce)
            if mark in self._nonces:
                return False
            self._nonces[mark] = int(stamp) + OLDEST + 1
        return True


def _parameters(authorization: str) -> dict[str, str]:
    scheme, _, rest = authorization.partition(" ")
    if scheme.lower() != "oauth":
        return {}
    pairs = (part.strip().partition("=") for part in rest.split(","))
    return {unquote(name): unquote(value.strip('"')) for name, _, value in pairs}


def _signature(
    request: SignedRequest, given: Mapping[str, str], secret: str, digest: Callable[[], "hashlib._Hash"]
) -> str:
    url = urlsplit(request.url)
    pairs = parse_qsl(url.query, keep_blank_values=True)
    pairs += [(name, value) for name, value in given.items() if name not in ("oauth_signature", "realm")]
    encoded = sorted((_encoded(name), _encoded(value)) for name, value in pairs)
    parameters = "&".join(f"{name}={value}" for name, value in encoded)
    base = "&".join(_encoded(part) for part in (request.method.upper(), _base_uri(request.url), parameters))
    key = f"{_encoded(secret)}&"
    return b64encode(hmac.new(key.encode(), base.encode(), digest).digest()).decode()


def _base_uri(url: str) -> str:
    parts = urlsplit(url)
    scheme, host = parts.scheme.lower(), parts.netloc.lower()
    default = {"http": ":80", "https": ":443"}.get(scheme, "")
    return f"{scheme}://{host.removesuffix(default)}{parts.path or '/'}"


def _encoded(text: str) -> str:
    return quote(text, safe="~")
