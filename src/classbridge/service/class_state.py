"""How a class stands: what goes on, its last export and what that left; the same in the list and on its pages."""

from collections.abc import Collection
from datetime import datetime

from msgspec import Struct

from classbridge.jobs.tally import OPEN_CODES, open_in, tally
from classbridge.service.views import Chip
from classbridge.store import class_runs, runs
from classbridge.store.connections import Connection
from classbridge.store.rows import Rows
from classbridge.store.runs import Run

BUSY = ("import", "export", "undo")
"""Kinds of run that keep a class busy."""


class ClassState(Struct, frozen=True, kw_only=True):
    """What the runs of a class come to."""

    going: Run | None
    """The newest run of those in `BUSY` that has not ended."""
    export: Run | None
    """The last export that has something to tell: its details hold the problems."""
    exported_at: datetime | None
    """When an export last did its work, or a part of it; one that failed before it began did not."""
    problems: int
    """How many grades or assignments of that export wait for somebody; 1 where it failed as a whole."""

    def chip(self, *, waiting: int, through: Connection) -> Chip:
        """The state of a class that is linked `through` a connection and has so many grades to export."""
        if through.state != "connected":
            return Chip.DISCONNECTED
        if self.going is not None:
            return Chip.WAITING_FOR_SIS if self.going.state == "waiting" else Chip.RUNNING
        if self.problems:
            return Chip.NEEDS_ATTENTION
        return Chip.CHANGES_WAITING if waiting else Chip.LINKED


def of_classes(rows: Rows, side: str, course_ids: Collection[str]) -> dict[str, ClassState]:
    """The state of each of these classes, read together."""
    going = class_runs.going(rows, side, course_ids, BUSY)
    told = class_runs.last_exports(rows, side, course_ids)
    failed = [course_id for course_id, run in told.items() if run.state == "failed"]
    made = {**told, **dict.fromkeys(failed), **class_runs.last_made_exports(rows, side, failed)}
    return {one: _state(rows, going.get(one), told.get(one), made.get(one)) for one in course_ids}


def _state(rows: Rows, going: Run | None, export: Run | None, made: Run | None) -> ClassState:
    return ClassState(
        going=going,
        export=export,
        exported_at=made.finished_at if made else None,
        problems=_problems(rows, export) if export else 0,
    )


def _problems(rows: Rows, export: Run) -> int:
    """What waits for somebody. A run that did not come to its end has counted nothing."""
    counts = export.counts or tally(runs.outcomes(rows, export.id, codes=OPEN_CODES))
    return open_in(counts) or int(export.state == "failed")
