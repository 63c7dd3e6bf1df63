"""What a teacher sees of classes: the list, links, rosters."""

from datetime import date, datetime

from msgspec import Struct

from classbridge.service.views.runs import RunView
from classbridge.service.views.said import Chip, Said


class SisClass(Struct, frozen=True, kw_only=True):
    """A class of the SIS that can be linked or is."""

    connection_id: str
    class_id: str
    title: str
    class_code: str | None
    school: str | None
    term: str | None
    students: int
    suggested: bool = False
    overlap: int = 0
    """How many of its students are already in the Classroom class."""


class ClassRow(Struct, frozen=True, kw_only=True):
    """A Classroom class in the list."""

    course_id: str
    name: str
    section: str | None
    chip: Chip
    sis_classes: tuple[SisClass, ...]
    suggestions: tuple[SisClass, ...]
    to_export: int
    problems: int
    last_export_at: datetime | None
    """When an export last did its work, or a part of it."""
    last_export_run_id: str | None
    """The last export that has something to tell, be it that it failed: its details hold the problems."""
    running_run_id: str | None
    may_link: bool
    may_export: bool
    closed: Said | None = None
    """Why the functions of this class are closed, by licence or pilot; None: they are open."""
    export_closed: Said | None = None
    """Why the grades of this class, which is linked, cannot be exported now; None: they can."""
    roster_changes: int = 0
    """How many people differ between the class and its sections, as both were read last."""
    nightly_at: datetime | None = None
    """When its next nightly run begins; None: it has no schedule."""

    @property
    def ready(self) -> bool:
        """Whether its grades can be exported now: some wait, nothing is in the way, and no run is busy."""
        return bool(self.to_export and self.may_export and self.export_closed is None and not self.running_run_id)


class LinkPage(Struct, frozen=True, kw_only=True):
    """What a class is linked to and may be."""

    row: ClassRow
    choices: tuple[SisClass, ...]
    """The sections that the reader may choose of, those that are linked among them."""
    lost: tuple[SisClass, ...]
    """Linked sections of a SIS that is disconnected: what is chosen takes their place."""
    primary_teacher: str
    """The name of whoever links the class; empty where it is not known."""
    refused: Said | None
    """Why the reader may not link the class; None: they may."""
    blocked: Said | None
    """Why nothing can be linked by anybody; None: it can."""


class ClassList(Struct, frozen=True, kw_only=True):
    """A teacher's (or, for an admin, the district's) classes."""

    rows: tuple[ClassRow, ...]
    unlinked_sis_classes: tuple[SisClass, ...]
    """SIS classes of this teacher without a Classroom class: a new one can be made from each."""
    as_of: datetime | None
    refreshing: bool
    sis_name: str | None
    """None: no SIS is connected."""
    blocked: Said | None = None
    closed: Said | None = None
    """Why the functions are closed to the reader: no class can be made."""
    total: int = 0
    """How many classes there are in all, of which `rows` may be a part."""
    next: str | None = None
    """The class after which the next part begins; None: this is the last one."""


class OfferedKind(Struct, frozen=True, kw_only=True):
    """A kind of data that can be imported into a class; `closed`: why it cannot now."""

    kind: str
    closed: Said | None


class Person(Struct, frozen=True, kw_only=True):
    """A person in a roster preview."""

    name: str
    email: str | None
    role: str
    said: Said


class RosterLine(Struct, frozen=True, kw_only=True):
    """A person on the roster page. `sections`: the titles of their linked SIS classes."""

    name: str
    email: str | None
    role: str
    said: Said
    sections: tuple[str, ...] = ()
    again: str | None = None
    """The Classroom id of somebody whom a teacher removed, by which the reader can add them again."""


class RosterPage(Struct, frozen=True, kw_only=True):
    """A class's people as both sides were read last, and what an import would do to them."""

    course_id: str
    many: bool
    """Whether several sections are linked, so that each person's is named."""
    imported: bool
    """Whether an import has been made before."""
    classroom_as_of: datetime | None
    sis_as_of: datetime | None
    refreshing: bool
    trouble: Said | None
    """Why the last refresh failed; what was stored before stays."""
    kinds: tuple[str, ...]
    """What an update imports: those kinds of people that are open."""
    both: tuple[RosterLine, ...]
    sis_only: tuple[RosterLine, ...]
    classroom_only: tuple[RosterLine, ...]
    to_add: int
    to_remove: int
    held: int
    may_act: bool = False
    """Whether the reader may import."""


class Period(Struct, frozen=True, kw_only=True):
    """A grading period; both days belong to it."""

    title: str
    first_day: date
    last_day: date


class ImportPreview(Struct, frozen=True, kw_only=True):
    """What an import would do; nothing has happened yet."""

    run_id: str
    course_id: str
    kinds: tuple[str, ...]
    add: tuple[Person, ...]
    invite: tuple[Person, ...]
    present: tuple[Person, ...]
    unable: tuple[Person, ...]
    """No account, no match, ambiguous: each with its reason."""
    remove: tuple[Person, ...]
    held: tuple[Person, ...]
    notes: tuple[Said, ...]
    periods: tuple[Period, ...] = ()
    """The grading periods that Classroom would get."""
    may_release: bool = False
    """Whether the reader may let the held removals go."""


class ImportDetails(Struct, frozen=True, kw_only=True):
    """What became of an import."""

    run: RunView
    people: tuple[Person, ...]
    notes: tuple[Said, ...]
    kinds: tuple[str, ...] = ()
    failed: int = 0
    """How many people a retry would import."""
    held: tuple[Person, ...] = ()
    """Whose removal waits for an admin."""
    may_act: bool = False
    """Whether the reader may import again."""
    may_release: bool = False
