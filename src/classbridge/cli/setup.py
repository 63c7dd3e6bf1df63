"""The first installation, by its operator: districts, their people, their Classroom."""

from pathlib import Path
from typing import Any, TextIO

import click
import msgspec

from classbridge.bridge.policy import Role
from classbridge.cli import house, words
from classbridge.cli.session import Session, acting, find_district
from classbridge.service import interest, setup
from classbridge.service.context import open_context
from classbridge.store.unlisted import VendorInterest

GOOGLE = "https://classroom.googleapis.com"
ROLES = [str(role) for role in Role if role is not Role.OPERATOR]


@click.group("setup")
def setup_command() -> None:
    """Set up districts, their people and their Classroom."""


@setup_command.command("district")
@click.argument("name")
@click.option("--time-zone", required=True, metavar="ZONE", help="The IANA name, as Europe/Stockholm.")
@click.option("--domain", "domains", multiple=True, help="A Workspace domain; give each (staff, students).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@house.refusals
def district_command(name: str, time_zone: str, domains: tuple[str, ...], as_json: bool) -> None:
    """Add a district; makes the databases too where they are missing."""
    used = house.settings()
    house.migrate(used)
    with open_context(used) as ctx:
        if any(one.name == name for one in setup.installed(ctx)):
            raise click.UsageError(f"There is a district {name!r} already.")
        made = setup.create_district(ctx, name=name, time_zone=time_zone, domains=domains)
    house.answer({"id": made, "name": name}, as_json=as_json, text=f"{name}: {made}")


@setup_command.command("account")
@click.argument("email")
@click.option("--name", required=True, help="The person's name.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(ROLES), help="Give each.")
@click.option("--district", metavar="NAME|ID", help="The district; not needed where there is only one.")
@click.option(
    "--password-file", type=click.File(), help="A file with the password, - for standard input; else random."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@house.refusals
def account_command(
    email: str,
    name: str,
    roles: tuple[str, ...],
    district: str | None,
    password_file: TextIO | None,
    as_json: bool,
) -> None:
    """Give a person roles in a district, with an account where they have none.

    Without --password-file a new account's password is made up and printed once. A password is never changed here.
    """
    given = password_file.read().strip() if password_file else ""
    with open_context(house.settings()) as ctx:
        house.must_be_migrated(ctx)
        district_id = find_district(ctx, district)
        wanted = tuple(Role(role) for role in roles)
        password = setup.create_account(ctx, district_id, email=email, name=name, roles=wanted, password=given)
    shown = password if password and not given else None
    text = f"{email}: {', '.join(roles)}" + (f"\npassword: {shown}   (shown only now)" if shown else "")
    house.answer({"email": email, "roles": list(roles), "password": shown}, as_json=as_json, text=text)


@setup_command.command("classroom")
@click.argument("key_file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--admin", "admin_email", metavar="EMAIL", help="The Workspace admin to act as; default: who acts.")
@click.option("--base-url", default=GOOGLE, show_default=True, help="Another address: a sandbox's stand-in.")
@acting
def classroom_command(session: Session, key_file: Path, admin_email: str | None, base_url: str) -> None:
    """Connect a district's Classroom by a service account's key file, which is kept sealed.

    The file is Google's JSON key, or the file that `classbridge sandbox up --info` writes.
    """
    found = _read(key_file)
    stand_in = found.get("classroom", {})
    used = {
        "side": "google" if base_url == GOOGLE and not stand_in else "sandbox",
        "base_url": stand_in.get("base_url", base_url),
        "admin_email": admin_email or stand_in.get("admin_email", session.actor.email),
    }
    key = stand_in.get("service_account", found)
    setup.connect_classroom(session.ctx, session.actor, **used, service_account=key)
    text = f"Classroom at {used['base_url']} is reached as {used['admin_email']}. The key is kept, sealed."
    session.answer(used, text)


@setup_command.command("vendors")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@house.refusals
def vendors_command(as_json: bool) -> None:
    """List what makers of a SIS wrote in the public form, newest first."""
    with open_context(house.settings()) as ctx:
        house.must_be_migrated(ctx)
        found = interest.listed(ctx)
    house.answer({"vendors": words.plain(found)}, as_json=as_json, text="\n".join(map(_form, found)) or "Nobody.")


def _form(one: VendorInterest) -> str:
    told = f"{one.created_at:%Y-%m-%d}  {one.product}, {one.company} ({one.contact}); OneRoster: {one.oneroster}"
    return f"{told}\n    {one.note}" if one.note else told


def _read(path: Path) -> dict[str, Any]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except msgspec.DecodeError:
        raise click.UsageError(f"{path} is not a JSON key file.") from None
