"""Two CSV packages compared."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from classbridge.cli import house
from classbridge.cli.csv.opening import NewPath, opened, package_argument
from classbridge.oneroster.csv.compare import Change, Counts, DifferentVersionsError, compare
from classbridge.oneroster.csv.delta import Delta, NotBulkError

_SIGNS = {"added": "+", "removed": "-", "changed": "~"}


@click.command("diff")
@package_argument("a")
@package_argument("b")
@click.option("--values", is_flag=True, help="Show the values, which are people's data, not only the columns.")
@click.option(
    "--limit", type=click.IntRange(0), default=1000, show_default=True, help="How many differences to list."
)
@click.option(
    "--delta",
    "out",
    type=NewPath(),
    help="Write what leads from A to B as a delta package: a folder, or a zip if the name ends in .zip.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def diff_command(
    ctx: click.Context, a: Path, b: Path, values: bool, limit: int, out: Path | None, as_json: bool
) -> None:
    """Compare the packages A and B, of the same version: added, removed and changed records in each file.

    Exit code 0 when they are equal, 1 when they differ, 2 when they cannot be compared.
    """
    seen: list[Change] = []
    try:
        with ExitStack() as stack:
            before, after = (stack.enter_context(opened(path, refusal=click.UsageError)) for path in (a, b))
            delta = stack.enter_context(Delta(out, before, after)) if out else None

            def tell(change: Change) -> None:
                if len(seen) < limit:
                    seen.append(change)
                if delta:
                    delta.write(change)

            counts = compare(before, after, tell)
    except DifferentVersionsError:
        raise click.UsageError("A and B are not of the same version. Convert one of them first.") from None
    except NotBulkError as error:
        raise click.UsageError(f"{error}.csv is a delta: only bulk packages make a delta together.") from None
    equal = not any(one.added or one.removed or one.changed for one in counts.values())
    house.answer(_data(counts, seen, values, equal), as_json=as_json, text=_text(counts, seen, values, equal))
    ctx.exit(0 if equal else 1)


def _data(counts: dict[str, Counts], seen: list[Change], values: bool, equal: bool) -> dict[str, Any]:
    return {
        "equal": equal,
        "files": {f"{name}.csv": _numbers(one) for name, one in counts.items()},
        "changes": [_change(one, values) for one in seen],
    }


def _numbers(counts: Counts) -> dict[str, int]:
    return {name: getattr(counts, name) for name in ("added", "removed", "changed", "same")}


def _change(change: Change, values: bool) -> dict[str, Any]:
    shown = {
        "file": f"{change.file}.csv",
        "kind": change.kind,
        "sourcedId": change.sourced_id,
        "columns": list(change.columns),
    }
    return {**shown, "before": change.before, "after": change.after} if values else shown


def _text(counts: dict[str, Counts], seen: list[Change], values: bool, equal: bool) -> str:
    lines = []
    for name, one in counts.items():
        numbers = ", ".join(f"{count:,} {kind}" for kind, count in _numbers(one).items())
        lines.append(f"{name}.csv: {numbers}")
        lines += [_line(change, values) for change in seen if change.file == name]
    told = sum(one.added + one.removed + one.changed for one in counts.values())
    if told > len(seen):
        lines.append(f"{told - len(seen):,} more differences are not listed (--limit).")
    return "\n".join([*lines, "Equal." if equal else "Different."])


def _line(change: Change, values: bool) -> str:
    head = f"  {_SIGNS[change.kind]} {change.sourced_id}"
    if not values:
        return f"{head} {', '.join(change.columns)}".rstrip()
    names = change.columns or [*(change.before or change.after)]
    pairs = [f"{name}: {change.before.get(name, '')!r} -> {change.after.get(name, '')!r}" for name in names]
    return "\n".join([head, *(f"      {pair}" for pair in pairs)])
