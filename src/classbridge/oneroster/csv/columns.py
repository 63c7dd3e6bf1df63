"""Checks of a column, many rows at a time: a batch of values passes in one step of C, or is looked at singly.

Every check has `run(columns, numbers)`: `columns` are the batch's values by position, `numbers` the rows' lines.
"""

import re
from collections.abc import Callable, Sequence
from typing import Protocol

from classbridge.oneroster.csv.layout import Column
from classbridge.oneroster.csv.report import Notes
from classbridge.oneroster.csv.values import LONGEST, Test

Columns = Sequence[tuple[str, ...]]
REMEMBERED = 20_000
"""Verdicts kept per check. Dates, roles and scores repeat; what does not is tested each time."""


class Check(Protocol):
    """A check of a file's batches."""

    def run(self, columns: Columns, numbers: Sequence[int]) -> None:
        """Note what is wrong in a batch."""


class Required:
    """A value in every row."""

    def __init__(self, column: Column, at: int, notes: Notes, rule: str = "required") -> None:
        self.column, self.at, self.notes, self.rule = column, at, notes, rule

    def run(self, columns: Columns, numbers: Sequence[int]) -> None:
        """Note the blank values."""
        values = columns[self.at]
        if "" in values:
            for number, value in zip(numbers, values, strict=True):
                if not value:
                    self.notes.note(self.rule, number, self.column.name, value)


class Blank:
    """No value in any row: status and dateLastModified of a bulk file."""

    def __init__(self, column: Column, at: int, notes: Notes) -> None:
        self.column, self.at, self.notes = column, at, notes

    def run(self, columns: Columns, numbers: Sequence[int]) -> None:
        """Note the values."""
        values = columns[self.at]
        if any(values):
            for number, value in zip(numbers, values, strict=True):
                if value:
                    self.notes.note("bulk-status", number, self.column.name, value)


class Form:
    """Values of a data type or vocabulary. Blank ones are left to `Required`."""

    def __init__(self, column: Column, at: int, notes: Notes, rule: str, test: Test) -> None:
        self.column, self.at, self.notes, self.rule, self.test = column, at, notes, rule, test
        self.good = {""}

    def run(self, columns: Columns, numbers: Sequence[int]) -> None:
        """Test the values that were not good before."""
        values = columns[self.at]
        if self.good.issuperset(values):
            return
        fresh = set(values) - self.good
        bad = {value for value in fresh if not self.test(value)}
        if len(self.good) < REMEMBERED:
            self.good |= fresh - bad
        if bad:
            for number, value in zip(numbers, values, strict=True):
                if value in bad:
                    self.notes.note(self.rule, number, self.column.name, value)


class Guid(Form):
    """Ids that hardly ever repeat: one pattern over the whole column instead of a memory of values."""

    def __init__(self, column: Column, at: int, notes: Notes, rule: str, test: Test, pattern: str) -> None:
        super().__init__(column, at, notes, rule, test)
        self.all = re.compile(f"(?:(?:{pattern.removeprefix('^').removesuffix('$')})?\n)*+", re.ASCII)

    def run(self, columns: Columns, numbers: Sequence[int]) -> None:
        """Test the values one by one only where the column as a whole does not match."""
        text = "\n".join(columns[self.at]) + "\n"
        if self.all.fullmatch(text) is None:
            super().run(columns, numbers)


class Long:
    """Texts that importers may cut."""

    def __init__(self, column: Column, at: int, notes: Notes) -> None:
        self.column, self.at, self.notes = column, at, notes

    def run(self, columns: Columns, numbers: Sequence[int]) -> None:
        """Note the texts that are too long."""
        values = columns[self.at]
        if max(map(len, values)) > LONGEST:
            for number, value in zip(numbers, values, strict=True):
                if len(value) > LONGEST:
                    self.notes.note("text-long", number, self.column.name, value)


class Reference:
    """References to records of the package; `wanted` are those that have the property the column asks for.

    `status_at` is where status stands in a delta file: what is being deleted may refer to what is gone.
    """

    def __init__(
        self,
        column: Column,
        at: int,
        notes: Notes,
        known: set[str],
        test: Test,
        wanted: tuple[str, set[str]] | None,
        status_at: int | None,
    ) -> None:
        self.column, self.at, self.notes, self.known, self.test = column, at, notes, known, test
        self.rule, self.wanted = wanted or ("", known)
        self.status_at = status_at

    def run(self, columns: Columns, numbers: Sequence[int]) -> None:
        """Look for the values among the ids."""
        values = columns[self.at]
        if self.wanted.issuperset(values):
            return
        fresh = set(values) - self.wanted
        bad = {value: rule for value in fresh if (rule := self._rule(value))}
        if bad:
            gone = columns[self.status_at] if self.status_at is not None else ()
            for place, (number, value) in enumerate(zip(numbers, values, strict=True)):
                if value in bad and not (gone and bad[value] != "guid" and gone[place] == "tobedeleted"):
                    self.notes.note(bad[value], number, self.column.name, value, self._detail(bad[value]))

    def _rule(self, value: str) -> str:
        items = value.split(",") if self.column.is_list else [value]
        if not all(map(self.test, items)):
            return "guid" if value else ""
        if not self.known.issuperset(items):
            return "reference"
        return "" if self.wanted.issuperset(items) else self.rule

    def _detail(self, rule: str) -> str:
        return f"It is not in {self.column.references}.csv." if rule == "reference" else ""


class Unresolvable:
    """References of a bulk file to a file that is not there in bulk: told once, at the first of them."""

    def __init__(self, column: Column, at: int, notes: Notes) -> None:
        self.column, self.at, self.notes, self.told = column, at, notes, False

    def run(self, columns: Columns, numbers: Sequence[int]) -> None:
        """Note the first reference."""
        if not self.told and any(columns[self.at]):
            self.told = True
            first = next(number for number, value in zip(numbers, columns[self.at], strict=True) if value)
            detail = f"{self.column.references}.csv is not in the package, or not in bulk."
            self.notes.note("reference-file", first, self.column.name, detail=detail)


class Pair:
    """Two columns that must agree."""

    def __init__(
        self, at: tuple[int, int], name: str, notes: Notes, rule: str, agree: Callable[[str, str], bool]
    ) -> None:
        self.at, self.name, self.notes, self.rule, self.agree = at, name, notes, rule, agree
        self.good: set[tuple[str, str]] = set()

    def run(self, columns: Columns, numbers: Sequence[int]) -> None:
        """Test the pairs that were not good before."""
        one, other = (columns[at] for at in self.at)
        if self.good.issuperset(zip(one, other, strict=True)):
            return
        fresh = set(zip(one, other, strict=True)) - self.good
        bad = {pair for pair in fresh if not self.agree(*pair)}
        if len(self.good) < REMEMBERED:
            self.good |= fresh - bad
        if bad:
            for number, *pair in zip(numbers, one, other, strict=True):
                if tuple(pair) in bad:
                    self.notes.note(self.rule, number, self.name, pair[1])


class Among:
    """Records that belong to a set of bad ones."""

    def __init__(self, name: str, at: int, notes: Notes, rule: str, bad: set[str]) -> None:
        self.name, self.at, self.notes, self.rule, self.bad = name, at, notes, rule, bad

    def run(self, columns: Columns, numbers: Sequence[int]) -> None:
        """Note the records."""
        for number, value in zip(numbers, columns[self.at], strict=True):
            if value in self.bad:
                self.notes.note(self.rule, number, self.name)
