"""No address of a private network, no plain http and no unnamed host is ever asked."""

import pytest

from classbridge.sis.outgoing import AddressRefused, OutgoingGuard, is_public


async def _reason(guard: OutgoingGuard, url: str) -> str:
    try:
        await guard(url)
    except AddressRefused as refused:
        return refused.reason
    return "asked"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",  # noqa: S104 - the address is the case
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
        "198.18.0.1",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
    ],
)
def test_private_loopback_link_local_and_metadata_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_the_open_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://8.8.8.8/x", "scheme"),
        ("ftp://8.8.8.8/x", "scheme"),
        ("file:///etc/passwd", "host"),
        ("https:///x", "host"),
        ("https://[::1", "host"),
        ("https://8.8.8.8:99999/", "host"),
        ("https://user:word@8.8.8.8/", "userinfo"),
        ("https://127.0.0.1/", "private"),
        ("https://2130706433/", "private"),
        ("https://0x7f.1/", "private"),
        ("https://localhost/", "private"),
        ("https://[::1]:8443/", "private"),
        ("https://169.254.169.254/latest/meta-data", "private"),
        ("https://no-such-host.invalid/", "unresolved"),
        ("https://8.8.8.8/x", "asked"),
    ],
)
async def test_only_public_https_addresses_are_asked(url: str, reason: str) -> None:
    assert await _reason(OutgoingGuard(), url) == reason


async def test_a_host_with_one_private_address_among_public_ones_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = [(2, 1, 6, "", ("8.8.8.8", 443)), (2, 1, 6, "", ("10.0.0.1", 443))]

    async def resolved(*_: object, **__: object) -> list[object]:
        return list(answers)

    monkeypatch.setattr("asyncio.BaseEventLoop.getaddrinfo", resolved)
    assert await _reason(OutgoingGuard(), "https://sis.example.org/") == "private"
    answers.pop()
    assert await _reason(OutgoingGuard(), "https://sis.example.org/") == "asked"


@pytest.mark.parametrize(
    ("allowed", "url", "reason"),
    [
        ("127.0.0.1:8400", "http://127.0.0.1:8400/x", "asked"),
        ("127.0.0.1:8400", "http://127.0.0.1:8401/x", "scheme"),
        ("127.0.0.1:8400", "https://127.0.0.1:8401/x", "private"),
        ("127.0.0.1", "http://127.0.0.1:8401/x", "asked"),
        ("LOCALHOST", "http://localhost:8401/x", "asked"),
        ("localhost", "http://127.0.0.1:8401/x", "scheme"),
        ("[::1]:8400", "http://[::1]:8400/x", "asked"),
        ("127.0.0.1:443", "https://127.0.0.1/", "asked"),
        ("127.0.0.1:80", "http://127.0.0.1/", "asked"),
        ("127.0.0.1", "ftp://127.0.0.1/", "scheme"),
    ],
)
async def test_the_operator_opens_plain_http_and_private_addresses_host_by_host(
    allowed: str, url: str, reason: str
) -> None:
    assert await _reason(OutgoingGuard([allowed]), url) == reason


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://8.8.8.8/ims/oneroster", "asked"),
        ("https://8.8.8.8:443/other", "asked"),
        ("https://8.8.8.8:8443/", "not_named"),
        ("https://1.1.1.1:9443/token", "asked"),
        ("https://1.1.1.1/token", "not_named"),
        ("https://9.9.9.9/token", "asked"),
        ("https://8.8.4.4/", "not_named"),
    ],
)
async def test_a_connection_s_secret_goes_only_to_the_hosts_that_were_named(url: str, reason: str) -> None:
    guard = OutgoingGuard().naming("https://8.8.8.8/ims", "https://1.1.1.1:9443/t", "", hosts=["9.9.9.9"])
    assert await _reason(guard, url) == reason


async def test_naming_a_host_does_not_open_a_private_one() -> None:
    with pytest.raises(AddressRefused):
        OutgoingGuard().naming("http://127.0.0.1:8400/")
    assert await _reason(OutgoingGuard().naming("https://10.0.0.1/"), "https://10.0.0.1/") == "private"


async def test_a_refusal_names_the_host_and_nothing_else_of_the_address() -> None:
    with pytest.raises(AddressRefused) as caught:
        await OutgoingGuard()("https://user:word@sis.example.org/path?key=secret")
    assert caught.value.host == "sis.example.org"
    assert str(caught.value) == "sis.example.org: userinfo"
