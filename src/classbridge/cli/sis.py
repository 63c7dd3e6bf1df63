"""The SIS that classbridge knows."""

import click
import msgspec

from classbridge.cli import house, words
from classbridge.cli.session import Session, acting
from classbridge.service import choices, tuning
from classbridge.service.views import SisChoice
from classbridge.sis.tuning import Tunable
from classbridge.text.languages import LANGUAGES


@click.group("sis")
def sis_command() -> None:
    """List the SIS that can be connected, or show what one of them needs."""


@sis_command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def list_command(as_json: bool) -> None:
    """List every SIS with its OneRoster versions and who may use it."""
    found = choices.every("en")
    lines = [f"{one.vendor:<20} {one.name} (OneRoster {', '.join(one.versions)}). {one.who}" for one in found]
    value = [
        {"vendor": one.vendor, "name": one.name, "versions": one.versions, "who": one.who, "notice": one.notice}
        for one in found
    ]
    house.answer(value, as_json=as_json, text="\n".join(lines))


@sis_command.command("show")
@click.argument("sis", metavar="ID")
@click.option("--language", type=click.Choice(list(LANGUAGES)), default="en", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def show_command(sis: str, language: str, as_json: bool) -> None:
    """Show the steps in the SIS, its address, and what nobody has confirmed about it."""
    known = [one.vendor for one in choices.every("en")]
    if sis not in known:
        raise click.UsageError(f"There is no SIS {sis!r}. There are: {', '.join(known)}.")
    found = choices.one(sis, language)
    house.answer(msgspec.to_builtins(found), as_json=as_json, text=_text(found))


def _text(choice: SisChoice) -> str:
    steps = [f"{number}. {_plain(step.text)}" for number, step in enumerate(choice.guide, 1)]
    doubts = [f"  - {fact}" for fact in choice.unverified]
    parts = [
        f"{choice.name} ({choice.vendor}), OneRoster {', '.join(choice.versions)}",
        choice.who,
        choice.notice or "",
        f"Address: {choice.base_url_fixed or choice.base_url_example}",
        f"Second credential: {choice.extra_header}" if choice.extra_header else "",
        "\n".join(steps),
        "\n".join(["Nobody has confirmed:", *doubts]) if doubts else "",
    ]
    return "\n\n".join(filter(None, parts))


def _plain(text: str) -> str:
    return text.replace("**", "")


@sis_command.command("settings")
@click.argument("changes", nargs=-1, metavar="[NAME=VALUE]...")
@click.option("--connection", metavar="ID", help="The SIS connection, if there are several.")
@acting
def settings_command(session: Session, changes: tuple[str, ...], connection: str | None) -> None:
    """Show a connection's settings, or put some otherwise than the profile says.

    A value is yes, no, a number, or words with commas between; an empty one is none.
    """
    connection_id = session.connection(connection).id
    if any("=" not in one for one in changes):
        raise click.UsageError("Give each change as NAME=VALUE.")
    found = (
        tuning.save(session.ctx, session.actor, connection_id, dict(one.split("=", 1) for one in changes))
        if changes
        else tuning.view(session.ctx, session.actor, connection_id)
    )
    lines = [f"{one.name:<36} {_shown(one.value):<32} {_origin(one)}" for one in found.settings]
    session.answer(words.plain(found), "\n".join(lines))


def _origin(one: Tunable) -> str:
    return f"set here; the profile: {_shown(one.profile_value)}" if one.overridden else one.confidence


def _shown(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
