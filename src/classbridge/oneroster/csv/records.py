"""A package's rows as records of the model, one after another, in memory that does not grow with the package.

Rows of link files wait in a temporary database until their owner comes (`links`); the rest is read in passing.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Self

import msgspec
from msgspec import Struct

from classbridge.oneroster.codec import decode
from classbridge.oneroster.csv.cells import Read, reader
from classbridge.oneroster.csv.finding import RULES, Finding
from classbridge.oneroster.csv.folds import FOLDS, folds_of
from classbridge.oneroster.csv.layout import MANIFEST, Column, Mode, layout
from classbridge.oneroster.csv.links import Cells, Links
from classbridge.oneroster.csv.loss import Kind, Loss, OnLoss
from classbridge.oneroster.csv.mapping import ENTITIES, METADATA, PASSWORD, fields
from classbridge.oneroster.csv.package import Package, PackageError
from classbridge.oneroster.csv.table import Row, Table, has, table
from classbridge.oneroster.errors import RecordError
from classbridge.oneroster.models import Record, Version

_BATCH = 500
_MENDED = {"encoding", "line-break", "nul"}
"""Rules about lines that are read all the same, with a character replaced."""
_encode = msgspec.json.Encoder().encode

Skip = Callable[[str, int], bool]
"""Whether to pass over a row, by its file (`users`) and line."""


class Found(Struct, frozen=True, kw_only=True):
    """A record, and the rows of link files that belong to it, by file."""

    record: Record
    links: dict[str, list[Cells]]


class Reader:
    """The records of an open package. Use it as a context manager, and iterate over it once.

    What cannot be read or is not copied goes to `on_loss`. Iterating raises PackageError where a file is broken.
    """

    def __init__(self, package: Package, on_loss: OnLoss, skip: Skip | None = None) -> None:
        self.package = package
        self.version = _version(package)
        self.modes: dict[str, Mode] = {}
        """Each file's mode; complete when the block begins."""
        self.extensions: dict[str, list[str]] = {}
        """Each file's extension columns; complete when the block begins."""
        self._on_loss = on_loss
        self._skip = skip
        self._links = Links()

    def __enter__(self) -> Self:
        try:
            for file in layout(self.version).files:
                self._look_at(file)
            self._links.fill(self._link_rows())
        except BaseException:
            self._links.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._links.close()

    def __iter__(self) -> Iterator[Found]:
        """The records, what is referred to before what refers to it, each file in its own order."""
        for file in ENTITIES:
            if file in self.modes:
                yield from self._records(file)

    def left_over(self) -> Iterator[tuple[str, Cells]]:
        """Rows of link files whose owner the package does not have: in a delta, changes of links alone."""
        return self._links.left_over()

    def _look_at(self, file: str) -> None:
        if has(self.package, file):
            with table(self.package, file) as opened:
                self.modes[file] = opened.mode
                self.extensions[file] = [name for name in opened.header if name.startswith(METADATA)]
                self._name_unknown(file, opened)

    def _name_unknown(self, file: str, opened: Table) -> None:
        known = {column.name for column in _columns(self.version, file)}
        for name in opened.header:
            if name not in known and not name.startswith(METADATA):
                self._on_loss(Loss(kind="column", file=file, column=name, why="The standard has no such column."))

    def _link_rows(self) -> Iterator[tuple[str, str, Cells]]:
        for file in FOLDS:
            if file in self.modes:
                with table(self.package, file) as opened:
                    yield from self._links_in(file, opened)

    def _links_in(self, file: str, opened: Table) -> Iterator[tuple[str, str, Cells]]:
        blank = {column.name: "" for column in _columns(self.version, file)}
        owner = FOLDS[file].owner
        for _, row in self._sound(opened):
            cells = blank | dict(zip(opened.header, row, strict=True))
            if cells.get(PASSWORD):
                cells[PASSWORD] = ""
            yield file, cells[owner], cells

    def _sound(self, opened: Table) -> Iterator[tuple[int, Row]]:
        """The rows that have the header's length and are not to be passed over; what is wrong is told of."""
        password = opened.place(PASSWORD)
        identity = opened.header.index("sourcedId")
        for line, row in opened.rows:
            if len(row) != len(opened.header):
                self._unreadable(opened.name, line, "", "", "It has another number of fields than the header.")
            elif not (self._skip and self._skip(opened.name, line)):
                if password is not None and row[password]:
                    self._on_loss(
                        Loss(
                            kind="password", file=opened.name, column=PASSWORD, sourced_id=row[identity], line=line
                        )
                    )
                yield line, row
        for finding in opened.report.findings:
            if finding.rule != "blank-line":
                kind: Kind = "text" if finding.rule in _MENDED else "unreadable"
                self._on_loss(Loss(kind=kind, file=opened.name, line=finding.line, why=RULES[finding.rule].text))

    def _records(self, file: str) -> Iterator[Found]:
        folds = [fold for fold in folds_of(file) if fold.file in self.modes]
        with table(self.package, file) as opened:
            wires = _Wires(file, opened, _columns(self.version, file))
            rows = self._sound(opened)
            while batch := [(line, wires.of(row)) for line, row in islice(rows, _BATCH)]:
                owners = [wire.get("sourcedId", "") for _, wire in batch]
                links = {fold.file: self._links.of(fold.file, owners) for fold in folds}
                for (line, wire), owner in zip(batch, owners, strict=True):
                    own = {name: found[owner] for name, found in links.items() if owner in found}
                    record = self._record(file, line, wire, own)
                    if record:
                        yield Found(record=record, links=own)

    def _record(self, file: str, line: int, wire: dict[str, Any], links: dict[str, list[Cells]]) -> Record | None:
        for name, rows in links.items():
            for row in rows:
                # A link that is gone is no longer said of its owner, unless the owner goes with it.
                if row["status"] != "tobedeleted" or wire.get("status") == "tobedeleted":
                    FOLDS[name].into(wire, row)
        try:
            return decode(ENTITIES[file], _encode(wire), self.version)
        except RecordError as error:
            self._unreadable(file, line, wire.get("sourcedId", ""), error.member.removeprefix("$."), error.rule)
        return None

    def _unreadable(self, file: str, line: int, sourced_id: str, column: str, why: str) -> None:
        self._on_loss(Loss(kind="unreadable", file=file, line=line, sourced_id=sourced_id, column=column, why=why))


def records(package: Package, on_loss: OnLoss, skip: Skip | None = None) -> Iterator[Record]:
    """The records of an open package; see `Reader`."""
    with Reader(package, on_loss, skip) as found:
        for one in found:
            yield one.record


class _Wires:
    """Makes rows the objects that REST would have."""

    def __init__(self, file: str, opened: Table, columns: tuple[Column, ...]) -> None:
        places = {name: place for place, name in enumerate(opened.header)}
        self._plain: list[tuple[int, str]] = []
        self._read: list[tuple[int, str, Read]] = []
        for one in fields(file, columns):
            place, read = places.get(one.column.name), reader(one)
            if place is not None and read:
                self._read.append((place, one.name, read))
            elif place is not None:
                self._plain.append((place, one.name))
        self._extensions = [
            (at, name[len(METADATA) :]) for name, at in places.items() if name.startswith(METADATA)
        ]

    def of(self, row: Row) -> dict[str, Any]:
        """The row's object; what is blank is not in it."""
        wire: dict[str, Any] = {name: row[place] for place, name in self._plain if row[place]}
        for place, name, read in self._read:
            if row[place]:
                wire[name] = read(row[place])
        extensions = {name: row[place] for place, name in self._extensions if row[place]}
        if extensions:
            wire["metadata"] = extensions
        return wire


def _columns(version: Version, file: str) -> tuple[Column, ...]:
    """Every column that any layout of a file has."""
    return max(layout(version).files[file].layouts, key=len)


def _version(package: Package) -> Version:
    manifest = package.manifest
    if manifest.version is None:
        raise PackageError(manifest.findings or [Finding(rule="manifest-version", file=MANIFEST)])
    return manifest.version
