"""A sound server passes, in both versions, and keeps nothing of the check."""

import asyncio
import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import msgspec
import pytest

from classbridge.oneroster.conformance import Limits, Report, Server, card, check, names
from classbridge.oneroster.conformance.catalogue import CHECKS, WRITES
from classbridge.oneroster.conformance.registry import LANGUAGES, group_title, words
from classbridge.oneroster.models import Version
from classbridge.oneroster.provider import (
    Bearer,
    Client,
    OAuth1,
    OAuth1Verifier,
    Options,
    SqlSource,
    TokenRules,
    TokenService,
    create_app,
    sqlite_engine,
    table,
    token_app,
)
from classbridge.sandbox.loopback import Loopback, listening, origin
from classbridge.sandbox.sis import SisServer
from tests.conformance.conftest import DISTRICT, failed, records, run, server_of

VERSIONS = pytest.mark.parametrize("version", Version)


@pytest.fixture(scope="module")
def reports(servers: dict[Version, SisServer]) -> dict[Version, Report]:
    """A whole run of each version, writing too."""
    return {version: run(server_of(sis), write=True) for version, sis in servers.items()}


@VERSIONS
def test_the_sandbox_passes_every_check_that_applies_to_it(
    reports: dict[Version, Report], version: Version
) -> None:
    report = reports[version]
    assert failed(report) == {}
    assert report.ok
    assert [one.name for one in report.checks] == names(version, write=True)
    assert report.count("pass") > 120
    offered = {one.name for one in report.checks if one.outcome == "pass"}
    assert offered >= {name for name in names(version, write=True) if name.startswith(("google.", "write."))}
    assert sum(report.count(outcome) for outcome in ("pass", "fail", "not_offered")) == len(report.checks)


@VERSIONS
def test_a_run_stays_within_its_limit_and_tells_what_it_cost(
    reports: dict[Version, Report], version: Version
) -> None:
    report = reports[version]
    assert 150 < report.calls < 400
    assert report.seconds > 0
    assert all((one.latency_ms is not None) for one in report.checks if one.calls)


@VERSIONS
def test_writing_leaves_the_gradebook_as_it_was(well: dict[Version, SisServer], version: Version) -> None:
    source = well[version].source
    before = source.state()
    report = run(server_of(well[version]), ["write"], write=True)
    after = source.state()
    assert report.wrote
    assert report.left_behind == ()
    assert (after["line_items"], after["results"]) == (before["line_items"], before["results"])
    assert after["writes"]["put_line_item"] == before["writes"]["put_line_item"] + 2


@VERSIONS
def test_no_detail_holds_a_value_of_a_person_or_a_secret(
    servers: dict[Version, SisServer], reports: dict[Version, Report], version: Version
) -> None:
    text = msgspec.json.encode(reports[version]).decode()
    info = servers[version].info()
    hidden = {info["client_secret"], info["client_id"], info["teacher_email"]}
    for record in records():
        for member in ("email", "given_name", "family_name"):
            value = getattr(record, member, None)
            if value and len(value) > 3:
                hidden.add(f" {value}")
        hidden.add(f'"{record.sourced_id}"')
    assert [value for value in hidden if value in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_check_has_a_title_a_heading_and_what_a_user_would_notice(language: str) -> None:
    for one in (*CHECKS, *WRITES):
        said = words(one, language)
        assert said.title, one.name
        assert said.notice.endswith("."), one.name
        assert "{" not in said.title + said.notice, one.name
        assert group_title(one.group, language)


class Bare(Loopback):
    """Our provider by itself, without a sandbox around it."""

    def __init__(self, folder: Path, version: Version) -> None:
        self.socket, self.token_socket = listening(0), listening(0)
        scopes = frozenset(scope for operation in table(version) for scope in operation.scopes)
        tokens = TokenService([Client(id="key", secret="a secret/with: signs")], TokenRules(scopes=scopes))
        source = SqlSource(sqlite_engine(folder / "bare.sqlite"), {version: self.base_url(version)})
        source.load(records())
        options = Options(put_update_status=200)
        api = create_app(source, versions=[version], auth=Bearer(tokens), options=options)
        super().__init__("bare", [api, token_app(tokens)], [self.socket, self.token_socket])

    def base_url(self, version: Version) -> str:
        return f"{origin(self.socket)}/ims/oneroster{'/v1p1' if version is Version.V1_1 else ''}"


@pytest.fixture
def bare(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Server]:
    version: Version = request.param
    with Bare(tmp_path, version).run() as served:
        yield Server(
            base_url=served.base_url(version),
            version=version,
            token_url=f"{origin(served.token_socket)}/token",
            client_id="key",
            client_secret="a secret/with: signs",
            teacher_email=DISTRICT.teacher_email,
        )


@pytest.mark.parametrize("bare", Version, indirect=True)
def test_our_provider_by_itself_passes_too(bare: Server) -> None:
    report = run(bare, write=True)
    assert failed(report) == {}
    assert report.count("pass") > 120


@pytest.fixture
def signed(tmp_path: Path) -> Iterator[Server]:
    """A 1.1 server that takes OAuth 1.0a only."""
    listener = listening(0)
    base_url = f"{origin(listener)}/ims/oneroster/v1p1"
    source = SqlSource(sqlite_engine(tmp_path / "signed.sqlite"), {Version.V1_1: base_url})
    source.load(records())
    auth = OAuth1(OAuth1Verifier({"key": "a secret"}))
    with Loopback("signed", [create_app(source, versions=[Version.V1_1], auth=auth)], [listener]).run():
        yield Server(
            base_url=base_url, version=Version.V1_1, client_id="key", client_secret="a secret", auth="oauth1"
        )


def test_a_server_that_takes_oauth_1_passes_and_a_teacher_is_found_without_being_named(signed: Server) -> None:
    report = run(signed, write=True)
    assert failed(report) == {}
    outcomes = {one.name: one.outcome for one in report.checks}
    assert outcomes["access.token"] == "not_offered"
    assert outcomes["access.wrong-token"] == "pass"
    assert outcomes["write.exempt"] == "pass"


def test_a_run_ends_at_its_limit_of_requests_and_still_deletes_what_it_made(
    well: dict[Version, SisServer],
) -> None:
    sis = well[Version.V1_2]
    before = sis.source.state()
    report = run(server_of(sis), ["write"], write=True, limits=Limits(calls=22))
    assert report.calls <= 22 + 6
    assert [one.details for one in report.checks][
        -1
    ] == "Not tried: the run's limit of requests or time is reached."
    after = sis.source.state()
    assert report.wrote
    assert report.left_behind == ()
    assert (after["line_items"], after["results"]) == (before["line_items"], before["results"])


def test_what_cannot_be_deleted_is_named(well: dict[Version, SisServer]) -> None:
    sis = well[Version.V1_2]
    for fault in ("keep-deleted-results", "keep-deleted-line-items"):
        sis.board.switch_on(fault)
    report = run(server_of(sis), ["write"], write=True)
    sis.board.switch_off()
    assert [path.rsplit("/", 1)[0] for path in report.left_behind] == ["/results", "/lineItems"]
    for path in report.left_behind:
        _, name, sourced_id = path.split("/")
        assert sis.source.delete({"results": "result", "lineItems": "lineItem"}[name], sourced_id)


def test_a_failure_that_no_chosen_check_shows_still_counts(well: dict[Version, SisServer]) -> None:
    sis = well[Version.V1_2]
    sis.board.switch_on("twin-teachers")
    assert "google.categories" in failed(run(server_of(sis), ["google.categories"]))


def test_both_languages_say_the_same_things_with_the_same_places() -> None:
    def shape(language: str) -> dict[str, object]:
        found = tomllib.loads(
            files("classbridge.oneroster.conformance").joinpath(f"texts.{language}.toml").read_text("utf-8")
        )
        return {
            f"{group}.{key}": sorted(re.findall(r"\{\w+\}", str(said)))
            for group, texts in found.items()
            for key, said in texts.items()
        }

    assert shape("sv") == shape("en")


def test_the_card_can_be_in_swedish(well: dict[Version, SisServer]) -> None:
    server = server_of(well[Version.V1_2])
    report = asyncio.run(check(server, only=["access"], language="sv"))
    page = card.html(report, "sv")
    assert '<html lang="sv">' in page
    assert "Inloggning och överföring" in page
    assert "Nyckel och hemlighet ger en åtkomsttoken" in page
    assert "passed" not in page
