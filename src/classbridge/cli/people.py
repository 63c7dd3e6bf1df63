"""Who is who, and what is kept of a person, from the terminal."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from classbridge.cli import words
from classbridge.cli.session import Session, acting
from classbridge.service import match_file, people, privacy
from classbridge.service.identifying import key_of
from classbridge.service.match_file import Applied
from classbridge.service.people import PersonRow
from classbridge.store.people import OPEN, STATES

in_file = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)


def _chosen(command: Callable[..., None]) -> Callable[..., None]:
    """Add what narrows the list."""
    for option in (
        click.option("--search", default="", help="A part of a name, an address or an id."),
        click.option("--role", type=click.Choice(["student", "teacher"]), help="Only those with this role."),
        click.option(
            "--state", type=click.Choice(["open", "all", *STATES]), default="open", show_default=True,
            help="How they stand to Classroom; open: those who need an answer.",
        ),
        click.option("--connection", metavar="ID", default="", help="The SIS connection, if there are several."),
    ):  # fmt: skip
        command = option(command)
    return command


def _filters(state: str, role: str | None, search: str, connection: str) -> dict[str, Any]:
    states = {"open": OPEN, "all": STATES}.get(state, (state,))
    return {"states": states, "role": role or "", "search": search, "connection_id": connection}


@click.group("people")
def people_command() -> None:
    """Say who is who where the e-mail address does not tell; see and erase what is kept of a person."""


@people_command.command("list")
@_chosen
@acting
def list_command(session: Session, **chosen: Any) -> None:
    """List people of the SIS with the account they are matched to, or the best suggestion."""
    found = people.listed(session.ctx, session.actor, **_filters(**chosen), limit=None)
    lines = [f"{count:>7} {state}" for state, count in found.counts.items() if count]
    session.answer(words.plain(found), "\n".join([*map(_line, found.items), "", *lines]))


def _line(row: PersonRow) -> str:
    best = next(iter(row.suggestions), None)
    account = row.account.email or row.account.user_id if row.account else ""
    offered = f"perhaps {best.email or best.user_id} ({best.reason})" if best else ""
    return f"{row.sis_id:<24} {row.state:<11} {row.name:<32} {account or offered}"


@people_command.command("export")
@_chosen
@acting
def export_command(session: Session, **chosen: Any) -> None:
    """Write the same list as CSV to standard output; no cell of it is a formula for a spreadsheet."""
    text = match_file.write(session.ctx, session.actor, **_filters(**chosen))
    session.answer({"csv": text}, text.rstrip())


@people_command.command("import")
@click.argument("file", type=in_file)
@click.option("--connection", metavar="ID", default="", help="The SIS connection, where there are several.")
@acting
def import_command(session: Session, file: Path, connection: str) -> None:
    """Say who is who by a CSV file with the columns sis_id and account; - is standard input.

    In account stands an address or a Classroom user id; nobody; email, to go by the e-mail address again; or
    nothing, to leave it as it is. Exit code 1: some rows cannot be taken, and nothing was changed.
    """
    content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    done = match_file.read(session.ctx, session.actor, content, connection)
    problems = [{**words.plain(one), "said": words.told(one.said)} for one in done.problems]
    session.answer({**words.plain(done), "problems": problems}, _told(done))
    sys.exit(1 if done.problems else 0)


def _told(done: Applied) -> str:
    if not done.problems:
        return f"{done.changed} of {done.rows} rows changed something."
    lines = [f"line {one.line}, {one.sis_id}: {words.happened(one.said)}" for one in done.problems]
    return "\n".join([*lines, "Nothing was changed."])


@people_command.command("match")
@click.argument("person", metavar="SIS_ID")
@click.argument("account", metavar="ACCOUNT|nobody|email")
@click.option("--connection", metavar="ID", help="The SIS connection, where there are several.")
@acting
def match_command(session: Session, person: str, account: str, connection: str | None) -> None:
    """Say which account (address or Classroom user id) a person of the SIS has, by sourcedId; or nobody's.

    It lasts, and imports and exports go by it; "email" takes it back.
    """
    key = _key(session, person, connection)
    if account == "nobody":
        people.decide(session.ctx, session.actor, key, "nobody")
    elif account == "email":
        people.decide(session.ctx, session.actor, key, "email")
    else:
        people.decide(session.ctx, session.actor, key, "account", account)
    row = people.view(session.ctx, session.actor, key).row
    session.answer(words.plain(row), _line(row))


@people_command.command("data")
@click.argument("person", metavar="SIS_ID|EMAIL")
@click.option("--connection", metavar="ID", help="The SIS connection, where there are several.")
@acting
def data_command(session: Session, person: str, connection: str | None) -> None:
    """Print everything that is kept of a person of the SIS, by sourcedId, or of whoever has an address."""
    found = privacy.document(session.ctx, session.actor, _key(session, person, connection))
    tables = [f"{len(rows):>7} {name}" for name, rows in found["kept"].items()]
    session.answer(found, "\n".join([*tables, "", "With --json everything is printed."]))


@people_command.command("erase")
@click.argument("person", metavar="SIS_ID|EMAIL")
@click.option("--connection", metavar="ID", help="The SIS connection, where there are several.")
@click.option("--yes", is_flag=True, help="Erase; without it only what is kept is counted.")
@acting
def erase_command(session: Session, person: str, connection: str | None, yes: bool) -> None:
    """Delete what is kept of a person; past runs keep a pseudonym. It cannot be undone.

    Grades in the SIS and classes in Classroom are not touched. Whom the SIS still sends comes back with the next
    reading.
    """
    key = _key(session, person, connection)
    if not yes:
        kept = privacy.kept(session.ctx, session.actor, key)
        text = "\n".join(f"{count:>7} {name}" for name, count in kept.rows.items())
        session.answer(words.plain(kept), f"{text}\n\nNothing was erased. Erase with --yes.")
        return
    done = privacy.erase(session.ctx, session.actor, key, confirmed=True)
    told = f"{sum(done.deleted.values())} rows deleted; in {done.unlinked} of past runs stands {done.pseudonym}."
    session.answer(words.plain(done), told)


def _key(session: Session, person: str, connection: str | None) -> str:
    """The key of a sourcedId, or of whoever has an address."""
    if "@" in person:
        return privacy.key_of_address(session.ctx, session.actor, person)
    return key_of(session.connection(connection).id, person)
