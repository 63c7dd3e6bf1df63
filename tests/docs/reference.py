"""The parts of docs/settings.md and docs/commands.md that are made from the code.

`python -m tests.docs.reference` writes them anew, below each page's marker; what stands above is written by hand.
"""

import ast
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from classbridge import settings
from classbridge.cli import main
from classbridge.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
MARKER = "<!-- From here on made by `python -m tests.docs.reference`. -->\n"


def settings_table() -> str:
    """One row for each setting: its name in the environment, its default, its docstring."""
    rows = [
        f"| `{PREFIX}{name.upper()}` | `{name}` | {_shown(default)} | {text} |"
        for name, default, text in _documented()
    ]
    return "\n".join(["| environment | file | default | what it does |", "|---|---|---|---|", *rows]) + "\n"


def _documented() -> Iterator[tuple[str, object, str]]:
    """Name, default and docstring of each attribute; the last stands below it in the source."""
    tree = ast.parse(inspect.getsource(settings))
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Settings")
    defaults = dict(zip(Settings.__struct_fields__, Settings.__struct_defaults__, strict=True))
    for at, node in enumerate(body):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            below = body[at + 1] if at + 1 < len(body) else None
            if not isinstance(below, ast.Expr) or not isinstance(below.value, ast.Constant):
                raise TypeError(f"The setting {node.target.id} has no docstring.")
            yield node.target.id, defaults[node.target.id], " ".join(str(below.value.value).split())


def _shown(default: object) -> str:
    return "empty" if default in ("", ()) else f"`{default}`"


def command_reference() -> str:
    """A section for each command: what it does, its usage, its arguments and options."""
    context = click.Context(main, info_name="classbridge")
    return "\n".join(_sections(main, context))


def _sections(group: click.Group, context: click.Context) -> Iterator[str]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None:
            continue
        inner = click.Context(command, info_name=name, parent=context)
        yield _section(command, inner)
        if isinstance(command, click.Group):
            yield from _sections(command, inner)


def _section(command: click.Command, context: click.Context) -> str:
    depth = "##" if context.parent and context.parent.parent is None else "###"
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    options = [record for one in command.get_params(context) if (record := one.get_help_record(context))]
    rows = [f"| `{_cell(names)}` | {_cell(text)} |" for names, text in options if text and names != "--help"]
    table = ["", "| option | |", "|---|---|", *rows] if rows else []
    text = inspect.cleandoc(command.help or "")
    return "\n".join([f"{depth} {context.command_path}", "", text, "", f"    {usage}", *table, ""])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


MADE: dict[str, Callable[[], str]] = {"settings.md": settings_table, "commands.md": command_reference}


def write() -> None:
    """Write both pages."""
    for name, make in MADE.items():
        path = ROOT / "docs" / name
        above, marker, _ = path.read_text("utf-8").partition(MARKER)
        path.write_text(f"{above}{marker or MARKER}\n{make()}", "utf-8")


if __name__ == "__main__":
    write()
