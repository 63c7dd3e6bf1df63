"""A gradebook as a package: what a SIS takes in that has no API to be written to."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from msgspec.structs import replace

from classbridge.oneroster.csv.layout import Mode
from classbridge.oneroster.csv.loss import Count, Kind, Tally
from classbridge.oneroster.csv.rows import Rows
from classbridge.oneroster.csv.writer import Writer
from classbridge.oneroster.models import Class, LineItem, Record, Ref, Version

ENTITIES = ("category", "lineItem", "result")
"""What a gradebook package holds, in the order of its files."""
_ABOUT = ("org", "academicSession", "class")
"""What line items refer to: not in the package, but a row of it says things that only they know."""

RecordsOf = Callable[[str], Iterable[Record]]
"""Gives all records of an entity."""
_LOST: tuple[Kind, ...] = ("required", "reference", "file")
"""Losses that leave a row out."""


class UnsayableError(ValueError):
    """Records of the gradebook cannot be rows of a package, so nothing was written; `counts` say which."""

    def __init__(self, counts: list[Count]) -> None:
        self.counts = [one for one in counts if one.kind in _LOST]
        super().__init__(", ".join(f"{one.file}.{one.column}: {one.count}" for one in self.counts))


def write_gradebook(
    path: Path,
    version: Version,
    records_of: RecordsOf,
    *,
    zone: tzinfo = UTC,
    since: datetime | None = None,
) -> dict[str, int]:
    """Write the gradebook as a package (see `Writer`); answers the rows of each file.

    It is a delta, so that a SIS changes what is in it and nothing else: everything, or with `since` what was
    changed or deleted after that moment. A package has days where the model has moments: those of `zone`.
    Raises UnsayableError.
    """
    modes: dict[str, Mode] = dict.fromkeys(("categories", "lineItems", "results"), "delta")
    losses = Tally()
    rows = Rows(version, modes, losses)
    sessions: dict[str, Ref] = {}
    for entity in _ABOUT:
        for record in records_of(entity):
            if isinstance(record, Class) and record.terms:
                sessions[record.sourced_id] = record.terms[0]
            for _ in rows.of(record):
                pass  # it is remembered, and its own file is no part of a gradebook
    with Writer(path, version, modes, system_name="classbridge") as writer:
        for entity in ENTITIES:
            for record in _changed(records_of(entity), since):
                if isinstance(record, LineItem):
                    record = _for_csv(record, zone, sessions)
                for line in rows.of(record):
                    writer.write(line.file, line.cells, line.extensions)
        if any(losses.of(kind) for kind in _LOST):
            raise UnsayableError(losses.counts)
    return dict(writer.rows)


def _for_csv(item: LineItem, zone: tzinfo, sessions: Mapping[str, Ref]) -> LineItem:
    """The line item with what a package requires: a session, and the days of the school's own clock."""
    session = item.academic_session or item.grading_period or sessions.get(item.class_.sourced_id)
    return replace(
        item,
        academic_session=session,
        grading_period=item.grading_period or session,
        assign_date=_day(item.assign_date, zone),
        due_date=_day(item.due_date, zone),
    )


def _day(moment: datetime | None, zone: tzinfo) -> datetime | None:
    return moment.astimezone(zone).replace(tzinfo=UTC) if moment else None


def _changed(records: Iterable[Record], since: datetime | None) -> Iterator[Record]:
    for record in records:
        if since is None or record.date_last_modified is None or record.date_last_modified > since:
            yield record
