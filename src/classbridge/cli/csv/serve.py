"""A CSV package served as OneRoster REST."""

import os
import secrets
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
from litestar.types import ASGIApp, Receive, Scope, Send

from classbridge.cli import house
from classbridge.cli.csv.opening import NewPath, Progress, opened, package_path, words_of
from classbridge.oneroster.csv.check import check
from classbridge.oneroster.csv.completion import completed
from classbridge.oneroster.csv.loss import KINDS, Loss, Tally
from classbridge.oneroster.csv.records import records
from classbridge.oneroster.csv.sheet import file_of
from classbridge.oneroster.models import Record, Version
from classbridge.oneroster.provider import (
    Anyone,
    Bearer,
    Client,
    SqlSource,
    TokenRules,
    TokenService,
    create_app,
    sqlite_engine,
    table,
    token_app,
)

_EVERY = 50_000
_TOKEN = "/token"  # noqa: S105 - a path
_PATHS = {Version.V1_1: "/ims/oneroster/v1p1", Version.V1_2: "/ims/oneroster"}


@click.command("serve")
@package_path
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The port; default: a free one.")
@click.option("--url", help="Scheme, host and port that clients use, where a proxy stands in front.")
@click.option(
    "--version",
    "versions",
    multiple=True,
    type=click.Choice([str(one) for one in Version]),
    help="Serve only this OneRoster version; default: both, whatever the package's own is.",
)
@click.option(
    "--database",
    type=NewPath(),
    help="Keep the records in this SQLite file, which must not exist yet; default: a temporary one.",
)
@click.option("--lenient", is_flag=True, help="Serve a package with errors; leave out and list unreadable rows.")
@click.option("--anyone", is_flag=True, help="Ask for no credentials; only on loopback.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def serve_command(
    path: Path,
    host: str,
    port: int,
    url: str | None,
    versions: tuple[str, ...],
    database: Path | None,
    lenient: bool,
    anyone: bool,
    as_json: bool,
) -> None:
    """Serve the package at PATH as OneRoster REST 1.1 and 1.2 until Ctrl-C.

    The package is checked first and refused when it has errors. Addresses and credentials go to standard output
    when it answers; the credentials are new each time. Grades that clients write stay in the database alone.
    """
    if anyone and not _is_loopback(host):
        raise click.UsageError("--anyone is for loopback addresses only.")
    if not lenient:
        _must_be_sound(path)
    served = [Version(one) for one in versions] or list(Version)
    with _tidy_on_sigterm(), ExitStack() as stack:
        listener = house.listening(host, port)
        stack.callback(listener.close)
        base = (url or f"http://{_in_url(host)}:{listener.getsockname()[1]}").rstrip("/")
        roots = {version: base + _PATHS[version] for version in served}
        losses = Tally()
        with _loaded(path, database, roots, losses, lenient) as (source, count):
            client = Client(id=secrets.token_urlsafe(12), secret=secrets.token_urlsafe(24))
            application = _application(source, served, None if anyone else client)
            listener.listen()  # from here on a client waits instead of being turned away
            stack.enter_context(house.serving(application, listener))
            told = {**_addresses(roots, base, None if anyone else client), "records": count}
            text = "\n".join(f"{name}: {value}" for name, value in _flat(told))
            house.answer({**told, "left_out": _left_out(losses)}, as_json=as_json, text=text)
            house.say("Stop with Ctrl-C.")
            house.wait_for_ctrl_c()


@contextmanager
def _tidy_on_sigterm() -> Iterator[None]:
    """The temporary database holds people: it must go away on SIGTERM too."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _must_be_sound(path: Path) -> None:
    house.say("Checking the package")
    report = check(path, progress=Progress())
    if report.errors:
        house.say("\n".join(words_of(one) for one in report.findings if one.severity == "error"))
        raise click.ClickException(
            f"The package has {report.errors:,} errors and is not served. `classbridge csv check` lists them; "
            "`--lenient` serves what can be read."
        )


@contextmanager
def _loaded(
    path: Path, database: Path | None, roots: dict[Version, str], losses: Tally, lenient: bool
) -> Iterator[tuple[SqlSource, int]]:
    """The package's records in a database. One with a name appears under it only when it is complete."""
    with TemporaryDirectory(prefix="classbridge-csv-") as folder:
        file = Path(folder) / "district.sqlite"
        draft = database.with_name(f".{database.name}.{os.getpid()}.part") if database else file
        try:
            count = _load(path, draft, roots, losses, lenient)
            if database:
                draft.rename(database)
        finally:
            if database:
                draft.unlink(missing_ok=True)
        source = SqlSource(sqlite_engine(database or file), roots)
        try:
            yield source, count
        finally:
            source.close()


def _load(path: Path, file: Path, roots: dict[Version, str], losses: Tally, lenient: bool) -> int:
    source = SqlSource(sqlite_engine(file), roots)
    try:
        with opened(path) as package:
            found = completed(records(package, losses), datetime.now(UTC))
            count = source.load(_counted(_once(found, losses) if lenient else found))
    finally:
        source.close()
    for one in losses.counts:
        example = one.examples[0]
        place = f"line {example.line}" if example.line else example.sourced_id
        why = example.why or KINDS[one.kind]
        house.say(f"{one.file}.csv, {one.column or 'rows'}: {one.count:,}. {why} First: {place}")
    if losses.of("unreadable") and not lenient:
        raise click.ClickException("Rows of the package cannot be read; `--lenient` leaves them out.")
    return count


def _once(found: Iterable[Record], losses: Tally) -> Iterator[Record]:
    """Each record's first appearance; costs a number in memory for each record."""
    seen: set[int] = set()
    for record in found:
        key = hash((type(record), record.sourced_id))
        if key in seen:
            file, why = file_of(record), "The sourcedId is there twice; the first row counts."
            losses(Loss(kind="unreadable", file=file, sourced_id=record.sourced_id, why=why))
        else:
            seen.add(key)
            yield record


def _counted(found: Iterable[Record]) -> Iterator[Record]:
    for number, record in enumerate(found, 1):
        if number % _EVERY == 0:
            house.say(f"{number:,} records loaded")
        yield record


def _application(source: SqlSource, versions: list[Version], client: Client | None) -> ASGIApp:
    """The provider, and the token endpoint beside it. Without a client anyone may call."""
    if client is None:
        return create_app(source, versions=versions, auth=Anyone())
    offered = frozenset(scope for version in versions for one in table(version) for scope in one.scopes)
    tokens = TokenService([client], TokenRules(scopes=offered))
    provider = create_app(source, versions=versions, auth=Bearer(tokens))
    issuing = token_app(tokens, _TOKEN)

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        await (issuing if scope.get("path") == _TOKEN else provider)(scope, receive, send)

    return application


def _addresses(roots: dict[Version, str], base: str, client: Client | None) -> dict[str, Any]:
    told: dict[str, Any] = {"base_urls": {str(version): root for version, root in roots.items()}}
    if client is None:
        return told
    return {**told, "token_url": base + _TOKEN, "client_id": client.id, "client_secret": client.secret}


def _flat(told: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in told.items():
        if name == "base_urls":
            yield from ((f"OneRoster {version}", root) for version, root in value.items())
        else:
            yield name, value


def _left_out(losses: Tally) -> list[dict[str, Any]]:
    return [
        {"kind": one.kind, "file": one.file, "column": one.column, "count": one.count, "meaning": KINDS[one.kind]}
        for one in losses.counts
    ]


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
