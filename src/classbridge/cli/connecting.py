"""The admin's commands: connect a SIS, confirm data exchange, look, disconnect, read the audit log."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from classbridge.cli import words
from classbridge.cli.house import say
from classbridge.cli.session import Session, acting
from classbridge.service import audit, connections
from classbridge.service.connections import CredentialsForm
from classbridge.service.views import ConnectionView, DataKind

in_file = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)


@click.command("connect")
@click.argument("sis", metavar="SIS[@VERSION]")
@click.option("--base-url", default="", help="The address as the SIS shows it; any depth will do.")
@click.option("--token-url", default="", help="Where tokens are given, for a SIS whose profile does not know.")
@click.option("--key", default="", help="The access key (client id).")
@click.option("--secret-file", type=in_file, help="A file with the secret; - is standard input.")
@click.option(
    "--secret", default="", envvar="SIS_SECRET", help="The secret; better from SIS_SECRET or --secret-file."
)
@click.option("--extra-header-file", type=in_file, help="A file with the second credential that some SIS want.")
@click.option(
    "--extra-header", default="", envvar="SIS_EXTRA_HEADER", help="The same; better from SIS_EXTRA_HEADER."
)
@click.option("--effective", type=click.DateTime(["%Y-%m-%d"]), help="The first day of the key.")
@click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), help="The last day of the key.")
@click.option("--support/--no-support", default=False, help="Share the district's domain with the SIS vendor.")
@acting
def connect_command(
    session: Session,
    sis: str,
    base_url: str,
    token_url: str,
    key: str,
    secret_file: Path | None,
    secret: str,
    extra_header_file: Path | None,
    extra_header: str,
    effective: datetime | None,
    expires: datetime | None,
    support: bool,
) -> None:
    """Connect a SIS and prove it; each proof is shown with what it means and what to do.

    SIS is a name from `classbridge sis list`. A secret that is given nowhere is asked for; one that was kept
    before stays when nothing is entered. What fits is kept even when the proof fails: run it again to go on.
    """
    connection_id = _connection_of(session, sis)
    form = CredentialsForm(
        base_url=base_url,
        token_url=token_url,
        key=key,
        secret=_content(secret_file) or secret or _asked(session, connection_id),
        extra_header=_content(extra_header_file) or extra_header,
        support_consent=support,
        effective_on=effective.date() if effective else None,
        expires_on=expires.date() if expires else None,
    )
    connections.save_credentials(session.ctx, session.actor, connection_id, form)
    with session.worker():
        session.finish(connections.authorize(session.ctx, session.actor, connection_id))
    card = connections.view(session.ctx, session.actor, connection_id)
    proved = card.state == "connected" and all(line.state != "failed" for line in card.proof)
    session.answer({"ok": proved, "connection": words.connection(card)}, words.card(card))
    if proved and not any(one.confirmed for one in card.data):
        say("Next: `classbridge data-exchange --all` lets the data that is offered be exchanged.")
    sys.exit(0 if proved else 1)


def _connection_of(session: Session, sis: str) -> str:
    """The connection to work on: one of this SIS and version that is connected, or a draft."""
    vendor, _, version = sis.partition("@")
    known = {choice.vendor: choice for choice in connections.choices(session.ctx, session.actor)}
    if vendor not in known or (version and version not in known[vendor].versions):
        names = ", ".join(f"{one.vendor}@{version}" for one in known.values() for version in one.versions)
        raise click.UsageError(f"There is no SIS {sis!r}. There are: {names}.")
    wanted = (vendor, version or known[vendor].recommended_version)
    for card in connections.home(session.ctx, session.actor).connections:
        if (card.vendor, card.version) == wanted and card.state == "connected":
            return card.id
    return connections.start(session.ctx, session.actor, *wanted)


def _asked(session: Session, connection_id: str) -> str:
    """Ask a person at the terminal; nothing entered keeps the secret that is kept."""
    kept = connections.view(session.ctx, session.actor, connection_id).key_kept
    if kept or not sys.stdin.isatty():
        return ""
    secret: str = click.prompt("Secret (not shown)", hide_input=True, err=True)
    return secret


def _content(path: Path | None) -> str:
    if path is None:
        return ""
    return (sys.stdin.read() if str(path) == "-" else path.read_text("utf-8")).strip()


@click.command("data-exchange")
@click.option(
    "--confirm", "kinds", multiple=True, type=click.Choice(connections.KINDS), help="Let exactly these kinds pass."
)
@click.option("--all", "everything", is_flag=True, help="Confirm every kind.")
@click.option("--connection", "connection_id", metavar="ID", help="Which, where there are several.")
@acting
def data_exchange_command(
    session: Session, kinds: tuple[str, ...], everything: bool, connection_id: str | None
) -> None:
    """List the kinds of data that may be exchanged, or confirm them and read the SIS's rosters."""
    card = session.connection(connection_id)
    chosen = connections.KINDS if everything else kinds
    read = None
    if chosen:
        with session.worker():
            connections.confirm_data(session.ctx, session.actor, card.id, chosen)
            read = session.finish(connections.sync(session.ctx, session.actor, card.id))
        card = connections.view(session.ctx, session.actor, card.id)
    value = {"connection": card.id, "data": words.plain(card.data), "sync": words.run(read)}
    session.answer(value, "\n".join(map(_kind, card.data)))
    if read is not None and read.state != "done":
        say(f"The rosters could not be read: {words.happened(read.said)}")
        sys.exit(1)


def _kind(one: DataKind) -> str:
    return f"{words.KINDS[one.kind]:<18}" + (f"confirmed {one.confirmed_at:%Y-%m-%d}" if one.confirmed else "off")


@click.command("status")
@acting
def status_command(session: Session) -> None:
    """Show the district: its Classroom and the card of each connection."""
    home = connections.home(session.ctx, session.actor)
    workers = sorted(session.ctx.jobs.workers())
    value = {
        "district": {"id": session.actor.district_id, "name": home.district},
        "classroom": {"side": home.classroom_side, "admin": home.classroom_admin},
        "linked_classes": home.linked_classes,
        "workers": workers,
        "connections": [words.connection(card) for card in home.connections],
    }
    classroom = f"as {home.classroom_admin}" if home.classroom_side else "not connected"
    head = f"{home.district}\nClassroom: {classroom}\nWorkers: {', '.join(workers) or 'none runs'}"
    session.answer(value, "\n\n".join([head, *map(words.card, home.connections)]))


@click.command("disconnect")
@click.option("--yes", is_flag=True, help="Do it; otherwise only the consequences are shown.")
@click.option("--connection", "connection_id", metavar="ID", help="Which, where there are several.")
@acting
def disconnect_command(session: Session, yes: bool, connection_id: str | None) -> None:
    """Show what a disconnect would do, and with --yes do it."""
    card = session.connection(connection_id)
    text = _consequences(card)
    if yes:
        connections.disconnect(session.ctx, session.actor, card.id)
        card = connections.view(session.ctx, session.actor, card.id)
        text = f"{card.name} {card.version} is disconnected; its key and secret are destroyed."
    session.answer({"disconnected": card.state == "disconnected", "connection": words.connection(card)}, text)
    if not yes:
        say("Nothing has been changed. --yes disconnects.")


def _consequences(card: ConnectionView) -> str:
    return f"""{card.name} {card.version} ({card.id})
Disconnecting would
  - stop {card.running} runs that are under way and account for them,
  - take import and export away from the teachers of {card.linked_classes} linked classes,
  - destroy the kept key and secret.
What was exported stays in the SIS and is no longer updated. The links and the record of what was sent stay, so
that connecting again duplicates nothing."""


@click.command("audit")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="How many events.")
@click.option("--cursor", help="Go on from an earlier answer's `next`.")
@acting
def audit_command(session: Session, limit: int, cursor: str | None) -> None:
    """List who did what, newest first: ids and codes, never names or grades."""
    try:
        page = audit.events(session.ctx, session.actor, cursor, limit=limit)
    except ValueError:
        raise click.UsageError("That cursor is not one of ours.") from None
    lines = [
        f"{one.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z  {one.account_id or 'system'}  {one.action}  {one.subject}"
        for one in page.items
    ]
    session.answer({"events": words.plain(page.items), "next": page.next}, "\n".join(lines))
    if page.next:
        say(f"There is more: --cursor {page.next}")
