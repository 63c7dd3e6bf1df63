"""The check of one file: its header, then its rows in batches, by the checks that its columns ask for."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack

from msgspec import Struct

from classbridge.oneroster.csv import values
from classbridge.oneroster.csv.columns import (
    Among,
    Blank,
    Check,
    Columns,
    Form,
    Guid,
    Long,
    Pair,
    Reference,
    Required,
    Unresolvable,
)
from classbridge.oneroster.csv.header import Header, judge, read_header
from classbridge.oneroster.csv.index import Index, rows_of, wanted
from classbridge.oneroster.csv.layout import Column, File, Layout
from classbridge.oneroster.csv.package import Package
from classbridge.oneroster.csv.reading import Batch, UnreadableError, batches
from classbridge.oneroster.csv.repeats import Repeats
from classbridge.oneroster.csv.report import Notes
from classbridge.oneroster.csv.rowrules import PAIRS, in_a_cycle, within_range
from classbridge.oneroster.csv.unique import Unique, keys

_RULES_OF_CONSTRAINTS = {"orgs": "not-a-school", "academicSessions": "session-type"}
_CHANGE_COLUMNS = ("status", "dateLastModified")


class Setting(Struct, frozen=True, kw_only=True):
    """What a file's check knows of its package: the layout, the index, the names of the files in bulk mode.

    `told` are the files to which references cannot lead for a reason that is told elsewhere: they are bulk but
    empty or unreadable, or declared and missing.
    """

    known: Layout
    index: Index
    bulk: set[str]
    told: set[str]


class FileCheck:
    """One file's check. `rows` counts its data rows."""

    def __init__(self, package: Package, file: File, setting: Setting, notes: Notes, stack: ExitStack) -> None:
        self.package, self.file, self.setting, self.notes, self.stack = package, file, setting, notes, stack
        self.rows = 0
        self.header: Header | None = None
        self.checks: list[Check] = []
        self.unique: list[Unique] = []

    def read(self) -> Iterator[int]:
        """Check the file batch by batch; yield the rows so far. Raises UnreadableError and PackageError."""
        with self.package.stream(self.file.file_name) as stream:
            for batch in batches(stream, self.package.limits, self.notes):
                if self.header is None and batch.rows:
                    self.header = self._begin(batch.rows[0])
                    batch = Batch(batch.numbers[1:], batch.rows[1:])
                if self.header is not None and batch.rows:
                    self.rows += len(batch.rows)
                    self._run(batch, self.header.fields)
                yield self.rows

    def finish(self) -> None:
        """Tell what only the whole file shows."""
        if self.header is None:
            self.notes.note("header-missing", 1)
        elif not self.rows:
            self.notes.note("no-rows", 1)
        for one in self.unique:
            one.finish()

    def _begin(self, names: list[str]) -> Header:
        if len(names) > self.package.limits.columns:
            self.notes.note("too-many-columns", 1, detail=f"The limit is {self.package.limits.columns:,}.")
            raise UnreadableError
        judge(names, self.file, self.notes)
        header = read_header(names, self.file)
        plan = Plan(self.file, header, self.setting, self.notes)
        for key in keys(self.file, header):
            repeats = self.stack.enter_context(Repeats(self.package.sizes[self.file.file_name]))
            self.unique.append(Unique(key, repeats, self.notes, self._again))
        self.checks = [*plan.checks(), *self.unique]
        return header

    def _run(self, batch: Batch, fields: int) -> None:
        numbers, rows = batch.numbers, batch.rows
        if set(map(len, rows)) != {fields}:
            numbers, rows = self._whole(batch, fields)
        if rows:
            columns = list(zip(*rows, strict=True))
            for one in self.checks:
                one.run(columns, numbers)

    def _whole(self, batch: Batch, fields: int) -> tuple[Sequence[int], list[list[str]]]:
        """The rows that have as many fields as the header."""
        kept = []
        for number, row in zip(batch.numbers, batch.rows, strict=True):
            whole = row if len(row) == fields else self._mended(row, fields)
            if whole:
                kept.append((number, whole))
            else:
                self.notes.note("row-length", number, detail=f"{len(row)} fields instead of {fields}.")
        return [number for number, _ in kept], [row for _, row in kept]

    def _mended(self, row: list[str], fields: int) -> list[str]:
        """A number with a decimal comma and no quotes fell into two fields: put it together, `float` will tell."""
        for column, at in self.header.positions if self.header and len(row) == fields + 1 else ():
            if column.type == "float" and row[at].isdigit() and row[at + 1].isdigit():
                return [*row[:at], f"{row[at]},{row[at + 1]}", *row[at + 2 :]]
        return []

    def _again(self) -> Iterator[tuple[Sequence[int], Columns]]:
        """The batches of whole rows once more."""
        for header, batch in rows_of(self.package, self.file):
            kept = [
                (number, row)
                for number, row in zip(batch.numbers, batch.rows, strict=True)
                if len(row) == header.fields
            ]
            if kept:
                yield [number for number, _ in kept], list(zip(*(row for _, row in kept), strict=True))


class Plan:
    """Which checks the columns of a file ask for."""

    def __init__(self, file: File, header: Header, setting: Setting, notes: Notes) -> None:
        self.file, self.header, self.setting, self.notes = file, header, setting, notes
        self.is_bulk = file.name in setting.bulk

    def checks(self) -> Iterator[Check]:
        """Every check but uniqueness."""
        for column, at in self.header.positions:
            yield from self._of_column(column, at)
        for name, one, other, rule, agree in PAIRS:
            places = self.header.position(one), self.header.position(other)
            if name == self.file.name and places[0] is not None and places[1] is not None:
                yield Pair((places[0], places[1]), other, self.notes, rule, agree)
        yield from self._of_scores()
        yield from self._of_parents()

    def _of_column(self, column: Column, at: int) -> Iterator[Check]:
        if column.name in _CHANGE_COLUMNS and self.is_bulk:
            yield Blank(column, at, self.notes)
            return
        if column.required == "yes":
            yield Required(column, at, self.notes)
        elif column.required == "delta":
            yield Required(column, at, self.notes, rule="delta-status")
        yield from self._of_values(column, at)

    def _of_values(self, column: Column, at: int) -> Iterator[Check]:
        found = values.form(column, self.setting.known)
        if found is None:
            if not column.is_list:
                yield Long(column, at, self.notes)
            return
        rule, test = found
        if len(self.setting.index.ids.get(column.references or "", ())) > 1:
            yield self._reference(column, at)
            return
        if column.type in ("guid", "guidref"):
            yield Guid(column, at, self.notes, rule, test, self.setting.known.patterns["guid"])
        else:
            yield Form(column, at, self.notes, rule, test)
        if column.references and self.is_bulk and column.references not in self.setting.told:
            yield Unresolvable(column, at, self.notes)

    def _reference(self, column: Column, at: int) -> Reference:
        known, index = self.setting.known, self.setting.index
        wish = wanted(column.constraint, known.version)
        chosen = None
        if wish is not None and wish in index.chosen:
            chosen = (_RULES_OF_CONSTRAINTS.get(wish.file, "not-a-student"), index.chosen[wish])
        test = values.matches(known.patterns["guid"])
        status_at = None if self.is_bulk else self.header.position("status")
        return Reference(column, at, self.notes, index.ids[column.references or ""], test, chosen, status_at)

    def _of_scores(self) -> Iterator[Check]:
        at = self.header.position("lineItemSourcedId"), self.header.position("score")
        if self.file.name == "results" and at[0] is not None and at[1] is not None:
            agree = within_range(self.setting.index)
            yield Pair((at[0], at[1]), "score", self.notes, "score-range", agree)

    def _of_parents(self) -> Iterator[Check]:
        cycle = in_a_cycle(self.setting.index.parents.get(self.file.name, {}))
        at = self.header.position("sourcedId")
        if cycle and at is not None:
            yield Among("parentSourcedId", at, self.notes, "parent-cycle", cycle)
