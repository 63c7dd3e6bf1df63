"""A package of one version as a package of another (or of the same, in its newest layout), and what is lost."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from classbridge.oneroster.csv.loss import Count, OnLoss, Tally
from classbridge.oneroster.csv.package import Package
from classbridge.oneroster.csv.records import Reader
from classbridge.oneroster.csv.rows import Line, Rows, modes_of
from classbridge.oneroster.csv.writer import Writer
from classbridge.oneroster.models import Version

EVERY = 50_000
Progress = Callable[[int], None]
"""Called with the records converted so far, now and then."""


class UnreadableRowsError(ValueError):
    """Rows of the package cannot be read, and so nothing was written; `counts` say which."""

    def __init__(self, counts: list[Count]) -> None:
        self.counts = [one for one in counts if one.kind == "unreadable"]
        super().__init__("Rows cannot be read.")


class Converted(Struct, frozen=True, kw_only=True):
    """The versions, the rows written to each file, and the losses, counted."""

    source: Version
    to: Version
    rows: dict[str, int]
    losses: list[Count]


def convert(
    package: Package,
    out: Path,
    to: Version,
    *,
    lenient: bool = False,
    on_loss: OnLoss | None = None,
    progress: Progress | None = None,
    now: datetime | None = None,
) -> Converted:
    """Write `package` as a package of version `to` at `out` (see `Writer`), as a stream.

    Rows that cannot be read are lost where it is `lenient`; else they raise UnreadableRowsError. Raises
    PackageError where a file cannot be read, FileExistsError where there is something at `out`. After an error
    nothing new is there.
    """
    losses = Tally(on_loss)
    with Reader(package, losses) as reader:
        modes = modes_of(reader.modes)
        rows = Rows(to, modes, losses, now=now)
        told = package.manifest.properties
        with Writer(
            out,
            to,
            modes,
            system_name=told.get("source.systemName", ""),
            system_code=told.get("source.systemCode", ""),
            extensions=reader.extensions,
        ) as writer:

            def write(line: Line) -> None:
                writer.write(line.file, line.cells, line.extensions)

            for number, found in enumerate(reader, 1):
                for line in rows.of(found.record, found.links):
                    write(line)
                if progress and number % EVERY == 0:
                    progress(number)
            for file, cells in reader.left_over():
                for line in rows.link(file, cells):
                    write(line)
            if losses.of("unreadable") and not lenient:
                raise UnreadableRowsError(losses.counts)
    return Converted(source=reader.version, to=to, rows=dict(writer.rows), losses=losses.counts)
