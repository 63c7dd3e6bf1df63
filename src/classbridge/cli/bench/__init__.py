"""Benchmarks: each prints its figure, the floor measured in the same run, and the ratio of the two."""

import json
from collections.abc import Callable
from importlib import import_module

import click
import msgspec

from classbridge.cli.bench.figure import Figure
from classbridge.cli.house import say

NAMES = ("bulk", "codec", "csv", "enqueue", "export", "grades-page", "page-under-write", "provider", "pull")


@click.command("bench")
@click.argument("names", nargs=-1, type=click.Choice(NAMES), metavar="[NAME]...")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def bench_command(names: tuple[str, ...], as_json: bool) -> None:
    """Measure on this machine; default: all.

    bulk, codec, csv, enqueue, export, grades-page, page-under-write, provider, pull.

    The floor is what the machine allows at all for the same work; only the ratio can be compared between machines.
    """
    done = []
    for name in names or NAMES:
        say(f"{name} ...")
        measure: Callable[[], Figure] = import_module(f"{__name__}.{name.replace('-', '_')}").measure
        done.append(measure())
        if not as_json:
            click.echo(done[-1].line())
    if as_json:
        click.echo(
            json.dumps(
                {"benchmarks": [{**msgspec.to_builtins(one), "ratio": one.ratio} for one in done]}, indent=2
            )
        )
