"""The guard on requests that leave: https only, no private addresses, secrets only to named hosts.

An admin names the addresses that classbridge asks, so each is refused unless it is a public one. Only the
operator's `allowed_hosts` opens plain http or a private address, host by host.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from typing import Any, Literal
from urllib.parse import urlsplit

import httpcore2
import httpx2

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
    """Decides which addresses may be asked, and which may be sent a secret.

    `allowed_hosts` is the operator's list of `name` or `name:port`; `secret_hosts` are the hosts (`name` or
    `name:port`) that the admin named or the profile lists.
    """

    def __init__(self, allowed_hosts: Iterable[str] = (), *, secret_hosts: Iterable[str] = ()) -> None:
        self._allowed = frozenset(host.casefold() for host in allowed_hosts)
        self._secret_hosts = frozenset(host.casefold() for host in secret_hosts)

    def naming(self, *urls: str, hosts: Iterable[str] = ()) -> "OutgoingGuard":
        """Return a guard of one connection: secrets go only to the hosts of these URLs and to `hosts`."""
        named = {urlsplit(url).netloc for url in urls if url} | set(hosts)
        return OutgoingGuard(self._allowed, secret_hosts=self._secret_hosts | named)

    async def __call__(self, url: str) -> None:
        """Raise AddressRefused unless every address of the URL's host may be asked."""
        host, port = self.check_form(url)
        await self.addresses(host, port)

    def check_form(self, url: str) -> tuple[str, int]:
        """Raise AddressRefused for a scheme, host or user part that is never asked; return host and port."""
        parts = urlsplit(url)
        try:
            host, port = (parts.hostname or "").casefold(), parts.port or _PORTS.get(parts.scheme, 0)
        except ValueError:
            raise AddressRefused(parts.netloc, "host") from None
        if not host:
            raise AddressRefused(url.partition("?")[0], "host")
        if parts.username is not None or parts.password is not None:
            raise AddressRefused(host, "userinfo")
        if parts.scheme != "https" and not (parts.scheme == "http" and self.allows(host, port)):
            raise AddressRefused(host, "scheme")
        return host, port

    def check_secret(self, url: str) -> None:
        """Raise AddressRefused unless the URL's host was named by the admin or is listed by the profile."""
        host, port = self.check_form(url)
        shown = f"[{host}]" if ":" in host else host
        if not self._secret_hosts & {host, shown, f"{shown}:{port}"}:
            raise AddressRefused(host, "not_named")

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

    def transport(self, **options: Any) -> httpx2.AsyncHTTPTransport:
        """Return a transport that connects to checked addresses only.

        The name is resolved once, checked, and the connection goes to what was checked, so that a name which
        changes its answer in between gains nothing. `options` are httpx2's.
        """
        transport = httpx2.AsyncHTTPTransport(trust_env=False, **options)
        # httpx2 hands no backend on to httpcore2's pool, whose parameter this is.
        transport._pool._network_backend = _CheckedBackend(self)
        return transport


class _CheckedBackend(httpcore2.AsyncNetworkBackend):
    """Opens connections to the addresses that the guard has seen."""

    def __init__(self, guard: OutgoingGuard) -> None:
        self._guard = guard
        self._backend = httpcore2.AnyIOBackend()

    async def connect_tcp(self, host: str, port: int, *rest: Any, **more: Any) -> httpcore2.AsyncNetworkStream:
        failure: Exception | None = None
        for address in await self._guard.addresses(host.casefold(), port):
            try:
                return await self._backend.connect_tcp(address, port, *rest, **more)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore2.ConnectError(host)

    async def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore2.AsyncNetworkStream:
        raise AddressRefused("unix socket", "scheme")

    async def sleep(self, seconds: float) -> None:
        await self._backend.sleep(seconds)


def is_public(address: str) -> bool:
    """Whether an IP address is the open internet's: not private, loopback, link-local, shared or reserved."""
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(address.partition("%")[0])
    if ip in _NAT64:
        ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    elif isinstance(ip, ipaddress.IPv6Address):
        ip = ip.ipv4_mapped or ip.sixtofour or ip
    return ip.is_global and not ip.is_multicast
