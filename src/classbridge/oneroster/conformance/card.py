"""The report card: as plain data for JSON, and as one HTML file that needs nothing else."""

from functools import cache, partial
from typing import Any

import jinja2
import msgspec
from msgspec import Struct

from classbridge.oneroster.conformance.catalogue import CHECKS, WRITES
from classbridge.oneroster.conformance.checks.reads import PARTS
from classbridge.oneroster.conformance.outcome import CheckResult, Outcome, Report
from classbridge.oneroster.conformance.registry import card_text, group_title, words

OUTCOMES: tuple[tuple[Outcome, str, str], ...] = (
    ("pass", "passed", "✓"),
    ("fail", "failed", "✗"),
    ("not_offered", "not offered", "–"),
)
"""Each outcome, how it is counted in a sentence, and its sign."""
COLUMNS = tuple(part.removeprefix(".") or "collection" for part, _ in PARTS)


class Row(Struct, frozen=True):
    """A collection's line in the table of certification's reads; None where there is no such check."""

    collection: str
    cells: tuple[CheckResult | None, ...]


class Group(Struct, frozen=True, kw_only=True):
    """A part of the card: lines, or (for the reads of collections) a table."""

    name: str
    title: str
    checks: tuple[CheckResult, ...]
    rows: tuple[Row, ...]

    def count(self, outcome: Outcome) -> int:
        """How many of its checks came to this."""
        return sum(check.outcome == outcome for check in self.checks)


def groups(report: Report, language: str = "en") -> list[Group]:
    """The card's parts, in the order of the run."""
    by_name: dict[str, list[CheckResult]] = {}
    for check in report.checks:
        by_name.setdefault(check.group, []).append(check)
    return [
        Group(
            name=name,
            title=group_title(name, language),
            checks=tuple(checks),
            rows=_rows(checks) if name == "reads" else (),
        )
        for name, checks in by_name.items()
    ]


def in_language(report: Report, language: str) -> Report:
    """The same report with the checks' titles and notices in a language; what was seen stays in English."""
    known = {check.name: words(check, language) for check in (*CHECKS, *WRITES)}
    checks = tuple(
        msgspec.structs.replace(one, title=known[one.name].title, notice=known[one.name].notice)
        if one.name in known
        else one
        for one in report.checks
    )
    return msgspec.structs.replace(report, checks=checks)


def _rows(checks: list[CheckResult]) -> tuple[Row, ...]:
    found: dict[str, dict[str, CheckResult]] = {}
    for check in checks:
        _, collection, *part = check.name.split(".")
        found.setdefault(collection, {})[part[0] if part else COLUMNS[0]] = check
    return tuple(Row(name, tuple(cells.get(column) for column in COLUMNS)) for name, cells in found.items())


def plain(report: Report) -> dict[str, Any]:
    """The report as JSON's own types; `passed`, `failed` and `not_offered` are counts."""
    value: dict[str, Any] = msgspec.to_builtins(report)
    for check in value["checks"]:
        del check["tried"]
    counts = {"passed": report.count("pass"), "failed": report.count("fail")}
    return {**counts, "not_offered": report.count("not_offered"), "ok": report.ok, **value}


@cache
def _template() -> jinja2.Template:
    loader = jinja2.PackageLoader("classbridge.oneroster.conformance", "")
    return jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True).get_template(
        "card.html"
    )


def html(report: Report, language: str = "en") -> str:
    """The report as an HTML document without scripts and without anything from elsewhere."""
    return _template().render(
        report=report,
        groups=groups(report, language),
        columns=COLUMNS,
        bar=_bar(report),
        signs={outcome: sign for outcome, _, sign in OUTCOMES},
        say=partial(card_text, language=language),
        counts=_counts,
        language=language,
    )


def _counts(of: Report | Group) -> dict[str, int]:
    return {"passed": of.count("pass"), "failed": of.count("fail"), "not_offered": of.count("not_offered")}


def _bar(report: Report) -> list[dict[str, Any]]:
    """The parts of the bar: where each begins and how wide it is, of 100."""
    parts: list[dict[str, Any]] = []
    at = 0.0
    for outcome, _, _ in OUTCOMES:
        width = 100 * report.count(outcome) / max(1, len(report.checks))
        parts.append({"outcome": outcome, "at": round(at, 3), "width": round(width, 3)})
        at += width
    return parts
