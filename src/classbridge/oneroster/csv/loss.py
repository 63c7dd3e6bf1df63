"""What reading, writing or converting a package could not keep, one entry each, and their count."""

from collections.abc import Callable
from typing import Literal

from msgspec import Struct, field

Kind = Literal[
    "column", "deleted", "file", "filled", "password", "reference", "required", "text", "unreadable", "value"
]

KINDS: dict[Kind, str] = {
    "column": "The version has no column for it.",
    "deleted": "A bulk file cannot say that a record is to be deleted: it leaves the record out.",
    "file": "The version has no file for it.",
    "filled": "The version requires a value; the usual one was put in.",
    "password": "Passwords are never copied.",
    "reference": "It refers to a record that was left out, or is not in the package.",
    "required": "The version requires a value that is not there; the row was left out.",
    "text": "CSV cannot hold the text as it is.",
    "unreadable": "The row cannot be read; it was left out.",
    "value": "The version's vocabulary does not have the value.",
}
"""Each kind of loss in words."""


class Loss(Struct, frozen=True, kw_only=True):
    """One thing that is not kept. `file` is without `.csv`; `why` never quotes a person's value.

    `line` is that of the source, counted from 1 (the header's), where a row of the source could not be read.
    """

    kind: Kind
    file: str
    column: str = ""
    sourced_id: str = ""
    line: int | None = None
    why: str = ""


OnLoss = Callable[[Loss], None]


class Count(Struct, kw_only=True):
    """How often a kind of loss befell a column; `examples` are the first of them."""

    kind: Kind
    file: str
    column: str
    count: int = 0
    examples: list[Loss] = field(default_factory=list)


class Tally:
    """Counts losses as they come, in memory that does not grow with them; `then` is told of each."""

    def __init__(self, then: OnLoss | None = None, *, examples: int = 20) -> None:
        self._counts: dict[tuple[str, str, str], Count] = {}
        self._then = then
        self._examples = examples

    def __call__(self, loss: Loss) -> None:
        """Count a loss."""
        key = (loss.file, loss.column, loss.kind)
        if key not in self._counts:
            self._counts[key] = Count(kind=loss.kind, file=loss.file, column=loss.column)
        count = self._counts[key]
        count.count += 1
        if count.count <= self._examples:
            count.examples.append(loss)
        if self._then:
            self._then(loss)

    @property
    def counts(self) -> list[Count]:
        """What was counted, by file and column."""
        return [self._counts[key] for key in sorted(self._counts)]

    def of(self, kind: Kind) -> int:
        """How many losses there were of a kind."""
        return sum(one.count for one in self._counts.values() if one.kind == kind)
