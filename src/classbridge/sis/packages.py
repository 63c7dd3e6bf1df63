"""A SIS without an API: its packages in a database of ours, which is asked in this process as any other SIS.

One SQLite file per connection, below the data directory. It has what the last packages said of rosters, and the
gradebook that grades are exported to, until the SIS takes it in as a package.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from pathlib import Path

from msgspec import Struct

from classbridge.oneroster.auth import BearerToken
from classbridge.oneroster.client import Client
from classbridge.oneroster.csv.completion import completed
from classbridge.oneroster.csv.convert import UnreadableRowsError
from classbridge.oneroster.csv.gradebook import write_gradebook
from classbridge.oneroster.csv.loss import Tally
from classbridge.oneroster.csv.mapping import ENTITIES
from classbridge.oneroster.csv.package import Package
from classbridge.oneroster.csv.records import Reader
from classbridge.oneroster.models import LineItem, Record, Result, Version
from classbridge.oneroster.options import OnExchange, Options
from classbridge.oneroster.provider import Options as Serving
from classbridge.oneroster.provider import SqlSource, create_app, sqlite_engine
from classbridge.oneroster.provider.fields import entity_of
from classbridge.oneroster.provider.selection import Is
from classbridge.oneroster.roots import Roots
from classbridge.sis.profile import Profile

GRADEBOOK = frozenset({"category", "scoreScale", "lineItem", "result"})
"""What no package takes away: grades are exported there."""
_TAKEN = "classbridge.taken"
"""Marks what the SIS's own gradebook has, as metadata: it is not given back. Writing there takes the mark off."""
FOLDER = "packages"
"""Where the files are, below the data directory."""
DATABASE = "sis.sqlite"
"""A connection's database, in a folder of its own; packages that wait to be taken in lie beside it."""


def place(data_dir: Path, district_id: str, connection_id: str) -> Path:
    """The file of a connection's database."""
    return data_dir / FOLDER / district_id / connection_id / DATABASE


def root(used: Profile) -> str:
    """The address below which the SIS is asked in process; it exists nowhere else."""
    return used.edition(Version.V1_2).base_url


_ABOUT = (
    ("user", "sourcedId"),
    ("demographics", "sourcedId"),
    ("enrollment", "user.sourcedId"),
    ("result", "student.sourcedId"),
)
"""Where a person is told of: entities, and the field that names the person."""


class Taken(Struct, frozen=True):
    """What came in with a package. It may say how our own grades stand in the SIS; None: it has no results."""

    records: int
    confirmed: int | None
    differing: int | None


class Desk:
    """Takes packages in, answers as a SIS, and gives the gradebook out. Close it after use."""

    def __init__(self, file: Path, root: str) -> None:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.touch(mode=0o600)
        self.root = root
        self.source = SqlSource(sqlite_engine(file), {Version.V1_2: root})

    def close(self) -> None:
        """Close the database."""
        self.source.close()

    def client(self, used: Profile, on_exchange: OnExchange | None = None) -> Client:
        """Open a client to what is here; no request leaves the process."""
        edition = used.edition(Version.V1_2)
        serving = create_app(self.source, versions=[Version.V1_2], options=Serving(tombstones=True))
        return Client(
            Roots.of(self.root, Version.V1_2),
            Version.V1_2,
            BearerToken("of this process"),
            options=Options(
                page_limit=edition.page_size, max_concurrency=edition.concurrency, application=serving
            ),
            on_exchange=on_exchange,
        )

    def take(self, package: Path, at: datetime) -> Taken:
        """Take a package in, all of it or nothing; raises PackageError where a file cannot be read.

        A bulk file of rosters takes the place of what was there, a delta changes it. Line items and results that
        are here stay as they are and are compared: the package may be older than what was exported since. Raises
        UnreadableRowsError where a row cannot be read.
        """
        losses, standing = Tally(), _Standing(self.source)
        with Package.open(package) as opened, Reader(opened, losses) as reader:
            whole = {ENTITIES[file] for file, mode in reader.modes.items() if mode == "bulk" and file in ENTITIES}
            rosters = standing.sift(completed(_readable(reader, losses), at))
            count = self.source.take(rosters, whole - GRADEBOOK)
        told = "results" in reader.modes
        return Taken(count, standing.confirmed if told else None, standing.differing if told else None)

    def fewer(self, package: Path, rows: Mapping[str, int]) -> dict[str, tuple[int, int]]:
        """Of each whole file in `rows` (its data rows): what it has and what is here, where that is more."""
        with Package.open(package) as opened:
            modes = opened.manifest.modes
        whole = [file for file in rows if modes.get(file) == "bulk"]
        here = {file: self.source.count(ENTITIES[file]) for file in whole}
        return {file: (rows[file], count) for file, count in here.items() if rows[file] < count}

    def write_grades(
        self, path: Path, version: Version, zone: tzinfo, since: datetime | None = None
    ) -> dict[str, int]:
        """Write the gradebook as a package; answers the rows of each file (`write_gradebook`)."""
        return write_gradebook(path, version, self._ours, zone=zone, since=since)

    def about(self, person: str) -> list[Record]:
        """Every record about a person, by their sourcedId."""
        return [record for entity, where in _ABOUT for record in self.source.records(entity, (Is(where, person),))]

    def forget(self, person: str) -> int:
        """Take every record about a person away, from the file's free pages too; returns how many."""
        gone = self.about(person)
        for record in gone:
            self.source.delete(entity_of(record), record.sourced_id)
        with self.source.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return len(gone)

    def _ours(self, entity: str) -> Iterator[Record]:
        """The records of an entity that the SIS does not have from itself."""
        return (record for record in self.source.records(entity) if _TAKEN not in record.metadata)


def _readable(reader: Reader, losses: Tally) -> Iterator[Record]:
    """The package's records; raises UnreadableRowsError at the end where there were rows that cannot be read."""
    for found in reader:
        yield found.record
    if losses.of("unreadable"):
        raise UnreadableRowsError(losses.counts)


class _Standing:
    """Our gradebook beside the one that a package tells of."""

    def __init__(self, source: SqlSource) -> None:
        self._source = source
        self.confirmed = 0
        self.differing = 0

    def sift(self, records: Iterator[Record]) -> Iterator[Record]:
        """What is to be taken in: all but the line items and results that are here already."""
        for record in records:
            if isinstance(record, LineItem | Result) and self._known(record):
                continue
            if entity_of(record) in GRADEBOOK:
                record.metadata = {**record.metadata, _TAKEN: "true"}
            yield record

    def _known(self, told: LineItem | Result) -> bool:
        ours = self._source.record(entity_of(told), told.sourced_id)
        if isinstance(told, Result) and isinstance(ours, Result) and ours.active:
            equal = told.active and told.score == ours.score
            self.confirmed += equal
            self.differing += not equal
        return ours is not None
