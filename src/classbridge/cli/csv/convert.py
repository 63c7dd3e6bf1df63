"""A CSV package of one OneRoster version as a package of the other."""

import csv
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from classbridge.cli import house
from classbridge.cli.csv.opening import NewPath, opened, package_path
from classbridge.oneroster.csv.convert import Converted, UnreadableRowsError, convert
from classbridge.oneroster.csv.loss import KINDS, Count, Loss, OnLoss
from classbridge.oneroster.models import Version


@click.command("convert")
@package_path
@click.option(
    "--to", type=click.Choice([str(one) for one in Version]), required=True, help="The version to write."
)
@click.option(
    "--out",
    required=True,
    type=NewPath(),
    help="The package to write, which must not exist yet: a folder, or a zip if the name ends in .zip.",
)
@click.option(
    "--losses",
    type=NewPath(),
    help="Write every loss to this CSV file; the report has the first of each kind.",
)
@click.option("--lenient", is_flag=True, help="Leave out rows that cannot be read, instead of writing nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def convert_command(path: Path, to: str, out: Path, losses: Path | None, lenient: bool, as_json: bool) -> None:
    """Convert the package at PATH to OneRoster 1.1 or 1.2, and list what cannot be kept.

    With the version that it already has, the package is written anew in that version's newest layout. Passwords
    are never copied. Exit code 1 when nothing was written.
    """
    with opened(path) as package, _list(losses) as on_loss:
        try:
            done = convert(
                package,
                out,
                Version(to),
                lenient=lenient,
                on_loss=on_loss,
                progress=lambda number: house.say(f"{number:,} records"),
            )
        except UnreadableRowsError as error:
            house.say("\n".join(_line(one) for one in error.counts))
            raise click.ClickException(
                "Rows cannot be read; nothing was written. `--lenient` leaves them out."
            ) from None
    house.answer(_data(done, out), as_json=as_json, text=_text(done, out))


@contextmanager
def _list(path: Path | None) -> Iterator[OnLoss | None]:
    """A writer of losses to a file, which is there at the end and only if all went well."""
    if path is None:
        yield None
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with draft.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["file", "column", "sourcedId", "line", "kind", "why"])
            yield lambda one: writer.writerow(_row(one))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _row(loss: Loss) -> list[Any]:
    why = loss.why or KINDS[loss.kind]
    return [f"{loss.file}.csv", loss.column, loss.sourced_id, loss.line or "", loss.kind, why]


def _data(done: Converted, out: Path) -> dict[str, Any]:
    return {
        "from": done.source,
        "to": done.to,
        "out": str(out),
        "rows": {f"{name}.csv": count for name, count in done.rows.items()},
        "losses": [_count(one) for one in done.losses],
    }


def _count(count: Count) -> dict[str, Any]:
    names = ("file", "column", "sourcedId", "line", "kind", "why")
    return {
        "kind": count.kind,
        "meaning": KINDS[count.kind],
        "file": f"{count.file}.csv",
        "column": count.column,
        "count": count.count,
        "examples": [dict(zip(names, _row(one), strict=True)) for one in count.examples],
    }


def _text(done: Converted, out: Path) -> str:
    rows = [f"  {name}.csv: {count:,} rows" for name, count in done.rows.items()]
    kept = [_line(one) for one in done.losses] or ["  nothing"]
    head = f"OneRoster {done.source} to {done.to}: {out}"
    return "\n".join([head, *rows, "Not kept:", *kept])


def _line(count: Count) -> str:
    first = count.examples[0]
    place = f"{count.file}.csv" + (f", {count.column}" if count.column else "")
    example = f"line {first.line}" if first.line else first.sourced_id
    return f"  {place}: {count.count:,}. {first.why or KINDS[count.kind]} First: {example}"
