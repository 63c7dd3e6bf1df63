"""Exports that were undone, and the nightly export that must not simply send them again."""

from datetime import datetime

from classbridge.store import runs
from classbridge.store.rows import Rows
from classbridge.store.runs import Run
from classbridge.store.tables import class_setting


def undo_of(rows: Rows, export: Run) -> Run | None:
    """The undo of an export that goes on or is done; one that failed or was stopped does not count."""
    found = runs.later(rows, export, ("undo",))
    mine = (run for run in found if run.request.get("run") == export.id)
    return next((run for run in mine if run.state not in ("failed", "cancelled")), None)


def exports_nightly(rows: Rows, side: str, course_id: str) -> bool:
    """Whether the class is exported every night."""
    mine = class_setting.c.side == side, class_setting.c.course_id == course_id
    return any(row[0] for row in rows.all(rows.select(class_setting, class_setting.c.nightly_export).where(*mine)))


def stop_nightly(rows: Rows, side: str, course_id: str, by: str, at: datetime) -> None:
    """Export the class no more by night."""
    mine = class_setting.c.side == side, class_setting.c.course_id == course_id
    rows.update(class_setting, {"nightly_export": False, "changed_by": by, "changed_at": at}, *mine)
