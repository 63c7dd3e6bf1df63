"""The words for grades: what is decided of each, what can be put right, what stands in a cell."""

from typing import NamedTuple

from classbridge.service.views import GradeCell
from classbridge.web.words.look import N_, Choice, Look

DECISIONS = {
    "new": Look("good", "point", N_("New")),
    "changed": Look("note", "refresh", N_("Changed")),
    "unchanged": Look("idle", "check", N_("Unchanged")),
    "drifted": Look("warn", "alert-triangle", N_("Differs from the SIS")),
    "kept": Look("idle", "check", N_("Kept as you chose")),
    "skipped": Look("idle", "ban", N_("Skipped")),
    "held": Look("warn", "player-pause", N_("Held")),
    "sent": Look("good", "circle-check", N_("Sent")),
    "failed": Look("bad", "circle-x", N_("Failed")),
}


class Fix(NamedTuple):
    """What can be put right in a preview: the form's field, and what is asked for beside it."""

    field: str
    ask: str


FIXES = {
    "TITLE_TOO_LONG": Fix("title", N_("Shorten this title")),
    "TITLE_DUPLICATE": Fix("title", N_("Choose another title")),
    "CATEGORY_MISSING": Fix("category", N_("Pick this assignment's category")),
    "CATEGORY_NOT_FOUND": Fix("category", N_("Pick this assignment's category")),
    "CATEGORY_LEFT_OUT": Fix("category", N_("Pick this assignment's category")),
    "CATEGORY_DEFAULTED": Fix("category", N_("Pick this assignment's category")),
    "CATEGORY_CHOSEN": Fix("category", N_("Pick this assignment's category")),
    "DUE_DATE_MISSING": Fix("due_on", N_("Set this due date, or its grading period")),
    "DUE_DATE_OUTSIDE_TERM": Fix("due_on", N_("Set this due date, or its grading period")),
    "PERIOD_NOT_FOUND": Fix("period_id", N_("Pick this due date's grading period")),
}
"""By outcome code."""

IN_CLASSROOM = frozenset({"POINTS_NOT_WHOLE", "SKIPPED_UNGRADED", "SKIPPED_NOT_RETURNED"})
"""What only Classroom can put right."""

UNDO_STEPS = {
    "put": Look("note", "refresh", N_("Goes back")),
    "delete": Look("note", "x", N_("Is removed again")),
    "stay": Look("idle", "ban", N_("Stays")),
    "sent": Look("good", "circle-check", N_("Put back")),
    "unchanged": Look("idle", "check", N_("Nothing to put back")),
    "skipped": Look("warn", "ban", N_("Stays")),
    "held": Look("warn", "player-pause", N_("Stays")),
    "failed": Look("bad", "circle-x", N_("Failed")),
}
"""A grade in an undo, before and after."""

DRIFTS = {
    "ask": Choice(
        N_("Ask"), N_("In a preview you decide. At night they are skipped, and the class needs your attention.")
    ),
    "overwrite": Choice(N_("Overwrite"), N_("At night the SIS gets Classroom's grade.")),
    "keep": Choice(N_("Keep"), N_("At night the SIS keeps its grade, and nobody is asked.")),
}
"""What becomes of grades that were changed in the SIS."""

CELL_STATES = {
    "returned": N_("Returned"),
    "excused": N_("Excused"),
    "graded": N_("Graded, not returned"),
    "missing": N_("Missing"),
    "late": N_("Late"),
    "turned_in": N_("Turned in"),
    "none": N_("No grade yet"),
    "not_assigned": N_("Not assigned"),
}


def cell_words(cell: GradeCell) -> tuple[str, ...]:
    """What stands in words beside a grade, so that it can be told without colour."""
    said = (
        (cell.state not in ("returned", "none"), CELL_STATES[cell.state]),
        (cell.late and cell.state != "late", CELL_STATES["late"]),
        (cell.above, N_("Above the maximum")),
    )
    return tuple(word for holds, word in said if holds)
