"""What a teacher sees of an undo: what would go back, and what became of it."""

from msgspec import Struct

from classbridge.service.views.runs import RunView
from classbridge.service.views.said import Said


class UndoneGrade(Struct, frozen=True, kw_only=True):
    """One grade of an undo, as people read it; "–" is no grade."""

    user_id: str
    name: str
    step: str
    """put, delete or stay in a preview; sent, unchanged, skipped, failed or held afterwards."""
    sis: str
    """What the SIS holds, as it was last looked at."""
    earlier: str
    """What the SIS held before the export."""
    said: Said | None = None


class UndoneAssignment(Struct, frozen=True, kw_only=True):
    """One assignment of an undo, in one section."""

    course_work_id: str
    class_id: str
    class_title: str
    title: str
    removed: bool
    """In a preview: the export made this assignment in the SIS, and it goes if it is empty then."""
    notices: tuple[Said, ...]
    lines: tuple[UndoneGrade, ...]


class UndoPreview(Struct, frozen=True, kw_only=True):
    """What an undo would put back; nothing has been changed."""

    run_id: str
    export_run_id: str
    course_id: str
    assignments: tuple[UndoneAssignment, ...]
    to_put_back: int
    stays: int
    nightly: bool
    """The class is exported every night: the undo switches that off."""


class UndoDetails(Struct, frozen=True, kw_only=True):
    """What became of an undo."""

    run: RunView
    export_run_id: str
    assignments: tuple[UndoneAssignment, ...]
    undone: int
    stayed: int
    failed: int


class HeldGrade(Struct, frozen=True, kw_only=True):
    """A grade in the SIS that would be taken back and is held."""

    title: str
    name: str
    sis: str


class HeldWithdrawals(Struct, frozen=True, kw_only=True):
    """What an export's preview holds because it is much at once."""

    run_id: str
    course_id: str
    grades: tuple[HeldGrade, ...]
    may_release: bool
