"""Looks for a SIS's token URL on the host that the admin named, before the admin is asked for it.

No secret is sent: a token endpoint is known by how it refuses a request without credentials (RFC 6749, 5.2). The
documents that a SIS publishes of itself are read first; an address in them on another host is told, never used.
"""

from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct, field

from classbridge.oneroster.discovery import FILES, discover
from classbridge.oneroster.errors import OneRosterError, TlsFailure, Unreachable
from classbridge.oneroster.models import Version
from classbridge.oneroster.options import Options
from classbridge.oneroster.transport import Answer, Transport
from classbridge.sis.address import discovery_urls, roots, token_urls
from classbridge.sis.outgoing import OutgoingGuard
from classbridge.sis.profile import Profile

MOST = 16
"""Requests of one search at most."""

_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


class Search(Struct, kw_only=True):
    """What was found: `url` on the named host, or else `elsewhere` on another one. `tried`: a line per request."""

    url: str = ""
    elsewhere: str = ""
    tried: list[str] = field(default_factory=list)


async def search(used: Profile, version: Version, base_url: str, guard: OutgoingGuard) -> Search:
    """Look at the places of the standard, then of the profile. Raises what keeps the whole host from answering."""
    options = Options(
        connect_timeout=5.0,
        read_timeout=10.0,
        answer_timeout=15.0,
        max_answer_bytes=4_000_000,
        certificates=used.edition(version).certificates,
    )
    async with Transport(options, guard=guard.naming(base_url)) as transport:
        looking = _Looking(transport, base_url)
        for address in discovery_urls(base_url):
            looking.weigh(_token_endpoint(await looking.ask("GET", address)))
        if version is Version.V1_2:
            await looking.read_description(used)
        for address in token_urls(used, version, base_url):
            if looking.goes_on and _refuses_as_a_token_endpoint(await looking.ask("POST", address)):
                looking.weigh(address)
    return looking.found


class _Looking:
    """A search under way."""

    def __init__(self, transport: Transport, base_url: str) -> None:
        self.found = Search()
        self._transport = transport
        self._base_url = base_url

    @property
    def goes_on(self) -> bool:
        """Whether there is still something to find, and a request left for it."""
        return not self.found.url and len(self.found.tried) < MOST

    async def ask(self, method: str, url: str) -> Answer | None:
        """Send one request without credentials; None where nothing usable came back."""
        if not self.goes_on:
            return None
        content = b"grant_type=client_credentials" if method == "POST" else None
        try:
            answer = await self._transport.exchange(method, url, headers=_FORM if content else {}, content=content)
        except (TlsFailure, Unreachable):
            raise
        except OneRosterError as error:
            self.found.tried.append(f"{method} {url}: {type(error).__name__}")
            return None
        self.found.tried.append(f"{method} {url}: {answer.status}")
        return answer

    async def read_description(self, used: Profile) -> None:
        """Read the discovery document of OneRoster 1.2, under either of its names."""
        if not self.goes_on:
            return
        described = roots(used, Version.V1_2, self._base_url)
        try:
            named = (await discover(self._transport, described)).token_url or ""
            said = "200"
        except (TlsFailure, Unreachable):
            raise
        except OneRosterError as error:
            named, said = "", str(error.status or type(error).__name__)
        place = described.url("rostering", "discovery/" + FILES["rostering"][0])
        self.found.tried.append(f"GET {place}: {said}")
        self.weigh(named)

    def weigh(self, named: str) -> None:
        """Use an address of the named host; remember one of another."""
        if not named or not self.goes_on:
            return
        ours, theirs = urlsplit(self._base_url), urlsplit(named)
        if (ours.scheme, ours.netloc.casefold()) == (theirs.scheme, theirs.netloc.casefold()):
            self.found.url = named
        else:
            self.found.elsewhere = self.found.elsewhere or named


def _object(answer: Answer | None) -> dict[str, Any]:
    if answer is None:
        return {}
    try:
        read = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


def _token_endpoint(answer: Answer | None) -> str:
    """The address in a document of RFC 8414 or OpenID Connect Discovery; "" where there is none."""
    named = _object(answer).get("token_endpoint") if answer and answer.status == 200 else None
    return named if isinstance(named, str) and named.startswith(("https://", "http://")) else ""


def _refuses_as_a_token_endpoint(answer: Answer | None) -> bool:
    return answer is not None and answer.status in (400, 401) and isinstance(_object(answer).get("error"), str)
