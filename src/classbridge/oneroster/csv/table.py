"""A file of a package read row by row, without judging it: that is what checking is for."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain

from msgspec import Struct

from classbridge.oneroster.csv.finding import Finding
from classbridge.oneroster.csv.layout import Mode
from classbridge.oneroster.csv.package import Package, PackageError
from classbridge.oneroster.csv.reading import UnreadableError, batches
from classbridge.oneroster.csv.report import Notes, Report

Row = list[str]


class Table(Struct, frozen=True, kw_only=True):
    """A file's header, its mode and its rows with their line numbers.

    A row of another length than the header comes as it is. The mode is what the data say, or else the manifest:
    on conflict the data win (CSV binding, processing). `report` has, once the rows are read, what was wrong with
    the form of lines: such a line is left out, or mended.
    """

    name: str
    header: tuple[str, ...]
    mode: Mode
    rows: Iterator[tuple[int, Row]]
    report: Report

    def place(self, column: str) -> int | None:
        """Where a column stands in a row."""
        return self.header.index(column) if column in self.header else None


def has(package: Package, name: str) -> bool:
    """Whether a package has a file (`users`)."""
    return f"{name}.csv" in package.names


@contextmanager
def table(package: Package, name: str) -> Iterator[Table]:
    """Open a file (`users`). Raises PackageError where it cannot be read, also later, while it is read."""
    file, report = f"{name}.csv", Report()
    try:
        with package.stream(file) as stream:
            found = batches(stream, package.limits, Notes(report, file))
            rows = (pair for batch in found for pair in zip(batch.numbers, batch.rows, strict=True))
            header = tuple(next(rows, (0, []))[1])
            if len(header) > package.limits.columns:
                raise PackageError([Finding(rule="too-many-columns", file=file, line=1)])
            if "sourcedId" not in header or len(set(header)) != len(header):
                raise PackageError([Finding(rule="header", file=file, line=1)])
            first = list(next(((pair,) for pair in rows), ()))
            mode = _mode(header, first, package.manifest.modes.get(name, "bulk"))
            yield Table(name=name, header=header, mode=mode, rows=chain(first, rows), report=report)
    except UnreadableError:
        raise PackageError(report.findings[-1:]) from None


def _mode(header: tuple[str, ...], first: list[tuple[int, Row]], declared: Mode) -> Mode:
    if not first or "status" not in header or len(first[0][1]) != len(header):
        return declared
    return "delta" if first[0][1][header.index("status")] else "bulk"
