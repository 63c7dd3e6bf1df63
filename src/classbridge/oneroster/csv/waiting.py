"""Rows of a file waiting for those of another file, in a temporary database instead of in memory."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from typing import Self

import msgspec

Row = list[str]
Numbered = Mapping[str, int]
"""The sourcedIds of rows and their lines."""

_TABLE = "CREATE TABLE waiting (id TEXT PRIMARY KEY, cells BLOB, met INTEGER) WITHOUT ROWID"
_decode = msgspec.json.Decoder(Row).decode
_encode = msgspec.json.Encoder().encode


class TwiceError(ValueError):
    """A sourcedId occurs twice in a file; `line` is where it does so again."""

    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(f"line {line}")


class Waiting:
    """Use it as a context manager. Its file has no name: it is gone whatever ends the process."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        for statement in ("PRAGMA journal_mode=OFF", "PRAGMA synchronous=OFF", _TABLE, "BEGIN"):
            self._database.execute(statement)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def fill(self, rows: Iterable[tuple[int, str, Row]]) -> None:
        """Keep rows: line, sourcedId and cells. Raises TwiceError."""
        at = 0

        def packed() -> Iterator[tuple[str, bytes]]:
            nonlocal at
            for at, sourced_id, row in rows:  # noqa: B007 - read when it fails
                yield sourced_id, _encode(row)

        try:
            self._database.executemany("INSERT INTO waiting VALUES (?, ?, 0)", packed())
        except sqlite3.IntegrityError:
            raise TwiceError(at) from None

    def meet(self, lines: Numbered) -> dict[str, Row]:
        """The waiting rows with these sourcedIds, which wait no longer. Raises TwiceError when they come again."""
        marks = ", ".join("?" * len(lines))
        sql = f"SELECT id, cells, met FROM waiting WHERE id IN ({marks})"  # noqa: S608 - question marks alone
        found = {}
        for sourced_id, cells, met in self._database.execute(sql, tuple(lines)):
            if met:
                raise TwiceError(lines[sourced_id])
            found[sourced_id] = _decode(cells)
        met_now = ((sourced_id,) for sourced_id in lines)
        self._database.executemany("INSERT OR REPLACE INTO waiting VALUES (?, NULL, 1)", met_now)
        return found

    def left(self) -> Iterator[tuple[str, Row]]:
        """The rows that nobody met."""
        for sourced_id, cells in self._database.execute("SELECT id, cells FROM waiting WHERE NOT met ORDER BY id"):
            yield sourced_id, _decode(cells)
