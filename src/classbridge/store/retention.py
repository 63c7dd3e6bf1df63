"""What a district no longer needs to keep, by age: deleted some rows at a time, from wherever it was left off."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, Table, Text, and_, cast, or_, tuple_

from classbridge.store.gradebooks import GRADEBOOK
from classbridge.store.rosters import ACTIVE
from classbridge.store.rows import Rows
from classbridge.store.tables import (
    SEEN,
    connection,
    delegate,
    gc_course_work,
    gc_member,
    gc_submission,
    membership,
    run,
    run_outcome,
    sis_enrollment,
    sis_exchange,
    sis_line_item,
    sis_result,
    sis_user,
    snapshot,
)

Expired = tuple[Table, ColumnElement[bool]]


class Cutoffs(Struct, frozen=True, kw_only=True):
    """What ended before these moments goes; None: nothing of that kind does.

    `runs`: what became of each person and grade, and requests to the SIS. `snapshots`: what Classroom or the SIS
    said and nobody has read again since.
    """

    runs: datetime | None
    snapshots: datetime | None


def forget_some(rows: Rows, cutoffs: Cutoffs, limit: int) -> int:
    """Delete, or strip, up to `limit` expired rows; how many. 0: nothing is left that is too old."""
    for table, expired in _expired(rows, cutoffs):
        keys = [column for column in table.primary_key if column.name != "district_id"]
        some = rows.select(table, *keys).where(expired).limit(limit)
        if count := rows.delete(table, tuple_(*keys).in_(some)):
            return count
    return _strip_some(rows, cutoffs.runs, limit) if cutoffs.runs else 0


def _expired(rows: Rows, cutoffs: Cutoffs) -> Iterator[Expired]:
    if cutoffs.runs is not None:
        yield from _history(rows, cutoffs.runs)
    if cutoffs.snapshots is not None:
        yield from _classroom(rows, cutoffs.snapshots)
        yield from _gradebooks(rows, cutoffs.snapshots)
        yield from _people(rows, cutoffs.snapshots)


def _history(rows: Rows, before: datetime) -> Iterator[Expired]:
    ended = rows.select(run, run.c.id).where(run.c.finished_at < before)
    yield run_outcome, run_outcome.c.run_id.in_(ended)
    yield sis_exchange, sis_exchange.c.at < before
    yield membership, membership.c.removed_at < before
    yield delegate, delegate.c.ends_at < before


def _strip_some(rows: Rows, before: datetime, limit: int) -> int:
    """Take what may name people out of ended runs; when they ran, how they ended and their counts stay."""
    told = or_(
        run.c.plan.is_not(None),
        run.c.sis_words.is_not(None),
        run.c.on_behalf_of.is_not(None),
        cast(run.c.request, Text) != "{}",
    )
    some = rows.select(run, run.c.id).where(run.c.finished_at < before, told).limit(limit)
    bare: dict[str, Any] = {"plan": None, "sis_words": None, "on_behalf_of": None, "request": {}}
    return rows.update(run, bare, run.c.id.in_(some))


def _classroom(rows: Rows, before: datetime) -> Iterator[Expired]:
    for table in (gc_submission, gc_course_work):
        yield table, table.c.as_of < before
    # Its teachers stay: after the summer they must be known, to have the class read again.
    yield gc_member, and_(gc_member.c.as_of < before, gc_member.c.role != "teachers")
    origins = rows.select(connection, connection.c.id)
    yield snapshot, and_(snapshot.c.as_of < before, snapshot.c.origin.not_in(origins))


def _gradebooks(rows: Rows, before: datetime) -> Iterator[Expired]:
    """The gradebooks of classes that were not read again, with their marks at last."""
    for one in rows.all(rows.select(connection, connection.c.id)):
        marked = (snapshot.c.origin == one.id, snapshot.c.kind == GRADEBOOK, snapshot.c.as_of < before)
        classes = rows.select(snapshot, snapshot.c.subject).where(*marked)
        items = _items(rows, one.id).where(sis_line_item.c.class_id.in_(classes))
        yield sis_result, and_(sis_result.c.connection_id == one.id, sis_result.c.line_item_id.in_(items))
        here = (sis_line_item.c.connection_id == one.id, sis_line_item.c.class_id.in_(classes))
        yield sis_line_item, and_(*here)
        yield snapshot, and_(*marked)


def _items(rows: Rows, connection_id: str) -> Select[*tuple[Any, ...]]:
    wanted = rows.select(sis_line_item, sis_line_item.c.sourced_id)
    return wanted.where(sis_line_item.c.connection_id == connection_id)


def _people(rows: Rows, before: datetime) -> Iterator[Expired]:
    """People whom the SIS has stopped sending, and everybody of a connection that ended."""
    reads = rows.select(run, run.c.id).where(run.c.created_at < before)
    ended = rows.select(connection, connection.c.id).where(connection.c.disconnected_at < before)
    for table in (sis_enrollment, sis_user):
        gone = and_(table.c.status != ACTIVE, table.c[SEEN].in_(reads))
        yield table, or_(gone, table.c.connection_id.in_(ended))
    for table in (sis_result, sis_line_item):
        yield table, table.c.connection_id.in_(ended)
    yield snapshot, snapshot.c.origin.in_(ended)
