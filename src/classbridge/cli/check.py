"""`classbridge check`: a report card of any OneRoster server, in the terminal, as JSON and as HTML."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from classbridge.cli import house
from classbridge.cli.house import say
from classbridge.oneroster.conformance import Limits, Report, Server, check, group_title, names
from classbridge.oneroster.conformance.outcome import CheckResult
from classbridge.oneroster.conformance.registry import LANGUAGES
from classbridge.oneroster.errors import Unreachable
from classbridge.oneroster.models import Version
from classbridge.oneroster.options import Guard
from classbridge.sis.address import AddressError, clean, normalise
from classbridge.sis.outgoing import AddressRefused, OutgoingGuard
from classbridge.sis.registry import profile

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_VENDOR = "generic"


@click.command("check")
@click.option("--base-url", required=True, help="The server's address; any depth will do.")
@click.option("--token-url", default="", help="Where tokens are given (OAuth 2).")
@click.option("--client-id", required=True, help="The access key.")
@click.option(
    "--client-secret", default="", envvar="SIS_SECRET", help="The secret; - reads standard input's first line."
)
@click.option("--client-secret-env", metavar="NAME", help="The environment variable that holds the secret.")
@click.option(
    "--version",
    "version",
    type=click.Choice([one.value for one in Version]),
    help="Default: the address's, or 1.2.",
)
@click.option("--auth", type=click.Choice(["oauth2", "oauth1"]), default="oauth2", show_default=True)
@click.option(
    "--placement",
    type=click.Choice(["basic", "basic_raw", "body"]),
    default="basic",
    show_default=True,
    help="Where OAuth 2 puts key and secret; Google's consumer puts them in the Basic header.",
)
@click.option("--teacher-email", default="", help="A teacher with an active class; default: one that is found.")
@click.option("--header", "headers", multiple=True, metavar="NAME=VALUE", help="A further header for the API.")
@click.option(
    "--header-env", "header_names", multiple=True, metavar="NAME=VARIABLE", help="The same from the environment."
)
@click.option("--ca-file", type=click.Path(exists=True, dir_okay=False), help="A further certificate to trust.")
@click.option("--plain-http", is_flag=True, help="Allow http to a host that is not this machine.")
@click.option("--only", multiple=True, metavar="NAME", help="Only this check or group; may be repeated.")
@click.option("--write", is_flag=True, help="Also make a line item and a result, and delete both again.")
@click.option("--yes", is_flag=True, help="Consent to --write without being asked.")
@click.option("--pause", type=click.FloatRange(0, 10), default=0, help="Seconds between two requests.")
@click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    default="en",
    show_default=True,
    help="Of titles and of the HTML card.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option(
    "--html", "html_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the card to a file."
)
def check_command(
    base_url: str,
    token_url: str,
    version: str | None,
    auth: str,
    headers: Sequence[str],
    header_names: Sequence[str],
    plain_http: bool,
    only: tuple[str, ...],
    write: bool,
    yes: bool,
    pause: float,
    as_json: bool,
    html_file: Path | None,
    language: str,
    **options: Any,
) -> None:
    """Check a OneRoster server: Google's steps, certification's reads, and the quirks that break rosters.

    At most 500 requests, one at a time, and 15 minutes. Nothing is written without --write. Exit code 0 means
    that nothing failed.
    """
    base_url, spoken = _address(base_url, Version(version) if version else None)
    token_url = _token_url(token_url, auth, spoken)
    server = Server(
        base_url=base_url,
        version=spoken,
        token_url=token_url,
        client_id=options["client_id"],
        client_secret=_secret(options["client_secret"], options["client_secret_env"]),
        auth=auth,
        placement=options["placement"],
        teacher_email=options["teacher_email"],
        headers={**_pairs(headers), **_from_environment(header_names)},
        guard=_guard(base_url, token_url, plain_http=plain_http),
        ca_file=options["ca_file"],
    )
    _known(only, spoken, write=write)
    if write:
        _consent(server, yes=yes)
    report = _run(server, only, write=write, limits=Limits(interval=pause), language=language)
    _tell(report, language, as_json=as_json, html_file=html_file)
    sys.exit(0 if report.ok else 1)


def _address(pasted: str, version: Version | None) -> tuple[str, Version]:
    """The base URL at its right depth, and the version that was chosen or that the address names."""
    try:
        found = normalise(profile(_VENDOR), version or Version.V1_2, pasted)
        chosen = version or found.version_seen or Version.V1_2
        base_url = normalise(profile(_VENDOR), chosen, pasted).base_url
    except AddressError as error:
        raise click.BadParameter(f"{error}. Example: {error.example}", param_hint="--base-url") from None
    if base_url != pasted:
        say(f"Address: {base_url}")
    return base_url, chosen


def _token_url(pasted: str, auth: str, version: Version) -> str:
    if auth == "oauth1":
        if version is not Version.V1_1:
            raise click.UsageError("OAuth 1.0a belongs to OneRoster 1.1; 1.2 uses OAuth 2.")
        return ""
    if not pasted:
        raise click.UsageError("OAuth 2 needs --token-url.")
    try:
        return clean(pasted)
    except AddressError as error:
        raise click.BadParameter(str(error), param_hint="--token-url") from None


def _secret(given: str, variable: str | None) -> str:
    if variable:
        given = _variable(variable)
    elif given == "-":
        given = sys.stdin.readline().strip()
    if not given and sys.stdin.isatty():
        given = click.prompt("Secret (not shown)", hide_input=True, err=True)
    if not given:
        raise click.UsageError("There is no secret: use --client-secret-env, SIS_SECRET or --client-secret -.")
    return given


def _variable(name: str) -> str:
    if name not in os.environ:
        raise click.UsageError(f"The environment has no {name}.")
    return os.environ[name]


def _pairs(given: Sequence[str]) -> dict[str, str]:
    pairs = [one.partition("=") for one in given]
    if not all(name.strip() and sign for name, sign, _ in pairs):
        raise click.UsageError("A header is written NAME=VALUE.")
    return {name.strip(): value for name, _, value in pairs}


def _from_environment(given: Sequence[str]) -> dict[str, str]:
    return {name: _variable(variable) for name, variable in _pairs(given).items()}


def _guard(base_url: str, token_url: str, *, plain_http: bool) -> Guard:
    """Ask only the hosts that were named; whoever runs this named them, so they may be private."""
    addresses = [one for one in (base_url, token_url) if one]
    hosts = [urlsplit(one) for one in addresses]
    plain = [parts.hostname for parts in hosts if parts.scheme == "http" and parts.hostname not in _LOOPBACK]
    if plain and not plain_http:
        raise click.UsageError(f"http to {plain[0]} would show the secret to others; --plain-http allows it.")
    try:
        named = OutgoingGuard(parts.hostname or "" for parts in hosts).naming(*addresses)
    except AddressRefused as error:
        raise click.UsageError(f"This address is never asked: {error}") from None

    async def guard(url: str) -> None:
        try:
            await named(url)
        except AddressRefused as error:
            raise Unreachable(error.reason) from None

    return guard


def _known(only: Sequence[str], version: Version, *, write: bool) -> None:
    every = names(version, write=write)
    groups = {name.partition(".")[0] for name in every}
    for one in only:
        if one not in every and one not in groups:
            raise click.UsageError(f"There is no check {one!r}. Groups: {', '.join(sorted(groups))}.")


def _consent(server: Server, *, yes: bool) -> None:
    """Say what will be written and where, and ask; the loopback of this machine needs no second word."""
    whose = "the teacher you named" if server.teacher_email else "a teacher"
    say(
        f"--write makes one line item in a class of {whose} and one result of a student in it, changes both,\n"
        f"and deletes both again. Only these two records are touched. Server: {server.base_url}"
    )
    if yes or urlsplit(server.base_url).hostname in _LOOPBACK:
        return
    try:
        click.confirm("Write there?", abort=True, err=True)
    except click.Abort:
        raise click.UsageError("Nothing was written. --yes consents without being asked.") from None


def _run(server: Server, only: Sequence[str], *, write: bool, limits: Limits, language: str) -> Report:
    group = ""

    def progress(result: CheckResult) -> None:
        nonlocal group
        if result.group != group:
            group = result.group
            say(f"{group_title(group, language)} …")

    async def run() -> Report:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, _stop, asyncio.current_task())
        return await check(server, only=only, write=write, limits=limits, progress=progress, language=language)

    try:
        return asyncio.run(run())
    except (KeyboardInterrupt, asyncio.CancelledError):
        say("Stopped." + (" What was made has been deleted again." if write else ""))
        sys.exit(1)


def _stop(task: "asyncio.Task[Any] | None") -> None:
    if task:
        task.cancel()


def _tell(report: Report, language: str, *, as_json: bool, html_file: Path | None) -> None:
    from classbridge.cli.report_card import show
    from classbridge.oneroster.conformance import card

    if html_file:
        html_file.write_text(card.html(report, language), "utf-8")
        say(f"The card is in {html_file}.")
    if as_json:
        house.answer(card.plain(report), as_json=True, text="")
    else:
        show(report, language)
