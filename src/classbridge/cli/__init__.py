"""The command line. Each command lives in a module of its own that is imported only when it is asked for."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from classbridge import __version__, process

COMMANDS = {
    "accounts": "classbridge.cli.accounts",
    "audit": "classbridge.cli.connecting",
    "bench": "classbridge.cli.bench",
    "check": "classbridge.cli.check",
    "connect": "classbridge.cli.connecting",
    "csv": "classbridge.cli.csv",
    "data-exchange": "classbridge.cli.connecting",
    "delegates": "classbridge.cli.accounts",
    "demo": "classbridge.cli.demo",
    "disconnect": "classbridge.cli.connecting",
    "doctor": "classbridge.cli.doctor",
    "export": "classbridge.cli.teaching",
    "import": "classbridge.cli.teaching",
    "link": "classbridge.cli.teaching",
    "migrate": "classbridge.cli.serve",
    "packages": "classbridge.cli.packages",
    "people": "classbridge.cli.people",
    "policy": "classbridge.cli.policy",
    "sandbox": "classbridge.cli.sandbox",
    "schedule": "classbridge.cli.policy",
    "serve": "classbridge.cli.serve",
    "setup": "classbridge.cli.setup",
    "sis": "classbridge.cli.sis",
    "status": "classbridge.cli.connecting",
    "undo": "classbridge.cli.undoing",
    "why": "classbridge.cli.why",
    "worker": "classbridge.cli.serve",
}


class LazyGroup(click.Group):
    """A group that knows its commands' modules by name and imports the one that runs."""

    def __init__(self, *args: Any, modules: Mapping[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in order."""
        return sorted(self.modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module and take the command from it."""
        module = self.modules.get(cmd_name)
        if module is None:
            return None
        command: click.Command = getattr(import_module(module), cmd_name.replace("-", "_") + "_command")
        return command


@click.command(cls=LazyGroup, modules=COMMANDS)
@click.version_option(__version__, package_name="classbridge")
def main() -> None:
    """Connect Classroom to a student information system over OneRoster."""
    process.prepare()
