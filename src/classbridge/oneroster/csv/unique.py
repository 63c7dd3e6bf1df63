"""Rules that a key occurs once in a file."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import compress
from typing import Protocol

from classbridge.oneroster.csv.columns import Columns
from classbridge.oneroster.csv.header import Header
from classbridge.oneroster.csv.layout import File
from classbridge.oneroster.csv.repeats import SUSPECTS, Repeats
from classbridge.oneroster.csv.report import Notes

Batches = Callable[[], Iterable[tuple[Sequence[int], Columns]]]


class Key(Protocol):
    """What must occur once: the keys of a batch's rows, blank where a row has none."""

    rule: str
    column: str

    def of(self, columns: Columns) -> Sequence[str]:
        """The keys, one for each row."""


class SourcedId:
    """The sourcedId of a record."""

    rule, column = "duplicate-id", "sourcedId"

    def __init__(self, at: int) -> None:
        self.at = at

    def of(self, columns: Columns) -> Sequence[str]:
        """The column."""
        return columns[self.at]


class PrimaryRole:
    """User and org of a primary role that is not being deleted (a user may have one in an org)."""

    rule, column = "two-primary-roles", "roleType"

    def __init__(self, at: tuple[int, int, int, int]) -> None:
        self.at = at

    def of(self, columns: Columns) -> Sequence[str]:
        """User and org, joined by a character that no id has."""
        rows = zip(*(columns[at] for at in self.at), strict=True)
        return [
            f"{user}\n{org}" if kind == "primary" and status != "tobedeleted" else ""
            for status, kind, user, org in rows
        ]


def keys(file: File, header: Header) -> Iterator[Key]:
    """The keys of a file, as far as it has their columns."""
    at = header.position("sourcedId")
    if at is not None:
        yield SourcedId(at)
    if file.name == "roles":
        places = [header.position(name) for name in ("status", "roleType", "userSourcedId", "orgSourcedId")]
        status, kind, user, org = places
        if status is not None and kind is not None and user is not None and org is not None:
            yield PrimaryRole((status, kind, user, org))


class Unique:
    """The check that a key occurs once. `batches` reads the file again."""

    def __init__(self, key: Key, repeats: Repeats, notes: Notes, batches: Batches) -> None:
        self.key, self.repeats, self.notes, self.batches = key, repeats, notes, batches

    def run(self, columns: Columns, numbers: Sequence[int]) -> None:
        """Remember a batch's keys."""
        found = self.key.of(columns)
        self.repeats.add(filter(None, found) if "" in found else found)

    def finish(self) -> None:
        """Compare the suspects in full and note those that really repeat."""
        suspects = self.repeats.suspects()
        first: dict[str, int] = {}
        told = 0
        for numbers, columns in self.batches() if suspects else ():
            found = self.key.of(columns)
            picked = [hash(key) in suspects and key != "" for key in found]
            for number, key in compress(zip(numbers, found, strict=True), picked):
                if first.setdefault(key, number) != number:
                    told += 1
                    self.notes.note(self.key.rule, number, self.key.column, key, f"First in line {first[key]}.")
        if len(suspects) >= SUSPECTS:
            self.notes.more(self.key.rule, self.repeats.count - told)
