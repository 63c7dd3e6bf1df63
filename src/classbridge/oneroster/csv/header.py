"""A file's header: which layout it follows, and where each column stands."""

from msgspec import Struct

from classbridge.oneroster.csv.layout import Column, File
from classbridge.oneroster.csv.report import Notes

_EXTENSION = "metadata."


class Header(Struct, frozen=True, kw_only=True):
    """The columns that a file has of its layout, with their positions, and how many fields its rows must have."""

    fields: int
    positions: tuple[tuple[Column, int], ...]

    def position(self, name: str) -> int | None:
        """Where a column stands; None where the file lacks it."""
        return next((at for column, at in self.positions if column.name == name), None)


def read_header(names: list[str], file: File) -> Header:
    """Find the columns by name: their values can be checked in a wrong order or case, too."""
    columns = best_layout(names, file)
    exact = {name: at for at, name in reversed(list(enumerate(names)))}
    loose = {name.strip().lower(): at for name, at in exact.items()}
    found = [(column, exact.get(column.name, loose.get(column.name.lower()))) for column in columns]
    return Header(fields=len(names), positions=tuple((column, at) for column, at in found if at is not None))


def best_layout(names: list[str], file: File) -> tuple[Column, ...]:
    """The layout that agrees with most of a header from its start, the one to write if two do."""

    def agreeing(columns: tuple[Column, ...]) -> int:
        return sum(column.name == name for column, name in zip(columns, names, strict=False))

    return max(file.layouts, key=agreeing)


def judge(names: list[str], file: File, notes: Notes) -> None:
    """Note what is wrong with a header. Its own words are not repeated: a file without header starts with data."""
    columns = best_layout(names, file)
    for at, column in enumerate(columns):
        if at >= len(names) or names[at] != column.name:
            detail = f"Column {at + 1} must be {column.name}."
            notes.note("header", 1, column.name, names[at] if at < len(names) else "", detail)
            return
    seen: set[str] = set()
    for at, name in enumerate(names[len(columns) :], len(columns) + 1):
        if not name.startswith(_EXTENSION) or name in seen:
            notes.note("header-extension", 1, value=name, detail=f"Column {at}.")
        seen.add(name)
