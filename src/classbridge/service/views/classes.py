"""What a teacher sees of classes: the list, links, rosters."""

from datetime import datetime

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
    last_export_run_id: str | None
    """The last export that ended: its details hold the problems."""
    running_run_id: str | None
    may_link: bool
    closed: Said | None = None
    """Why the functions of this class are closed, by licence or pilot; None: they are open."""


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


class ImportDetails(Struct, frozen=True, kw_only=True):
    """What became of an import."""

    run: RunView
    people: tuple[Person, ...]
    notes: tuple[Said, ...]
