import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from classbridge.oneroster.auth import BearerToken
from classbridge.oneroster.client import Client
from classbridge.oneroster.errors import (
    Forbidden,
    MalformedAnswer,
    NotFound,
    OneRosterError,
    RateLimited,
    Redirected,
    Rejected,
    ServerFailed,
    TimedOut,
    TlsFailure,
    Unreachable,
)
from classbridge.oneroster.failure import http_date
from classbridge.oneroster.models import Ref, Result, Version
from classbridge.oneroster.options import Exchange, Options
from classbridge.oneroster.roots import Roots
from tests.oneroster.conftest import Connect
from tests.oneroster.sis import Reply, Sis, Stage, served

RESULT = Result(sourced_id="r1", line_item=Ref(sourced_id="l"), student=Ref(sourced_id="u"), score_status="exempt")


def client_of(url: str, **settings: Any) -> Client:
    options = Options(**{"retries": 0, **settings})
    return Client(Roots.of(url, Version.V1_1), Version.V1_1, BearerToken("token-x"), options=options)


def once(reply: Reply, times: int = 1) -> Any:
    """Answer the first data requests with a fault."""
    left = [times]

    def fault(seen: Any) -> Reply | None:
        if seen.path == "/token" or not left[0]:
            return None
        left[0] -= 1
        return reply

    return fault


@pytest.fixture
def orgs(sis: Sis) -> Sis:
    sis.rows["/orgs"] = [{"sourcedId": "s1", "name": "School", "type": "school"}]
    return sis


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429, 408])
async def test_a_fault_in_passing_is_tried_again(orgs: Sis, connect: Connect, status: int) -> None:
    orgs.faults.append(once(Reply(status=status), 2))
    async with connect() as client:
        assert len((await client.orgs()).records) == 1
        assert client.requests == 4


@pytest.mark.parametrize(
    ("status", "expected", "tries"),
    [
        (500, ServerFailed, 3),
        (429, RateLimited, 3),
        (501, Rejected, 1),
        (400, Rejected, 1),
        (422, Rejected, 1),
        (409, Rejected, 1),
        (403, Forbidden, 1),
        (404, NotFound, 1),
    ],
)
async def test_each_status_has_its_error_and_its_tries(
    orgs: Sis, connect: Connect, status: int, expected: type[OneRosterError], tries: int
) -> None:
    body = {"imsx_codeMajor": "failure", "imsx_CodeMinor": "code", "imsx_description": "the server's words"}
    orgs.faults.append(once(Reply(status=status, body=body), 99))
    async with connect(retries=2) as client:
        with pytest.raises(OneRosterError) as caught:
            await client.put_result(RESULT)
    error = caught.value
    assert type(error) is expected
    assert (error.status, error.method, error.path) == (status, "PUT", "/results/r1")
    assert (error.code_minor, error.description) == ("code", "the server's words")
    assert "words" not in str(error)
    assert len(orgs.data()) == tries


async def test_q38_an_html_error_page_is_known_by_its_status_only(orgs: Sis, connect: Connect) -> None:
    page = Reply(status=502, body=b"<html>Bad gateway at 10.0.0.7</html>", headers={"content-type": "text/html"})
    orgs.faults.append(once(page, 9))
    async with connect(retries=0) as client:
        with pytest.raises(ServerFailed) as caught:
            await client.orgs()
    assert (caught.value.words, caught.value.infos) == ("", ())
    assert "10.0.0.7" not in repr(caught.value)


@pytest.mark.parametrize("seconds", ["0", "http-date"])
async def test_q39_retry_after_is_kept(orgs: Sis, connect: Connect, seconds: str) -> None:
    text = formatdate(time.time() + 1, usegmt=True) if seconds == "http-date" else seconds
    orgs.faults.append(once(Reply(status=429, headers={"Retry-After": text})))
    async with connect(backoff=50.0) as client:
        started = time.monotonic()
        assert len((await client.orgs()).records) == 1
    assert time.monotonic() - started < 3


async def test_q39_a_longer_retry_after_is_left_to_the_caller(orgs: Sis, connect: Connect) -> None:
    orgs.faults.append(once(Reply(status=429, headers={"Retry-After": "3600"})))
    async with connect(max_wait=1.0) as client:
        with pytest.raises(RateLimited) as caught:
            await client.orgs()
    assert caught.value.retry_after == 3600
    assert caught.value.transient


async def test_a_403_that_speaks_of_a_rate_limit_is_one(orgs: Sis, connect: Connect) -> None:
    orgs.faults.append(once(Reply(status=403, body={"message": "Forbidden: Rate Limit"})))
    async with connect() as client:
        assert len((await client.orgs()).records) == 1


async def test_q39_no_more_requests_run_at_once_than_allowed(orgs: Sis, connect: Connect) -> None:
    orgs.faults.append(once(Reply(body={"orgs": []}, delay=0.02), 99))
    async with connect(max_concurrency=2) as client:
        await asyncio.gather(*(client.orgs() for _ in range(6)))
    assert orgs.busiest == 2


async def test_requests_keep_their_distance(orgs: Sis, connect: Connect) -> None:
    async with connect(min_interval=0.03) as client:
        started = time.monotonic()
        await asyncio.gather(*(client.orgs() for _ in range(3)))
    assert time.monotonic() - started >= 0.09


async def test_a_slow_answer_times_out(orgs: Sis, connect: Connect) -> None:
    orgs.faults.append(once(Reply(delay=0.3), 9))
    for settings in ({"read_timeout": 0.05}, {"answer_timeout": 0.05}):
        async with connect(retries=0, **settings) as client:
            with pytest.raises(TimedOut) as caught:
                await client.orgs()
        assert caught.value.transient


async def test_an_answer_that_is_too_large_is_not_read_to_its_end(orgs: Sis, connect: Connect) -> None:
    orgs.faults.append(once(Reply(body=b'{"orgs":[' + b" " * 100_000 + b"]}")))
    async with connect(max_answer_bytes=10_000) as client:
        with pytest.raises(MalformedAnswer):
            await client.orgs()


@pytest.mark.parametrize("target", ["https://elsewhere.example/orgs?token=x", "/orgs/"])
async def test_a_redirect_is_never_followed(orgs: Sis, connect: Connect, target: str) -> None:
    orgs.faults.append(once(Reply(status=302, headers={"Location": target})))
    async with connect() as client:
        with pytest.raises(Redirected) as caught:
            await client.orgs()
    assert ("elsewhere.example" in str(caught.value)) is target.startswith("https")
    assert "token=x" not in str(caught.value)
    assert len(orgs.data()) == 1


async def test_the_guard_sees_every_address_first(orgs: Sis, connect: Connect, stage: Stage) -> None:
    class NotAllowedError(Exception):
        pass

    urls = []

    def guard(url: str) -> None:
        urls.append(url.partition("?")[0])
        if url.endswith("/r1"):
            raise NotAllowedError

    async with connect(guard=guard) as client:
        await client.orgs()
        with pytest.raises(NotAllowedError):
            await client.put_result(RESULT)
    assert urls == [f"{stage.url}{path}" for path in ("/token", "/orgs", "/results/r1")]
    assert orgs.paths == ["/token", "/orgs"]


async def test_the_hook_hears_of_each_request_without_query_or_body(orgs: Sis, connect: Connect) -> None:
    heard: list[Exchange] = []
    orgs.faults.append(once(Reply(status=500)))
    async with connect(on_exchange=heard.append) as client:
        await client.orgs()
    assert [(each.method, each.path, each.status) for each in heard] == [
        ("POST", "/token", 200),
        ("GET", "/orgs", 500),
        ("GET", "/orgs", 200),
    ]
    assert all(each.milliseconds > 0 for each in heard)


async def test_nothing_listening_is_unreachable() -> None:
    heard: list[Exchange] = []
    async with client_of("http://127.0.0.1:1") as client:
        client.session.transport._on_exchange = heard.append
        with pytest.raises(Unreachable) as caught:
            await client.orgs()
    assert type(caught.value) is Unreachable
    assert caught.value.detail == "nothing answers at that address"
    assert [(each.status, each.error) for each in heard] == [(None, "Unreachable")]


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"orgs\":[",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{\"orgs\":[\r\n",
    ],
)  # fmt: skip
async def test_a_cut_connection_is_unreachable_and_tried_again(sent: bytes) -> None:
    calls = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        calls.append(1)
        writer.write(sent)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, client_of(f"http://127.0.0.1:{port}", retries=1, backoff=0.001) as client:
        with pytest.raises(Unreachable):
            await client.orgs()
    assert len(calls) == 2


async def test_a_body_that_is_not_what_its_header_says_is_malformed(orgs: Sis, connect: Connect) -> None:
    orgs.faults.append(once(Reply(body=b"not gzip", headers={"Content-Encoding": "gzip"})))
    async with connect() as client:
        with pytest.raises(MalformedAnswer):
            await client.orgs()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Make a certificate of 127.0.0.1 that nobody signed."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sis.example")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(built.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def tls_url(certificate: tuple[Path, Path]) -> Iterator[str]:
    sis = Sis()
    sis.rows["/orgs"] = []
    with served(sis, ssl_certfile=str(certificate[0]), ssl_keyfile=str(certificate[1])) as url:
        yield url


async def test_a_certificate_that_nobody_signed_is_a_tls_failure(tls_url: str) -> None:
    async with client_of(tls_url, retries=2) as client:
        with pytest.raises(TlsFailure) as caught:
            await client.orgs()
        assert client.requests == 1
    assert "certificate" in caught.value.detail
    assert not caught.value.transient


async def test_an_extra_certificate_of_the_districts_own_is_trusted(
    tls_url: str, certificate: tuple[Path, Path]
) -> None:
    async with client_of(tls_url, ca_file=str(certificate[0])) as client:
        assert (await client.orgs()).records == []


@pytest.mark.parametrize("text", ["", "soon", "Mon, 99 Foo 2026"])
def test_a_date_that_is_none_is_not_guessed(text: str) -> None:
    assert http_date(text) is None
