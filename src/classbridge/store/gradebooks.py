"""What the SIS's gradebook said of a class: line items, each with its results replaced as a whole."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct
from sqlalchemy import Table, or_

from classbridge.oneroster.models import Category, LineItem, Record, Result
from classbridge.store import snapshots
from classbridge.store.bulk import loaded_columns
from classbridge.store.rows import Rows, columns, records
from classbridge.store.sisrows import category_row, row_of
from classbridge.store.tables import SEEN, sis_category, sis_line_item, sis_result

GRADEBOOK = "gradebook"
CATEGORIES = "categories"


class KeptResult(Struct, frozen=True, kw_only=True):
    """A result of the SIS; `score` exactly as it said."""

    sourced_id: str
    line_item_id: str
    student_id: str
    score: Decimal | None
    score_status: str | None
    status: str


def replace_results(
    rows: Rows,
    connection_id: str,
    class_id: str,
    line_items: Sequence[LineItem],
    results: Iterable[Result],
    *,
    as_of: datetime,
    seen_in: str,
) -> None:
    """Keep some line items of a class, each with its whole results; the class's other line items stay."""
    rows.upsert(sis_line_item, _values(sis_line_item, connection_id, seen_in, line_items))
    rows.delete(
        sis_result,
        sis_result.c.connection_id == connection_id,
        sis_result.c.line_item_id.in_([item.sourced_id for item in line_items]),
    )
    rows.upsert(sis_result, _values(sis_result, connection_id, seen_in, results))
    snapshots.mark(rows, connection_id, GRADEBOOK, class_id, as_of)


def replace_categories(
    rows: Rows, connection_id: str, class_id: str, found: Iterable[Category], *, as_of: datetime, seen_in: str
) -> None:
    """Keep the whole list of categories that a class may use; one that another class has too is of every class.

    What is not in the list goes. Another class that still has it gets it back at its own next reading.
    """
    table, names = sis_category, [column.name for column in loaded_columns(sis_category)]
    kept = rows.all(
        rows.select(table, table.c.sourced_id, table.c.class_id).where(table.c.connection_id == connection_id)
    )
    of_others = {row.sourced_id for row in kept if row.class_id != class_id}
    made = [row_of(one) if one.sourced_id in of_others else category_row(one, class_id) for one in found]
    fixed = {"connection_id": connection_id, SEEN: seen_in}
    rows.upsert(table, [{**fixed, **dict(zip(names, row, strict=True))} for row in made])
    rows.delete(
        table,
        table.c.connection_id == connection_id,
        or_(table.c.class_id == class_id, table.c.class_id.is_(None)),
        table.c.sourced_id.not_in([row[0] for row in made]),
    )
    snapshots.mark(rows, connection_id, CATEGORIES, class_id, as_of)


def categories_read_at(rows: Rows, connection_id: str, class_id: str) -> datetime | None:
    """When the categories that a class may use were last read; None: never."""
    return snapshots.read_at(rows, connection_id, CATEGORIES, class_id)


def read_at(rows: Rows, connection_id: str, class_id: str) -> datetime | None:
    """When line items of the class were last read; None: never."""
    return snapshots.read_at(rows, connection_id, GRADEBOOK, class_id)


def results(rows: Rows, connection_id: str, line_item_ids: Sequence[str]) -> list[KeptResult]:
    """The results of line items."""
    table = sis_result
    wanted = rows.select(table, *columns(table, KeptResult)).where(
        table.c.connection_id == connection_id, table.c.line_item_id.in_(line_item_ids)
    )
    ordered = wanted.order_by(table.c.line_item_id, table.c.student_id, table.c.sourced_id)
    return records(KeptResult, rows.all(ordered))


def _values(table: Table, connection_id: str, seen_in: str, records: Iterable[Record]) -> list[dict[str, Any]]:
    names = [column.name for column in loaded_columns(table)]
    return [
        {"connection_id": connection_id, SEEN: seen_in, **dict(zip(names, row_of(one), strict=True))}
        for one in records
    ]
