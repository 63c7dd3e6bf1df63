"""The id map: which line item and result in the SIS is which course work and grade, and what we last sent."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import ColumnElement

from classbridge.store.rows import Rows, columns, record, records, values
from classbridge.store.tables import line_item, result


class LineItemEntry(Struct, frozen=True, kw_only=True):
    """The line item of one piece of course work in one section.

    `requested_id` is the id we derived, `sourced_id` the SIS's own; an adopted item is never deleted by us.
    `sent` is what we last sent, as plain JSON values.
    """

    connection_id: str
    side: str
    course_id: str
    course_work_id: str
    class_id: str
    generation: int
    requested_id: str
    sourced_id: str
    adopted: bool
    title: str
    sent: dict[str, Any]
    sent_at: datetime | None = None

    @property
    def retired(self) -> bool:
        """Whether we deleted it when it was empty. The entry stays: its place was ours, and may be so again."""
        return self.sent_at is None


class ResultEntry(Struct, frozen=True, kw_only=True):
    """The result of one student in one line item (by the SIS's id), with the score we last sent."""

    connection_id: str
    line_item_id: str
    student_id: str
    requested_id: str
    sourced_id: str
    ours: bool
    score: Decimal | None
    score_status: str
    sent_at: datetime | None = None
    verified_at: datetime | None = None


class SentGrade(Struct, frozen=True, kw_only=True):
    """What we last sent of one grade, by the line item's id in the SIS and the student's sourcedId."""

    line_item_id: str
    student_id: str
    score: Decimal | None
    score_status: str
    verified_at: datetime | None


def remember_line_item(rows: Rows, entry: LineItemEntry) -> None:
    """Keep a line item's entry, in place of the earlier one of this course work and section."""
    rows.upsert(line_item, values(entry))


def line_item_of(
    rows: Rows, connection_id: str, side: str, course_id: str, course_work_id: str, class_id: str
) -> LineItemEntry | None:
    """The entry of one piece of course work in one section."""
    found = _line_items(
        rows,
        line_item.c.connection_id == connection_id,
        line_item.c.side == side,
        line_item.c.course_id == course_id,
        line_item.c.course_work_id == course_work_id,
        line_item.c.class_id == class_id,
    )
    return found[0] if found else None


def line_items_of_course(rows: Rows, side: str, course_id: str) -> list[LineItemEntry]:
    """The entries of a course, of every connection and section."""
    return _line_items(rows, line_item.c.side == side, line_item.c.course_id == course_id)


def line_items_of_class(rows: Rows, connection_id: str, class_id: str) -> list[LineItemEntry]:
    """The entries of a section, of every course linked to it."""
    return _line_items(rows, line_item.c.connection_id == connection_id, line_item.c.class_id == class_id)


def forget_line_item(rows: Rows, entry: LineItemEntry) -> None:
    """Drop a line item's entry and its results' entries: it stands in the SIS no more."""
    rows.delete(result, result.c.connection_id == entry.connection_id, result.c.line_item_id == entry.sourced_id)
    rows.delete(
        line_item,
        line_item.c.connection_id == entry.connection_id,
        line_item.c.side == entry.side,
        line_item.c.course_id == entry.course_id,
        line_item.c.course_work_id == entry.course_work_id,
        line_item.c.class_id == entry.class_id,
    )


def retire_line_item(rows: Rows, entry: LineItemEntry) -> None:
    """Note that a line item was emptied and is ours no more; its results' entries go."""
    forget_line_item(rows, entry)
    remember_line_item(rows, replace(entry, sent_at=None))


def remember_results(rows: Rows, entries: Iterable[ResultEntry]) -> None:
    """Keep results' entries, in place of the earlier ones of the same line item and student."""
    rows.upsert(result, [values(entry) for entry in entries])


def results_of(rows: Rows, connection_id: str, line_item_id: str) -> dict[str, ResultEntry]:
    """The entries of a line item (by the SIS's id), by the student's sourcedId."""
    wanted = rows.select(result, *columns(result, ResultEntry)).where(
        result.c.connection_id == connection_id, result.c.line_item_id == line_item_id
    )
    return {row.student_id: record(ResultEntry, row) for row in rows.all(wanted)}


def sent(rows: Rows, connection_id: str, line_item_ids: Iterable[str]) -> list[SentGrade]:
    """What we last sent of every grade of these line items, in one reading."""
    wanted = rows.select(result, *columns(result, SentGrade)).where(
        result.c.connection_id == connection_id, result.c.line_item_id.in_(list(line_item_ids))
    )
    return records(SentGrade, rows.all(wanted))


def forget_results(rows: Rows, connection_id: str, line_item_id: str, student_ids: Iterable[str]) -> int:
    """Drop the entries of results that stand in the SIS no more; how many there were."""
    return rows.delete(
        result,
        result.c.connection_id == connection_id,
        result.c.line_item_id == line_item_id,
        result.c.student_id.in_(list(student_ids)),
    )


def _line_items(rows: Rows, *where: ColumnElement[bool]) -> list[LineItemEntry]:
    wanted = rows.select(line_item, *columns(line_item, LineItemEntry)).where(*where)
    return [record(LineItemEntry, row) for row in rows.all(wanted.order_by(*line_item.primary_key))]
