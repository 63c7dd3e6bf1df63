"""What a teacher sees of grades: the page, previews, what became of an export."""

from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

from classbridge.bridge.outcome import Code
from classbridge.service.views.runs import RunView
from classbridge.service.views.said import Chip, Said


class GradeCell(Struct, frozen=True, kw_only=True):
    """One student's grade of one assignment on both sides."""

    state: str
    """returned, excused, graded (not returned), missing, late, turned_in, none, not_assigned."""
    classroom: Decimal | None
    sis: Decimal | None
    differs: bool
    verified_at: datetime | None = None
    late: bool = False
    """Handed in late, whatever became of it."""
    above: bool = False
    """More than the maximum points."""
    sis_excused: bool = False
    """Excused in the SIS."""


class AssignmentHead(Struct, frozen=True, kw_only=True):
    """A column of the grades page."""

    course_work_id: str
    title: str
    max_points: Decimal | None
    due_on: date | None
    link: str | None
    returned: int
    not_returned: int
    to_export: int
    last_export_at: datetime | None
    differing: int = 0
    """How many grades differ from what the SIS holds."""
    period: str | None = None
    """The grading period of the SIS, or the term, in which it is due."""


class StudentRow(Struct, frozen=True, kw_only=True):
    """A row of the grades page."""

    user_id: str
    name: str
    section: str | None
    cells: tuple[GradeCell, ...]


class GradesPage(Struct, frozen=True, kw_only=True):
    """The grades of a linked class, from stored snapshots with their times."""

    course_id: str
    name: str
    section: str | None
    chip: Chip
    assignments: tuple[AssignmentHead, ...]
    students: tuple[StudentRow, ...]
    classroom_as_of: datetime | None
    sis_as_of: datetime | None
    refreshing: bool
    sis_name: str
    last_export_at: datetime | None
    last_export_run_id: str | None
    running_run_id: str | None
    to_export: int
    differing: int
    """Grades that somebody changed in the SIS, as it was last read, and that nobody has let stand."""
    differing_in: tuple[str, ...]
    """The course work that has them."""
    blocked: Said | None = None
    may_act: bool = False
    """Whether the reader may export."""


class ExportLine(Struct, frozen=True, kw_only=True):
    """One grade in a preview or in the details of an export."""

    user_id: str
    name: str
    decision: str
    """new, changed, unchanged, drifted, kept, skipped, held, sent, failed."""
    classroom: Decimal | None = None
    sis: Decimal | None = None
    said: Said | None = None
    several: tuple[str, ...] = ()
    """What the SIS holds where it has more than one grade of the student."""
    may_answer: bool = False
    """Whether a person may say what becomes of a grade that the SIS holds otherwise."""


class NamedGrade(Struct, frozen=True, kw_only=True):
    """A student's grade as the SIS shows it."""

    name: str
    value: str


class Candidate(Struct, frozen=True, kw_only=True):
    """A line item of the SIS that may be this assignment already, with whose grades it holds."""

    sourced_id: str
    title: str
    due_on: date | None
    max_points: Decimal | None
    grades: tuple[NamedGrade, ...]


ASKING = frozenset({"new", "changed", "drifted", "held", "failed"})
"""Decisions by which a grade is sent, or waits for somebody."""


class ExportAssignment(Struct, frozen=True, kw_only=True):
    """One assignment of an export, in one section."""

    course_work_id: str
    class_id: str
    class_title: str
    title: str
    line_item: str
    """create, known, adopt, ambiguous or held."""
    blocked: bool
    notices: tuple[Said, ...]
    lines: tuple[ExportLine, ...]
    link: str | None = None
    """The assignment in Classroom."""
    candidates: tuple[Candidate, ...] = ()
    """What a person may use in place of a new one; with exactly one it is used unless they say otherwise."""
    gone: bool = False
    """Whether it was exported before and is not there any more: it can be made anew."""
    needs: int = 0
    """In an export's details: how many of its grades wait for somebody; 1 where the assignment alone does."""

    @property
    def asks(self) -> bool:
        """Whether something is done or to be decided here; otherwise it only tells."""
        return self.blocked or bool(self.needs) or any(line.decision in ASKING for line in self.lines)

    @property
    def not_returned(self) -> int:
        """How many grades are set and not returned."""
        return sum(line.said is not None and line.said.code == Code.SKIPPED_NOT_RETURNED for line in self.lines)


class SisGrade(Struct, frozen=True, kw_only=True):
    """A grade that the SIS holds and Classroom has no place for; `result_id` names it in an answer."""

    result_id: str
    name: str
    title: str
    class_title: str
    value: str
    said: Said | None = None
    """Why it stays; None where it can be taken back."""
    left: bool = False
    """Whether a person said that it stays."""


class SectionQuestion(Struct, frozen=True, kw_only=True):
    """A student in several of the linked sections, with the sections' ids and titles."""

    user_id: str
    name: str
    sections: tuple[tuple[str, str], ...]


class ExportPreview(Struct, frozen=True, kw_only=True):
    """What an export would send; nothing has been sent."""

    run_id: str
    course_id: str
    assignments: tuple[ExportAssignment, ...]
    counts: dict[str, int]
    """By decision."""
    to_send: int
    not_returned: int
    notes: tuple[Said, ...]
    to_update: int = 0
    """Assignments of which no grade is sent, but whose title, category or due date in the SIS changes."""
    withdrawals: int = 0
    """Grades that were taken away in Classroom and can be taken back from the SIS."""
    held_withdrawals: int = 0
    """The same, but so many at once that an admin decides."""
    may_release: bool = False
    quiet_until: datetime | None = None
    """When the quiet hours end that it is now: an export can wait until then. None: it is not quiet."""
    take_back: tuple[SisGrade, ...] = ()
    """Those grades."""
    staying: tuple[SisGrade, ...] = ()
    """Grades that were taken away in Classroom and stay in the SIS, with the reason."""
    moved: tuple[SisGrade, ...] = ()
    """What earlier sections still hold of students who moved."""
    sections: tuple[SectionQuestion, ...] = ()


class ExportDetails(Struct, frozen=True, kw_only=True):
    """What became of an export: "27 of 30 sent, 3 need you"."""

    run: RunView
    assignments: tuple[ExportAssignment, ...]
    sent: int
    unchanged: int
    verified: int
    to_verify: int
    failed: int
    """How many a retry would send again, alike counted."""
    skipped: int
    unconfirmed: Said | None = None
    """What is to be known where the SIS has no API: "verified" is then said of its package, not of the SIS."""
    undo: RunView | None = None
    """The undo of this export, while it goes on and when it is done."""
    needs: int = 0
    """How many grades wait for somebody, and assignments or sections that do though no grade says so."""
    may_act: bool = False
    """Whether the reader may export again."""
    may_undo: bool = False
    """Whether there is something that could be put back, as far as we keep it."""
