"""The command line. Each command lives in a module of its own that is imported only when it is asked for."""

from importlib import import_module

import click

from classbridge import __version__

COMMANDS = {
    "audit": "classbridge.cli.installation",
    "bench": "classbridge.cli.bench",
    "connect": "classbridge.cli.installation",
    "data-exchange": "classbridge.cli.installation",
    "demo": "classbridge.cli.demo",
    "disconnect": "classbridge.cli.installation",
    "doctor": "classbridge.cli.doctor",
    "export": "classbridge.cli.installation",
    "import": "classbridge.cli.installation",
    "link": "classbridge.cli.installation",
    "migrate": "classbridge.cli.serve",
    "sandbox": "classbridge.cli.sandbox",
    "serve": "classbridge.cli.serve",
    "setup": "classbridge.cli.setup",
    "sis": "classbridge.cli.sis",
    "status": "classbridge.cli.installation",
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
