"""A delta package made of the difference between two bulk packages."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from classbridge.oneroster.csv.cells import text_of
from classbridge.oneroster.csv.compare import Change
from classbridge.oneroster.csv.layout import layout
from classbridge.oneroster.csv.mapping import METADATA, PASSWORD
from classbridge.oneroster.csv.package import Package
from classbridge.oneroster.csv.table import has, table
from classbridge.oneroster.csv.writer import Writer
from classbridge.oneroster.models import Version


class NotBulkError(ValueError):
    """A file is no bulk file: what is missing from it was not removed."""


class Delta:
    """Writes changes as a delta package of the version of `b`: give `write` to `compare` inside the block.

    What was removed becomes `tobedeleted` as it last was, all with the date `now`. Passwords are left out. Raises
    NotBulkError where a file of `a` or `b` is a delta, FileExistsError where there is something at `path`.
    """

    def __init__(self, path: Path, a: Package, b: Package, *, now: datetime | None = None) -> None:
        version = b.manifest.version or Version.V1_2
        for package in (a, b):
            _must_be_bulk(package, version)
        told = b.manifest.properties
        self._files = layout(version).files
        self._now = text_of(now or datetime.now(UTC))
        self._writer = Writer(
            path,
            version,
            dict.fromkeys(self._files, "delta"),
            system_name=told.get("source.systemName", ""),
            system_code=told.get("source.systemCode", ""),
        )

    def __enter__(self) -> Self:
        self._writer.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._writer.__exit__(*error)  # type: ignore[arg-type]

    def write(self, change: Change) -> None:
        """Add a change."""
        removed = change.kind == "removed"
        said = change.before if removed else change.after
        status = "tobedeleted" if removed else "active"
        row = {**said, "status": status, "dateLastModified": self._now, PASSWORD: ""}
        cells = [row.get(column.name, "") for column in self._files[change.file].columns]
        extensions = {name: text for name, text in said.items() if name.startswith(METADATA) and text}
        self._writer.write(change.file, cells, extensions)


def _must_be_bulk(package: Package, version: Version) -> None:
    for name in layout(version).files:
        if has(package, name):
            with table(package, name) as opened:
                if opened.mode != "bulk":
                    raise NotBulkError(opened.name)
