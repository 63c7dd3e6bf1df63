"""Why can't this teacher see this class? From the terminal."""

import sys

import click

from classbridge.cli import words
from classbridge.cli.session import Session, acting
from classbridge.service import why
from classbridge.service.why import Check, Why


@click.command("why")
@click.argument("teacher", metavar="EMAIL")
@click.argument("wanted", required=False, default="", metavar="[CLASS]")
@acting
def why_command(session: Session, teacher: str, wanted: str) -> None:
    """Say why the teacher with this EMAIL does not see CLASS (its id, SIS code or whole name), or any class.

    Everything that decides it is looked at, as of the last reading. Exit code 1: something is in the way.
    """
    found = why.ask(session.ctx, session.actor, teacher, wanted)
    checks = [{**words.plain(one), "said": words.told(one.said) if one.said else None} for one in found.checks]
    value = {**words.plain(found), "clear": found.clear, "cause": words.told(found.cause), "checks": checks}
    session.answer(value, _text(found))
    sys.exit(0 if found.clear else 1)


def _text(found: Why) -> str:
    return "\n".join([words.happened(found.cause), words.advice(found.cause), "", *map(_line, found.checks)])


def _line(check: Check) -> str:
    return f"  {check.name:<12} {check.state}" + (f": {words.happened(check.said)}" if check.said else "")
