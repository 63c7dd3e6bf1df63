"""Keys that occur twice, found in constant memory and without mistakes.

Of each key only Python's 64-bit hash is kept, in parts on disk. A hash that occurs twice only raises a suspicion:
the file is then read again and the suspects are compared in full, so that a collision cannot become a finding.
"""

from array import array
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import compress
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Self

BYTES_PER_PART = 1 << 24
"""Bytes of the file for each part of the hashes, so that a part is some 200,000 hashes."""
_MOST_PARTS = 128
_SPOOL = 1 << 20
SUSPECTS = 100_000
"""Suspects looked for. A file with more repeated keys than that has the others counted by their hashes."""


class Repeats:
    """A search for repeated keys; a context manager. `size` is the file's, in bytes.

    `count` is how many keys were there before, by their hashes, once `suspects` has looked.
    """

    def __init__(self, size: int) -> None:
        self.count = 0
        self._stack = ExitStack()
        count = min(_MOST_PARTS, 1 + size // BYTES_PER_PART)
        self._parts = [self._stack.enter_context(_spool()) for _ in range(count)]
        self._picks = [bytes(byte % count == part for byte in range(256)) for part in range(count)]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stack.close()

    def add(self, keys: Iterable[str]) -> None:
        """Remember a batch's keys."""
        hashes = array("q", map(hash, keys))
        if len(self._parts) == 1:
            self._parts[0].write(hashes.tobytes())
            return
        raw = hashes.tobytes()
        lowest = raw[:: hashes.itemsize]
        for part, pick in zip(self._parts, self._picks, strict=True):
            part.write(array("q", compress(hashes, lowest.translate(pick))).tobytes())

    def suspects(self) -> set[int]:
        """The hashes that occur more than once."""
        found: set[int] = set()
        for part in self._parts:
            part.seek(0)
            hashes = array("q", part.read())
            repeated = len(hashes) - len(set(hashes))
            self.count += repeated
            if repeated and len(found) < SUSPECTS:
                found.update(_twice(hashes))
        return found


def _spool() -> "SpooledTemporaryFile[bytes]":
    return SpooledTemporaryFile(_SPOOL)


def _twice(hashes: "array[int]") -> Iterator[int]:
    seen: set[int] = set()
    for one in hashes:
        if one in seen:
            yield one
        seen.add(one)
