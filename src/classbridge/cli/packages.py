"""Packages of a SIS without an API, from the terminal."""

from pathlib import Path

import click

from classbridge.cli import words
from classbridge.cli.session import Session, acting
from classbridge.oneroster.models import Version
from classbridge.service import packages
from classbridge.service.packages import PackageView

connection_option = click.option("--connection", metavar="ID", help="The SIS connection, if there are several.")


@click.group("packages")
def packages_command() -> None:
    """Rosters in and grades out, for a SIS that hands over OneRoster CSV packages."""


@packages_command.command("list")
@connection_option
@acting
def list_command(session: Session, connection: str | None) -> None:
    """List the packages that came."""
    found = packages.listed(session.ctx, session.actor, session.connection(connection).id)
    session.answer({"packages": words.plain(found)}, "\n".join(map(_line, found)) or "None.")


def _line(view: PackageView) -> str:
    one = view.package
    said = words.happened(view.run.said) if view.run else ""
    size = f"{one.records:>9,} records"
    return f"{one.received_at:%Y-%m-%d %H:%M}  {one.state:<9} {size}  {one.name}  {said}".rstrip()


@packages_command.command("take")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--anyway", is_flag=True, help="Even if many people or classes are missing from it.")
@connection_option
@acting
def take_command(session: Session, path: Path, anyway: bool, connection: str | None) -> None:
    """Take the package at PATH in, a zip; whole or not at all."""
    with session.worker():
        connection_id = session.connection(connection).id
        run_id = packages.receive(
            session.ctx, session.actor, connection_id, path.read_bytes(), path.name, anyway=anyway
        )
        found = session.finish(run_id)
    if found.state != "done":
        raise click.ClickException(words.happened(found.said) or found.state)
    session.answer({"run": words.plain(found)}, f"{found.counts.get('records', 0):,} records taken in.")


@packages_command.command("grades")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--version", type=click.Choice([str(one) for one in Version]), default="1.2", show_default=True)
@connection_option
@acting
def grades_command(session: Session, path: Path, version: str, connection: str | None) -> None:
    """Write the exported grades to PATH as a package (zip) for the SIS to import."""
    content = packages.grades(session.ctx, session.actor, session.connection(connection).id, version)
    path.write_bytes(content)
    session.answer({"path": str(path), "bytes": len(content)}, f"{path}: {len(content):,} bytes")
