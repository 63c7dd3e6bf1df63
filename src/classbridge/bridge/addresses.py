"""E-mail addresses out of a list that somebody uploads or pastes, with the rows that hold none."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

Reason = Literal["no_address", "twice"]

SEPARATORS = (",", ";", "\t")


class BadRow(Struct, frozen=True, kw_only=True):
    """A row that was left out: its number in the file, from 1, what it holds, and why."""

    row: int
    text: str
    reason: Reason


class Addresses(Struct, frozen=True, kw_only=True):
    """The addresses in their order, each once, and the rows that were left out."""

    found: tuple[str, ...] = ()
    bad: tuple[BadRow, ...] = ()


def read_file(content: bytes) -> Addresses:
    """Read a file's addresses: UTF-8, or UTF-16 with its mark. No address: it is no such list."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return read(content.decode(encoding))
    except (UnicodeDecodeError, csv.Error):
        return Addresses()


def read(text: str) -> Addresses:
    """Read CSV with commas, semicolons or tabs: the column with the most addresses counts.

    A first row without an address in any cell is taken for a header.
    """
    counted = Counter(text)
    separator = max(SEPARATORS, key=lambda one: counted[one])
    numbered = [
        (n, row) for n, row in enumerate(csv.reader(io.StringIO(text), delimiter=separator), 1) if any(row)
    ]
    if numbered and not any(address_of(cell) for cell in numbered[0][1]):
        numbered = numbered[1:]
    column = _column([row for _, row in numbered])
    found: dict[str, None] = {}
    bad = []
    for number, row in numbered:
        address = address_of(row[column]) if column < len(row) else ""
        if not address or address in found:
            reason: Reason = "twice" if address else "no_address"
            bad.append(BadRow(row=number, text=separator.join(row)[:100], reason=reason))
        else:
            found[address] = None
    return Addresses(found=tuple(found), bad=tuple(bad))


def _column(rows: Sequence[Sequence[str]]) -> int:
    """The index of the column with the most addresses, the first of several."""
    held = Counter(n for row in rows for n, cell in enumerate(row) if address_of(cell))
    return min(held, key=lambda n: (-held[n], n), default=0)


def address_of(text: str) -> str:
    """The e-mail address that a text is, without case; "" for anything else."""
    address = text.strip().casefold()
    local, at, domain = address.partition("@")
    plain = (
        at and local and "." in domain.strip(".") and not any(one.isspace() or one in '@,;<>"' for one in domain)
    )
    return address if plain and not any(one.isspace() for one in local) else ""
