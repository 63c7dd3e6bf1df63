"""Who is excused from a piece of course work: marked here, for the Classroom API does not tell."""

from datetime import datetime

from classbridge.store.rows import Rows
from classbridge.store.tables import excused_mark


def mark(rows: Rows, side: str, course_id: str, work_id: str, user_id: str, *, by: str, at: datetime) -> None:
    """Mark somebody as excused; again it changes nothing."""
    if (work_id, user_id) in of_course(rows, side, course_id):
        return
    place = {"side": side, "course_id": course_id, "course_work_id": work_id, "user_id": user_id}
    rows.insert(excused_mark, {**place, "by": by, "at": at})


def unmark(rows: Rows, side: str, course_id: str, work_id: str, user_id: str) -> None:
    """Take the mark away."""
    table = excused_mark.c
    rows.delete(
        excused_mark,
        table.side == side,
        table.course_id == course_id,
        table.course_work_id == work_id,
        table.user_id == user_id,
    )


def of_course(rows: Rows, side: str, course_id: str) -> frozenset[tuple[str, str]]:
    """The marks of a class: course work and user ids."""
    table = excused_mark.c
    wanted = rows.select(excused_mark, table.course_work_id, table.user_id)
    found = rows.all(wanted.where(table.side == side, table.course_id == course_id))
    return frozenset((row.course_work_id, row.user_id) for row in found)
