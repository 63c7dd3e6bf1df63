"""From the bytes of a file to its rows, in batches. A bad line becomes a finding, and the next one is read.

One line is one row: the binding forbids line breaks in fields. Rows are therefore parsed many lines at a time,
and a quote that is not closed cannot swallow the rest of the file.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

from msgspec import Struct

from classbridge.oneroster.csv.limits import Limits
from classbridge.oneroster.csv.report import Notes

BLOCK = 1 << 15
"""Bytes read at a time: the rows of one batch stay in the processor's cache, which doubles the speed."""
_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class Batch(Struct, frozen=True):
    """Rows and the number of the line of each."""

    numbers: Sequence[int]
    rows: list[list[str]]


class UnreadableError(ValueError):
    """The rest of a file cannot be read; a finding says why."""


def batches(stream: IO[bytes], limits: Limits, notes: Notes) -> Iterator[Batch]:
    """Yield a file's rows, the header first, each with at least one field. Raises UnreadableError."""
    first, joiner = 1, _Joiner(limits, notes)
    for block in _blocks(stream, limits, notes):
        text = _text(block, first, notes)
        lines = text.split("\n")
        if first == 1:
            joiner.fields = len(_split(lines[0]) or ())
        numbers: Sequence[int] = range(first, first + len(lines))
        first += len(lines)
        if joiner.is_open or '"' in text:
            numbers, lines = joiner.join(numbers, lines)
        yield _parsed(numbers, lines, notes)
    yield _parsed(*joiner.rest(), notes)


def _blocks(stream: IO[bytes], limits: Limits, notes: Notes) -> Iterator[bytes]:
    """Yield runs of whole lines, without the last line end."""
    carry = b""
    start = stream.read(BLOCK)
    if start.startswith(_UTF16) or b"\0" in start[:4]:
        notes.note("encoding", 1, detail="It looks like UTF-16 or UTF-32.")
        raise UnreadableError
    chunk = start.removeprefix(_BOM)
    while chunk:
        end = chunk.rfind(b"\n")
        if end < 0:
            carry += chunk
        else:
            yield carry + chunk[:end]
            carry = chunk[end + 1 :]
        if len(carry) > limits.line_bytes:
            notes.note("line-too-long", detail=f"A line has more than {limits.line_bytes:,} bytes.")
            raise UnreadableError
        chunk = stream.read(BLOCK)
    if carry:
        yield carry


def _text(block: bytes, first: int, notes: Notes) -> str:
    """Decode a block. Bad bytes, NUL and a CR inside a line are told, replaced, and no reason to stop."""
    try:
        text = block.decode()
    except UnicodeDecodeError:
        text = _decoded_by_line(block, first, notes)
    if "\0" in text:
        text = _replaced(text, "\0", "\ufffd", "nul", first, notes)
    if text.count("\r") != text.count("\r\n") + text.endswith("\r"):
        text = text.replace("\r\n", "\n").removesuffix("\r")
        text = _replaced(text, "\r", " ", "line-break", first, notes)
    return text


def _decoded_by_line(block: bytes, first: int, notes: Notes) -> str:
    lines = []
    for number, line in enumerate(block.split(b"\n"), first):
        try:
            lines.append(line.decode())
        except UnicodeDecodeError:
            notes.note("encoding", number)
            lines.append(line.decode(errors="replace"))
    return "\n".join(lines)


def _replaced(text: str, what: str, by: str, rule: str, first: int, notes: Notes) -> str:
    for number, line in enumerate(text.split("\n"), first):
        if what in line:
            notes.note(rule, number)
    return text.replace(what, by)


class _Joiner:
    """Puts a field that is broken over several lines together again, so that only its own row is bad.

    A line with an odd number of quotes opens or closes such a field.
    """

    def __init__(self, limits: Limits, notes: Notes) -> None:
        self._limits, self._notes = limits, notes
        self._open: list[str] = []
        self._opened = 0
        self.fields = 0
        """How many the header has."""

    @property
    def is_open(self) -> bool:
        """True while a field waits for its end."""
        return bool(self._open)

    def join(self, numbers: Sequence[int], lines: list[str]) -> tuple[Sequence[int], list[str]]:
        """Return the records of these lines; one that is still open waits for the next call."""
        if not self._open and not any(line.count('"') & 1 for line in lines):
            return numbers, lines
        return self._apart(self._records(zip(numbers, lines, strict=True)))

    def rest(self) -> tuple[Sequence[int], list[str]]:
        """Return the lines behind a quote that was never closed."""
        return self._apart(self._given_up())

    @staticmethod
    def _apart(records: Iterable[tuple[int, str]]) -> tuple[Sequence[int], list[str]]:
        found = list(records)
        return [number for number, _ in found], [line for _, line in found]

    def _records(self, numbered: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
        for number, line in numbered:
            odd = line.count('"') & 1
            if not self._open and not odd:
                yield number, line
            elif not self._open:
                self._open, self._opened = [line], number
            else:
                self._open.append(line)
                if odd:
                    yield from self._closed()
                elif len(self._open) > self._limits.open_lines or self._too_long():
                    yield from self._given_up()

    def _too_long(self) -> bool:
        return sum(map(len, self._open)) > self._limits.line_bytes

    def _closed(self) -> Iterator[tuple[int, str]]:
        """A second odd line: the end of the field if a whole row comes of it, else another broken row."""
        whole = " ".join(line.removesuffix("\r") for line in self._open)
        if len(_split(whole) or ()) == self.fields:
            self._notes.note("line-break", self._opened)
            yield self._opened, whole
            self._open = []
            return
        last, number = self._open.pop(), self._opened + len(self._open)
        yield from self._given_up()
        self._open, self._opened = [last], number

    def _given_up(self) -> Iterator[tuple[int, str]]:
        """Leave the opening line out and take the others as they are."""
        if self._open:
            self._notes.note("quoting", self._opened)
            yield from enumerate(self._open[1:], self._opened + 1)
        self._open = []


def _parsed(numbers: Sequence[int], lines: list[str], notes: Notes) -> Batch:
    """Split lines into fields; where one of them does not parse, line by line."""
    try:
        rows = list(csv.reader(lines, strict=True))
    except csv.Error:
        rows = []
    if len(rows) == len(lines) and all(rows):
        return Batch(numbers, rows)
    good = [
        (number, row) for number, line in zip(numbers, lines, strict=True) if (row := _row(number, line, notes))
    ]
    return Batch([number for number, _ in good], [row for _, row in good])


def _row(number: int, line: str, notes: Notes) -> list[str] | None:
    if not line.strip():
        notes.note("blank-line", number)
        return None
    row = _split(line)
    if row is None:
        notes.note("line-too-long" if len(line) > csv.field_size_limit() else "quoting", number)
    return row


def _split(line: str) -> list[str] | None:
    try:
        return next(csv.reader([line], strict=True), None)
    except csv.Error:
        return None
