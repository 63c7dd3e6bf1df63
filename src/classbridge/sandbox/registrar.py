"""A made-up SIS without an API: its registrar exports packages, and imports the one with the grades."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec import Struct

from classbridge.oneroster.csv.check import check
from classbridge.oneroster.csv.loss import Tally
from classbridge.oneroster.csv.package import Package
from classbridge.oneroster.csv.records import records
from classbridge.oneroster.csv.rows import Rows
from classbridge.oneroster.csv.writer import Writer
from classbridge.oneroster.models import LineItem, Record, Result, User, Version
from classbridge.sandbox.sis.state import Grade


class Habits(Struct, frozen=True):
    """Which profile and version it plays."""

    id: str
    version: Version


HABITS = Habits("csv", Version.V1_2)
NAME = f"{HABITS.id}@{HABITS.version}"
"""As the sandbox's other SIS are named."""


class UnsoundError(Exception):
    """A package that no SIS would take in; the text names the first rule that it breaks."""


class Registrar:
    """The records of a SIS that is reached by packages only."""

    def __init__(self, found: Iterable[Record], *, teacher_email: str = "") -> None:
        self.personality = HABITS
        self.teacher_email = teacher_email
        self.records = list(found)
        self.imported: list[Record] = []
        """The gradebook as it was brought here."""

    def export(self, path: Path, version: Version = Version.V1_2, *, results: bool = False) -> None:
        """Write the rosters as a bulk package at `path`, a zip; `results`: with the imported gradebook."""
        rows = Rows(version, {}, Tally(), now=datetime.now(UTC))
        told = [*self.records, *(self.imported if results else ())]
        with Writer(path, version, {}, system_name="Sandbox") as writer:
            for record in told:
                for line in rows.of(record):
                    writer.write(line.file, line.cells, line.extensions)

    def import_(self, path: Path) -> None:
        """Take a gradebook package (delta) in; raises UnsoundError for one that is unsound."""
        report = check(path)
        if report.errors:
            raise UnsoundError(next(one.rule for one in report.findings if one.severity == "error"))
        with Package.open(path) as package:
            changed = {one.sourced_id: one for one in records(package, Tally())}
        kept = {one.sourced_id: one for one in self.imported}
        self.imported = [one for one in {**kept, **changed}.values() if one.active]

    def info(self) -> dict[str, Any]:
        """What a person may be told of it."""
        return {"vendor": HABITS.id, "version": str(self.personality.version), "teacher_email": self.teacher_email}

    @contextmanager
    def control(self) -> Iterator["Registrar"]:
        """Itself: there is no server to ask beside it."""
        yield self

    def grades(self) -> list[Grade]:
        """The grades that were imported."""
        items = {one.sourced_id: one for one in self.imported if isinstance(one, LineItem)}
        emails = {one.sourced_id: one.email for one in self.records if isinstance(one, User)}
        return [
            Grade(
                class_id=items[one.line_item.sourced_id].class_.sourced_id,
                line_item_id=one.line_item.sourced_id,
                title=items[one.line_item.sourced_id].title,
                result_id=one.sourced_id,
                student_id=one.student.sourced_id,
                student_email=emails.get(one.student.sourced_id),
                score=one.score,
                score_status=one.score_status,
            )
            for one in self.imported
            if isinstance(one, Result)
        ]

    def state(self) -> dict[str, Any]:
        """How much it holds, and how many results are there twice."""
        cells = [(one.line_item_id, one.student_id) for one in self.grades()]
        items = [one for one in self.imported if isinstance(one, LineItem)]
        return {"line_items": len(items), "results": len(cells), "duplicates": len(cells) - len(set(cells))}
