"""The guard on requests that leave: https only, no private addresses, secrets only to named hosts.

An admin names the addresses that classbridge asks, so each is refused unless it is a public one. Only the
operator's `allowed_hosts` opens plain http or a private address, host by host.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from typing import Literal
from urllib.parse import urlsplit

Reason = Literal["scheme", "host", "userinfo", "unresolved", "private", "not_named"]
_PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class AddressRefused(Exception):  # noqa: N818 - the sentence it starts
    """A request was not sent. `reason` says why: see `Reason`."""

    def __init__(self, host: str, reason: Reason) -> None:
        super().__init__(f"{host}: {reason}")
        self.host = host
        self.reason = reason


class OutgoingGuard:
    """Decides which addresses may be asked. `allowed_hosts` is the operator's list of `name` or `name:port`.

    A guard made by `naming` is one connection's: every request of it carries a secret, so only the hosts named
    there may be asked.
    """

    def __init__(self, allowed_hosts: Iterable[str] = ()) -> None:
        self._allowed = frozenset(host.casefold() for host in allowed_hosts)
        self._named: frozenset[tuple[str, int]] | None = None

    def naming(self, *urls: str, hosts: Iterable[str] = ()) -> "OutgoingGuard":
        """Return the guard of a connection whose admin named `urls` and whose profile lists `hosts`."""
        guard = OutgoingGuard(self._allowed)
        wanted = [url for url in urls if url] + [f"https://{host}" for host in hosts]
        guard._named = frozenset(self.check_form(url) for url in wanted)
        return guard

    async def __call__(self, url: str) -> None:
        """Raise AddressRefused unless every address of the URL's host may be asked."""
        host, port = self.check_form(url)
        if self._named is not None and (host, port) not in self._named:
            raise AddressRefused(host, "not_named")
        await self.addresses(host, port)

    def check_form(self, url: str) -> tuple[str, int]:
        """Raise AddressRefused for a scheme, host or user part that is never asked; return host and port."""
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").casefold(), parts.port or _PORTS.get(parts.scheme, 0)
        except ValueError:
            raise AddressRefused("", "host") from None
        if parts.username is not None or parts.password is not None:
            raise AddressRefused(host, "userinfo")
        if not host:
            raise AddressRefused(host, "host")
        if parts.scheme != "https" and not (parts.scheme == "http" and self.allows(host, port)):
            raise AddressRefused(host, "scheme")
        return host, port

    def allows(self, host: str, port: int) -> bool:
        """Whether the operator opened this host for plain http and private addresses."""
        shown = f"[{host}]" if ":" in host else host
        return bool(self._allowed & {host, shown, f"{shown}:{port}"})

    async def addresses(self, host: str, port: int) -> list[str]:
        """Return every address of a host; AddressRefused when one of them may not be asked."""
        try:
            answers = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise AddressRefused(host, "unresolved") from None
        found = list(dict.fromkeys(str(answer[4][0]) for answer in answers))
        if not found:
            raise AddressRefused(host, "unresolved")
        if not self.allows(host, port) and not all(map(is_public, found)):
            raise AddressRefused(host, "private")
        return found


def is_public(address: str) -> bool:
    """Whether an IP address is the open internet's: not private, loopback, link-local, shared or reserved."""
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(address.partition("%")[0])
    if ip in _NAT64:
        ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    elif isinstance(ip, ipaddress.IPv6Address):
        ip = ip.ipv4_mapped or ip.sixtofour or ip
    return ip.is_global and not ip.is_multicast
