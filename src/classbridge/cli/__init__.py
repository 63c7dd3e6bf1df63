"""The command line. Each command lives in a module of its own that is imported only when it is asked for."""

from importlib import import_module

import click

from classbridge import __version__

COMMANDS = {
    "audit": "classbridge.cli.connecting",
    "bench": "classbridge.cli.bench",
    "connect": "classbridge.cli.connecting",
    "data-exchange": "classbridge.cli.connecting",
    "demo": "classbridge.cli.demo",
    "disconnect": "classbridge.cli.connecting",
    "doctor": "classbridge.cli.doctor",
    "export": "classbridge.cli.teaching",
    "import": "classbridge.cli.teaching",
    "link": "classbridge.cli.teaching",
    "migrate": "classbridge.cli.serve",
    "sandbox": "classbridge.cli.sandbox",
    "serve": "classbridge.cli.serve",
    "setup": "classbridge.cli.setup",
    "sis": "classbridge.cli.sis",
    "status": "classbridge.cli.connecting",
    "worker": "classbridge.cli.serve",
}


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports the one that runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in order."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module and take the command from it."""
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        command: click.Command = getattr(import_module(module), cmd_name.replace("-", "_") + "_command")
        return command


@click.command(cls=LazyGroup)
@click.version_option(__version__, package_name="classbridge")
def main() -> None:
    """Connect Classroom to a student information system over OneRoster."""
