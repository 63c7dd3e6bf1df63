"""OAuth 1.0a without a user (two-legged), as OneRoster 1.1 servers ask for it (RFC 5849; quirk Q44).

The base string is Authlib's; signing is done here because Authlib's own client refuses plain http, which
servers on loopback need, and has no HMAC-SHA256.
"""

import hashlib
import hmac
import secrets
import time
from base64 import b64encode
from collections.abc import Mapping
from typing import Literal
from urllib.parse import parse_qsl, quote, urlsplit

from authlib.oauth1.rfc5849.signature import construct_base_string

from classbridge.oneroster.failure import http_date
from classbridge.oneroster.transport import Answer, Transport

Method = Literal["HMAC-SHA256", "HMAC-SHA1"]

_DIGESTS = {"HMAC-SHA256": hashlib.sha256, "HMAC-SHA1": hashlib.sha1}
_SMALLEST_SKEW = 30.0


class OAuth1:
    """Signs each request with the consumer key and secret; follows the server's clock after a 401."""

    def __init__(self, key: str, secret: str, *, method: Method = "HMAC-SHA256") -> None:
        self._key = key
        self._secret = secret
        self._method = method
        self._skew = 0.0

    async def headers(self, method: str, url: str, transport: Transport) -> dict[str, str]:
        """Return the signed header of a request; its body is not part of the signature (JSON is no form)."""
        return {"Authorization": self.sign(method, url)}

    async def refused(self, sent: Mapping[str, str], answer: Answer, transport: Transport) -> bool:
        """Set our clock by the answer's Date; worth another try only if that changed it."""
        server = http_date(answer.headers.get("date", ""))
        skew = 0.0 if server is None else server - time.time()
        changed = server is not None and abs(skew - self._skew) >= _SMALLEST_SKEW
        if changed:
            self._skew = skew
        return changed

    def sign(self, method: str, url: str) -> str:
        """Return the Authorization header's value for a request."""
        signed = {
            "oauth_consumer_key": self._key,
            "oauth_nonce": secrets.token_urlsafe(16),
            "oauth_signature_method": self._method,
            "oauth_timestamp": str(int(time.time() + self._skew)),
            "oauth_version": "1.0",
        }
        query = parse_qsl(urlsplit(url).query, keep_blank_values=True)
        # Authlib unescapes what begins with oauth_, so it gets those escaped.
        pairs = [*query, *((name, _escape(value)) for name, value in signed.items())]
        base = str(construct_base_string(method, url, pairs))  # type: ignore[no-untyped-call]
        signed["oauth_signature"] = self._signature(base)
        return "OAuth " + ", ".join(f'{name}="{_escape(value)}"' for name, value in signed.items())

    def _signature(self, base: str) -> str:
        key = f"{_escape(self._secret)}&"
        return b64encode(hmac.new(key.encode(), base.encode(), _DIGESTS[self._method]).digest()).decode()


def _escape(text: str) -> str:
    return quote(text, safe="")
