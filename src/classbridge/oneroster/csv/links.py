"""The rows of link files by the record that they belong to, in a temporary database instead of in memory."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Self

import msgspec

Cells = dict[str, str]
"""A row by the names of its columns."""

_TABLE = "CREATE TABLE link (file TEXT, owner TEXT, cells BLOB, used INTEGER DEFAULT 0)"
_INDEX = "CREATE INDEX by_owner ON link (file, owner)"
_decode = msgspec.json.Decoder(Cells).decode
_encode = msgspec.json.Encoder().encode


class Links:
    """Use it as a context manager. Its file has no name: it is gone whatever ends the process."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        for statement in ("PRAGMA journal_mode=OFF", "PRAGMA synchronous=OFF", _TABLE):
            self._database.execute(statement)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the rows."""
        self._database.close()

    def fill(self, rows: Iterable[tuple[str, str, Cells]]) -> None:
        """Keep rows, each with its file and the sourcedId of its owner; once, before they are asked for."""
        self._database.execute("BEGIN")
        packed = ((file, owner, _encode(cells)) for file, owner, cells in rows)
        self._database.executemany("INSERT INTO link (file, owner, cells) VALUES (?, ?, ?)", packed)
        self._database.execute(_INDEX)
        self._database.execute("COMMIT")

    def of(self, file: str, owners: Sequence[str]) -> dict[str, list[Cells]]:
        """The rows of some owners, in the file's order; from then on they are not left over."""
        marks = ", ".join("?" * len(owners))
        where = f"file = ? AND owner IN ({marks})"
        sql = f"SELECT owner, cells FROM link WHERE {where} ORDER BY rowid"  # noqa: S608 - question marks alone
        found = defaultdict(list)
        for owner, cells in self._database.execute(sql, (file, *owners)):
            found[owner].append(_decode(cells))
        self._database.execute(f"UPDATE link SET used = 1 WHERE {where}", (file, *owners))  # noqa: S608 - the same
        return found

    def left_over(self) -> Iterator[tuple[str, Cells]]:
        """The rows whose owner was never asked for, with their file."""
        for file, cells in self._database.execute("SELECT file, cells FROM link WHERE NOT used ORDER BY rowid"):
            yield file, _decode(cells)
