"""A conformance report in the terminal: tables, the reads as a grid, then what failed and its meaning."""

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from classbridge.oneroster.conformance.card import COLUMNS, OUTCOMES, Group, groups
from classbridge.oneroster.conformance.outcome import CheckResult, Report
from classbridge.oneroster.conformance.registry import card_text

_STYLE = {"pass": "green", "fail": "bold red", "not_offered": "bright_black"}
_SIGN = {outcome: sign for outcome, _, sign in OUTCOMES}
_WIDTH = 48
_PIPED = 140
"""Columns where standard output is no terminal."""


def show(report: Report, language: str = "en") -> None:
    """Print the card on standard output."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_PIPED)
    for group in groups(report, language):
        console.print(Text(f"\n{group.title}", style="bold"))
        console.print(_grid(group) if group.rows else _lines(group))
    for number, check in enumerate(report.failures):
        console.print(Text("\n" + card_text("what_failed", language), style="bold red") if number == 0 else "")
        console.print(Padding(_failure(check, language), (0, 0, 0, 2)))
    console.print(_summary(report))


def _sign(check: CheckResult | None) -> Text:
    return Text(_SIGN[check.outcome], style=_STYLE[check.outcome]) if check else Text("")


def _lines(group: Group) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(width=1)
    table.add_column(no_wrap=True, min_width=30)
    table.add_column(ratio=1)
    table.add_column(justify="right", no_wrap=True)
    for check in group.checks:
        taken = "" if check.latency_ms is None else f"{check.latency_ms:.0f} ms"
        quiet = _STYLE["not_offered"] if check.outcome == "not_offered" else ""
        table.add_row(
            _sign(check), check.name, Text(check.details, style=quiet), Text(taken, style="bright_black")
        )
    return table


def _grid(group: Group) -> Table:
    table = Table(box=None, padding=(0, 2), header_style="bright_black")
    table.add_column("collection")
    for column in COLUMNS:
        table.add_column(column, justify="center")
    for row in group.rows:
        table.add_row(row.collection, *map(_sign, row.cells))
    return table


def _failure(check: CheckResult, language: str) -> Text:
    return Text.assemble(
        (f"{_SIGN['fail']} {check.name}", _STYLE["fail"]),
        f"  {check.title}\n  {check.details}\n  ",
        (card_text("notice", language) + " ", "bold"),
        check.notice,
    )


def _summary(report: Report) -> Text:
    text = Text("\n")
    for outcome, _, _ in OUTCOMES:
        length = round(_WIDTH * report.count(outcome) / max(1, len(report.checks)))
        shown = max(length, 1 if report.count(outcome) else 0)
        text.append("█" * shown, style=_STYLE[outcome])
    counts = ", ".join(f"{report.count(outcome)} {counted}" for outcome, counted, _ in OUTCOMES)
    text.append(f"\nOneRoster {report.version}: {counts}; {report.calls} requests in {report.seconds:.1f} s.\n")
    for path in report.left_behind:
        text.append(f"Left behind, delete it by hand: {path}\n", style=_STYLE["fail"])
    return text
