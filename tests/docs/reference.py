"""The parts of docs/settings.md, docs/commands.md and docs/conformance.md that are made from the code.

`python -m tests.docs.reference` writes them anew, below each page's marker; what stands above is written by hand.
"""

import ast
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import msgspec

from classbridge import settings
from classbridge.cli import main
from classbridge.oneroster.conformance.catalogue import CHECKS, WRITES
from classbridge.oneroster.conformance.registry import group_title, words
from classbridge.oneroster.csv.finding import RULES
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


def conformance_checks() -> str:
    """A table for each group of `classbridge check`: name, title, what a user would notice."""
    return "\n".join(_check_groups())


def _check_groups() -> Iterator[str]:
    group = ""
    for check in (*CHECKS, *WRITES):
        if check.name.startswith("reads.") and not check.name.startswith("reads.orgs"):
            continue
        said = words(msgspec.structs.replace(check, about=check.about.replace("orgs", "a collection")))
        if check.group != group:
            group = check.group
            yield f"### {group_title(group)}\n\n| check | | what a user of Classroom would notice |\n|---|---|---|"
        only = f" ({' and '.join(check.versions)} only)" if len(check.versions) == 1 else ""
        last = "\n" if check.name in _last_of_groups() else ""
        name = check.name.replace("reads.orgs", "reads.{collection}")
        yield f"| `{name}` | {_cell(said.title)}{only} | {_cell(said.notice)} |{last}"


def _last_of_groups() -> set[str]:
    shown = [one for one in (*CHECKS, *WRITES) if one.group != "reads" or one.name.startswith("reads.orgs")]
    return set({one.group: one.name for one in shown}.values()) - {shown[-1].name}


def csv_rules() -> str:
    """The rules of `classbridge csv check`, a table for each group."""
    groups = dict.fromkeys(rule.group for rule in RULES.values())
    return "## Rules\n\n" + "\n".join(_rules_of(group) for group in groups)


def _rules_of(group: str) -> str:
    rows = [
        f"| `{rule.id}` | {rule.severity} | {rule.text} | {rule.fix} |"
        for rule in RULES.values()
        if rule.group == group
    ]
    return "\n".join([f"### {GROUPS[group]}", "", "| rule | | what holds | fix |", "|---|---|---|---|", *rows, ""])


GROUPS = {
    "package": "The package as a whole",
    "manifest": "manifest.csv",
    "form": "The form of a file",
    "value": "Values",
    "record": "Records and what they refer to",
}

MADE: dict[str, Callable[[], str]] = {
    "settings.md": settings_table,
    "commands.md": command_reference,
    "conformance.md": lambda: conformance_checks() + "\n",
}


def write() -> None:
    """Write both pages."""
    for name, make in MADE.items():
        path = ROOT / "docs" / name
        above, marker, _ = path.read_text("utf-8").partition(MARKER)
        path.write_text(f"{above}{marker or MARKER}\n{make()}", "utf-8")


if __name__ == "__main__":
    write()
