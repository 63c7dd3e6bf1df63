"""The district's accounts with their roles, and the delegates of a class, from the terminal."""

from datetime import datetime

import click

from classbridge.bridge.outcome import Code
from classbridge.cli import words
from classbridge.cli.session import Session, acting
from classbridge.service import accounts, delegates
from classbridge.service.accounts import AccountView
from classbridge.service.delegates import ClassDelegates
from classbridge.service.errors import refuse

ROLES = [str(role) for role in accounts.ROLES]

BATCH = 500
"""Accounts read at a time."""


@click.group("accounts")
def accounts_command() -> None:
    """See who signs in to the district, add people and change their roles."""


@accounts_command.command("list")
@click.option("--search", default="", help="A part of an address or a name.")
@acting
def list_command(session: Session, search: str) -> None:
    """List those with a role in the district."""
    found = _listed(session, search)
    session.answer({"accounts": words.plain(found)}, "\n".join(map(_line, found)) or "Nobody.")


def _listed(session: Session, search: str) -> list[AccountView]:
    found: list[AccountView] = []
    after: str | None = None
    while True:
        page = accounts.listed(session.ctx, session.actor, search=search, after=after, limit=BATCH)
        found += page.items
        after = page.next
        if after is None:
            return found


def _line(row: AccountView) -> str:
    switched_off = "  (switched off)" if row.disabled_at else ""
    return f"{row.email:<40} {row.name:<28} {', '.join(row.roles) or 'no role'}{switched_off}"


@accounts_command.command("add")
@click.argument("person", metavar="EMAIL")
@click.option("--name", required=True, help="The person's name.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(ROLES), help="Give each.")
@acting
def add_command(session: Session, person: str, name: str, roles: tuple[str, ...]) -> None:
    """Give somebody roles here, with an account where they have none; its password is printed this once."""
    made = accounts.add(session.ctx, session.actor, email=person, name=name, roles=roles)
    told = f"Password: {made.password}" if made.password else "They sign in with the password they have."
    session.answer(words.plain(made), f"{_line(made.account)}\n{told}")


@accounts_command.command("roles")
@click.argument("person", metavar="EMAIL")
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), help="Give each.")
@click.option("--none", "without", is_flag=True, help="Take every role: they no longer get in.")
@acting
def roles_command(session: Session, person: str, roles: tuple[str, ...], without: bool) -> None:
    """Give somebody exactly these roles here; the last admin keeps the role."""
    if bool(roles) == without:
        raise click.UsageError("Say each role with --role, or --none.")
    known = next((one for one in _listed(session, person) if one.email == person.strip().lower()), None)
    if known is None:
        raise refuse(Code.ACCOUNT_NOT_FOUND)
    changed = accounts.set_roles(session.ctx, session.actor, known.id, roles)
    session.answer(words.plain(changed), _line(changed))


@click.group("delegates")
def delegates_command() -> None:
    """See, name and revoke those who import and export in a class for its teacher."""


@delegates_command.command("list")
@click.argument("course")
@acting
def delegates_list_command(session: Session, course: str) -> None:
    """List the delegates of COURSE, a Classroom class's id; ended ones too."""
    _answer(session, delegates.of_class(session.ctx, session.actor, course))


@delegates_command.command("name")
@click.argument("course")
@click.argument("person", metavar="EMAIL")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The last day that it holds.")
@acting
def name_command(session: Session, course: str, person: str, until: datetime) -> None:
    """Name a teacher of the district as a delegate of COURSE; naming them again sets another last day."""
    delegates.name(session.ctx, session.actor, course, person, until.date())
    _answer(session, delegates.of_class(session.ctx, session.actor, course))


@delegates_command.command("revoke")
@click.argument("course")
@click.argument("person", metavar="EMAIL")
@acting
def revoke_command(session: Session, course: str, person: str) -> None:
    """End a delegation at once; what the delegate did stays."""
    found = delegates.of_class(session.ctx, session.actor, course).delegates
    known = next((one.account_id for one in found if one.email == person.strip().lower()), "")
    delegates.revoke(session.ctx, session.actor, course, known)
    _answer(session, delegates.of_class(session.ctx, session.actor, course))


def _answer(session: Session, found: ClassDelegates) -> None:
    lines = [
        f"{one.email:<40} {one.name:<28} {'ended' if one.ended else 'until'} {one.last_day}"
        for one in found.delegates
    ]
    session.answer(words.plain(found), "\n".join(lines) or "The class has no delegate.")
