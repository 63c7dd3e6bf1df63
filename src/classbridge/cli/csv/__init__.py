"""OneRoster CSV packages, without an installation: each command in a module of its own."""

import click

from classbridge.cli import LazyGroup

MODULES = {
    "check": "classbridge.cli.csv.check",
    "convert": "classbridge.cli.csv.convert",
    "diff": "classbridge.cli.csv.diff",
    "serve": "classbridge.cli.csv.serve",
}


@click.command("csv", cls=LazyGroup, modules=MODULES)
def csv_command() -> None:
    """Work with OneRoster CSV packages (1.1 and 1.2), folders or zips."""
