"""The runs that pages tell of classes, for many classes at once: the last export, and what goes on."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, and_, or_

from classbridge.store.rows import Rows, columns, record
from classbridge.store.runs import UNFINISHED, Run
from classbridge.store.tables import gc_course, run

_MADE = and_(run.c.state.not_in(UNFINISHED), or_(run.c.state.in_(("done", "held")), run.c.done > 0))
"""It came to its end, or had handled something when it was stopped."""
_TOLD = or_(run.c.state == "failed", _MADE)
"""There is something to be told of it: it was made, or failed as a whole."""


def last_exports(rows: Rows, side: str, course_ids: Collection[str]) -> dict[str, Run]:
    """The newest export of each class that has something to tell; one stopped before it began has not."""
    return _newest_exports(rows, side, course_ids, _TOLD)


def last_made_exports(rows: Rows, side: str, course_ids: Collection[str]) -> dict[str, Run]:
    """The newest export of each class that handled grades, or found none to handle."""
    return _newest_exports(rows, side, course_ids, _MADE)


def _newest_exports(
    rows: Rows, side: str, course_ids: Collection[str], which: ColumnElement[bool]
) -> dict[str, Run]:
    """One look into the index of a class's runs each, however many runs it has."""
    if not course_ids:
        return {}
    newest = (
        rows.select(run, run.c.id)
        .where(run.c.district_id == gc_course.c.district_id, run.c.side == side, run.c.kind == "export", which)
        .where(run.c.course_id == gc_course.c.id)
        .order_by(run.c.created_at.desc(), run.c.id.desc())
        .limit(1)
        .correlate(gc_course)
        .scalar_subquery()
    )
    asked = rows.select(gc_course, newest).where(gc_course.c.side == side, gc_course.c.id.in_(course_ids))
    ids = [row[0] for row in rows.all(asked) if row[0] is not None]
    found = rows.all(rows.select(run, *columns(run, Run)).where(run.c.id.in_(ids))) if ids else ()
    return {row.course_id: record(Run, row) for row in found}


def going(rows: Rows, side: str, course_ids: Collection[str], kinds: Sequence[str]) -> dict[str, Run]:
    """The newest run of these kinds that is queued, running or waiting, by class."""
    wanted = rows.select(run, *columns(run, Run)).where(
        run.c.side == side, run.c.course_id.in_(course_ids), run.c.kind.in_(kinds), run.c.state.in_(UNFINISHED)
    )
    found = rows.all(wanted.order_by(run.c.created_at, run.c.id))
    return {row.course_id: record(Run, row) for row in found}
