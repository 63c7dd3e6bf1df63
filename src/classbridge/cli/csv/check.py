"""The check of a CSV package against the standard."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec

from classbridge.cli.csv.opening import Progress
from classbridge.oneroster.csv.check import check
from classbridge.oneroster.csv.finding import RULES, Finding
from classbridge.oneroster.csv.report import Report


@click.command("check")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--limit", type=click.IntRange(min=0), default=20, show_default=True, help="Findings shown per rule."
)
@click.option(
    "--warn",
    "lenient",
    multiple=True,
    type=click.Choice(sorted(RULES)),
    metavar="RULE",
    help="Take this rule's errors for warnings; may be repeated.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def check_command(path: Path, limit: int, lenient: tuple[str, ...], as_json: bool) -> None:
    """Check a OneRoster CSV package, a folder or a zip, of version 1.1 or 1.2.

    Findings name file, line, column and rule, and how to put it right; of a value only its shape is shown, so a
    report can be passed on. Ends with 1 when there are errors, with 2 when the path cannot be read.
    """
    try:
        report = check(path, limit=limit, lenient=lenient, progress=Progress())
    except OSError as error:
        raise click.UsageError(f"{path} cannot be read: {error.strerror}.") from None
    click.echo(json.dumps(as_data(report), indent=2) if as_json else "\n".join(_lines(report)))
    sys.exit(1 if report.errors else 0)


def as_data(report: Report) -> dict[str, Any]:
    """The report as plain values: true counts by rule, and the findings that were kept."""
    return {
        "ok": not report.errors,
        "version": report.version,
        "errors": report.errors,
        "warnings": report.warnings,
        "rows": report.rows,
        "rules": [
            {**msgspec.to_builtins(RULES[rule]), "severity": report.severity(rule), "count": count}
            for rule, count in sorted(report.counts.items())
        ],
        "findings": [
            {"severity": report.severity(one.rule), **msgspec.to_builtins(one)} for one in report.findings
        ],
    }


def _lines(report: Report) -> Iterator[str]:
    """Errors first, then warnings; of each rule its count, text, fix and first findings."""
    if report.version:
        rows = sum(report.rows.values())
        yield f"OneRoster {report.version}, {len(report.rows)} files, {rows:,} rows."
    for rule in sorted(report.counts, key=lambda rule: (report.severity(rule), rule)):
        known, count = RULES[rule], report.counts[rule]
        kept = [one for one in report.findings if one.rule == rule]
        yield f"\n{report.severity(rule)} {rule} ({count:,}): {known.text}"
        yield f"  Fix: {known.fix}"
        yield from (f"  - {_said(one)}" for one in kept)
        if count > len(kept):
            yield f"  ... and {count - len(kept):,} more (--limit shows more)"
    yield f"\nErrors: {report.errors:,}. Warnings: {report.warnings:,}."


def _said(finding: Finding) -> str:
    value = f"found {finding.value}" if finding.value else ""
    return ": ".join(
        filter(None, [finding.place or "the package", " ".join(filter(None, [value, finding.detail]))])
    )
