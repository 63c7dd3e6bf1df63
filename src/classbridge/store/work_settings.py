"""What the SIS gets of an assignment in place of what Classroom says, as a person chose it."""

from datetime import datetime

from classbridge.bridge.choices import NOTHING, WorkChoice
from classbridge.store.rows import Rows, columns, record, values
from classbridge.store.tables import work_setting


def save(
    rows: Rows, side: str, course_id: str, work_id: str, choice: WorkChoice, *, by: str, at: datetime
) -> None:
    """Keep the choice for a piece of course work; choosing nothing takes it away."""
    table = work_setting.c
    if choice == NOTHING:
        here = (table.side == side, table.course_id == course_id, table.course_work_id == work_id)
        rows.delete(work_setting, *here)
        return
    place = {"side": side, "course_id": course_id, "course_work_id": work_id}
    rows.upsert(work_setting, {**place, **values(choice), "changed_by": by, "changed_at": at})


def of_course(rows: Rows, side: str, course_id: str) -> dict[str, WorkChoice]:
    """The choices of a class by course work id."""
    table = work_setting.c
    wanted = rows.select(work_setting, table.course_work_id, *columns(work_setting, WorkChoice))
    found = rows.all(wanted.where(table.side == side, table.course_id == course_id))
    return {row.course_work_id: record(WorkChoice, row) for row in found}
