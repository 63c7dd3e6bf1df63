"""Two packages compared row by row.

The rows of a file of the first package wait in a temporary database while those of the second pass by: memory does
not grow with the packages.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import islice
from typing import Literal

from msgspec import Struct, field

from classbridge.oneroster.csv.finding import Finding
from classbridge.oneroster.csv.layout import layout
from classbridge.oneroster.csv.links import Cells
from classbridge.oneroster.csv.package import Package, PackageError
from classbridge.oneroster.csv.table import Row, Table, has, table
from classbridge.oneroster.csv.waiting import TwiceError, Waiting
from classbridge.oneroster.models import Version

ChangeKind = Literal["added", "removed", "changed"]
_BATCH = 500


class Change(Struct, frozen=True, kw_only=True):
    """A row that only one package has, or that differs in `columns`. `before` and `after` are people's data."""

    kind: ChangeKind
    file: str
    sourced_id: str
    columns: tuple[str, ...] = ()
    before: Cells = field(default_factory=dict)
    after: Cells = field(default_factory=dict)


class Counts(Struct, kw_only=True):
    """How many rows of a file are what."""

    added: int = 0
    removed: int = 0
    changed: int = 0
    same: int = 0


class DifferentVersionsError(ValueError):
    """The packages are not of the same OneRoster version, or one does not say which it is."""


def compare(a: Package, b: Package, on_change: Callable[[Change], None]) -> dict[str, Counts]:
    """Compare every file; `on_change` is told of each difference. A column that a file lacks counts as blank.

    Raises PackageError where a file cannot be read or has a sourcedId twice, and DifferentVersionsError.
    """
    found = {}
    for name in layout(same_version(a, b)).files:
        if has(a, name) or has(b, name):
            found[name] = counts = Counts()
            for change in _changes(a, b, name, counts):
                setattr(counts, change.kind, getattr(counts, change.kind) + 1)
                on_change(change)
    return found


def same_version(a: Package, b: Package) -> Version:
    """The version of both. Raises DifferentVersionsError."""
    version = a.manifest.version
    if version is None or version is not b.manifest.version:
        raise DifferentVersionsError
    return version


def _changes(a: Package, b: Package, name: str, counts: Counts) -> Iterator[Change]:
    with ExitStack() as stack:
        waiting = stack.enter_context(Waiting())
        before = stack.enter_context(table(a, name)) if has(a, name) else None
        after = stack.enter_context(table(b, name)) if has(b, name) else None
        if before:
            _fill(waiting, before)
        if after:
            yield from _met(waiting, before, after, counts)
        if before:
            for sourced_id, row in waiting.left():
                yield Change(kind="removed", file=name, sourced_id=sourced_id, before=_cells(before, row))


def _fill(waiting: Waiting, before: Table) -> None:
    try:
        waiting.fill(_identified(before))
    except TwiceError as error:
        raise _twice(before, error.line) from None


def _met(waiting: Waiting, before: Table | None, after: Table, counts: Counts) -> Iterator[Change]:
    rows = _identified(after)
    while batch := list(islice(rows, _BATCH)):
        lines: dict[str, int] = {}
        for line, sourced_id, _ in batch:
            if lines.setdefault(sourced_id, line) != line:
                raise _twice(after, line)
        try:
            found = waiting.meet(lines)
        except TwiceError as error:
            raise _twice(after, error.line) from None
        for _, sourced_id, row in batch:
            change = _change(before, after, sourced_id, found.get(sourced_id), row)
            if change:
                yield change
            else:
                counts.same += 1


def _change(before: Table | None, after: Table, sourced_id: str, old: Row | None, new: Row) -> Change | None:
    if old is None or before is None:
        return Change(kind="added", file=after.name, sourced_id=sourced_id, after=_cells(after, new))
    if old == new and before.header == after.header:
        return None
    was, now = _cells(before, old), _cells(after, new)
    names = dict.fromkeys((*before.header, *after.header))
    columns = tuple(name for name in names if was.get(name, "") != now.get(name, ""))
    if not columns:
        return None
    return Change(kind="changed", file=after.name, sourced_id=sourced_id, columns=columns, before=was, after=now)


def _identified(opened: Table) -> Iterator[tuple[int, str, Row]]:
    at = opened.header.index("sourcedId")
    for line, row in opened.rows:
        if len(row) != len(opened.header):
            raise PackageError([Finding(rule="row-length", file=f"{opened.name}.csv", line=line)])
        yield line, row[at], row


def _cells(opened: Table, row: Row) -> Cells:
    return dict(zip(opened.header, row, strict=True))


def _twice(opened: Table, line: int) -> PackageError:
    return PackageError([Finding(rule="duplicate-id", file=f"{opened.name}.csv", line=line)])
