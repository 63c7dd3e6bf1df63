"""Exports that were undone."""

from classbridge.store import runs
from classbridge.store.rows import Rows
from classbridge.store.runs import Run


def undo_of(rows: Rows, export: Run) -> Run | None:
    """The undo of an export that goes on or is done; one that failed or was stopped does not count."""
    found = runs.later(rows, export, ("undo",))
    mine = (run for run in found if run.request.get("run") == export.id)
    return next((run for run in mine if run.state not in ("failed", "cancelled")), None)
