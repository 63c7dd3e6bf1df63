"""What the use cases answer with: values for pages, REST and the command line, without finished text.

A `Said` is an outcome code with parameters; `classbridge.text.outcomes` turns it into words in the reader's
language. States are the words of the pages' chips.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from msgspec import Struct, field


class Chip(StrEnum):
    """The state of a thing, the same everywhere."""

    NOT_LINKED = "not_linked"
    LINKED = "linked"
    CHANGES_WAITING = "changes_waiting"
    RUNNING = "running"
    NEEDS_ATTENTION = "needs_attention"
    WAITING_FOR_SIS = "waiting_for_sis"
    HELD = "held"
    DONE = "done"
    DISCONNECTED = "disconnected"


class Said(Struct, frozen=True, kw_only=True):
    """An outcome: its code, its parameters and, where there are any, the SIS's own words."""

    code: str
    params: dict[str, str] = field(default_factory=dict)
    sis_words: str | None = None


# -- The admin -------------------------------------------------------------------------------------------------


class GuideStep(Struct, frozen=True, kw_only=True):
    """A step in the SIS's own menus with what belongs to it. Menu names stand between double asterisks."""

    text: str
    cautions: tuple[str, ...] = ()
    tips: tuple[str, ...] = ()
    if_not_found: tuple[str, ...] = ()
    optional: bool = False
    google_only: bool = False
    """Whether the step makes credentials meant for Google's own consumer."""


class Contact(Struct, frozen=True, kw_only=True):
    """Whom to ask at a SIS."""

    name: str
    url: str = ""
    email: str = ""
    phone: str = ""


class SisChoice(Struct, frozen=True, kw_only=True):
    """A SIS in the list, with who may use it."""

    vendor: str
    name: str
    versions: tuple[str, ...]
    recommended_version: str
    who: str
    notice: str | None = None
    """What must be known before step 1, as that a customer cannot obtain every credential unaided."""
    base_url_example: str = ""
    base_url_fixed: str | None = None
    key_label: str = ""
    extra_header: str | None = None
    """The name of a second credential that this SIS wants for the gradebook."""
    token_url_needed: bool = False
    guide: tuple[GuideStep, ...] = ()
    replace_key: tuple[GuideStep, ...] = ()
    """How a new key or secret is made in the SIS while the old one is used."""
    unverified: tuple[str, ...] = ()
    """Facts of the profile that nobody has confirmed."""
    ask: str = ""
    """Whom to ask without the licence or release, and about the SIS's own menus."""
    state: str = "available"
    """available, or in development."""
    proved_in_sandbox: date | None = None
    proved_live: date | None = None
    """When the main job last went through there; None is never."""
    licences: tuple[str, ...] = ()
    minimum_version: str = ""
    recommended_release: str = ""
    """Releases of the SIS, where it names any."""
    reach: str = "api"
    """api, or package: there is nothing to connect to, packages come and go."""
    credentials_unaided: bool = True
    """Whether a customer can obtain every credential without the vendor."""
    support: Contact | None = None


class DataKind(Struct, frozen=True, kw_only=True):
    """A kind of data exchange: students, teachers, grading_periods, grade_categories or grades.

    `confirmed`: it may be exchanged. `confirmed_at`: when an admin decided so, or not so; None for a new kind.
    """

    kind: str
    confirmed: bool
    confirmed_at: datetime | None = None


class ProofLine(Struct, frozen=True, kw_only=True):
    """One proof of a connection: token, rostering, gradebook or write."""

    name: str
    state: str
    """waiting, passed, failed or unknown."""
    said: Said | None = None
    tried: tuple[str, ...] = ()
    """Requests by which the token URL was looked for, each with what came back."""
    also: Said | None = None
    """What else is to be said, such as what a write test left behind."""


KeyState = Literal["used", "kept", "later", "expired"]


class KeyLine(Struct, frozen=True, kw_only=True):
    """An access key with its secret, without either: `used` today, `kept` beside it, good `later`, or `expired`.

    Both days belong to its life; None is open.
    """

    id: str
    state: KeyState
    effective_on: date | None
    expires_on: date | None
    added_at: datetime


class ConnectionView(Struct, frozen=True, kw_only=True):
    """A connection as its card shows it. Secrets are never in it."""

    id: str
    vendor: str
    name: str
    version: str
    state: str
    """draft, connected or disconnected."""
    chip: Chip
    base_url: str
    token_url: str
    key_kept: bool
    """Whether it can be proved: a key is kept, or a package was taken in."""
    package_came: bool = False
    """Whether an access key and secret are kept (sealed)."""
    keys: tuple[KeyLine, ...]
    key_expires_on: date | None
    """The last day that the keys cover together without a gap."""
    support_consent: bool
    proof: tuple[ProofLine, ...]
    proof_run_id: str | None
    proved_at: datetime | None
    connected_at: datetime | None
    data: tuple[DataKind, ...]
    linked_classes: int
    running: int
    """Runs that a disconnect would stop."""
    choice: SisChoice


class AdminHome(Struct, frozen=True, kw_only=True):
    """The admin's overview: Classroom and the connections."""

    district: str
    classroom_side: str | None
    classroom_admin: str | None
    connections: tuple[ConnectionView, ...]
    linked_classes: int


# -- The teacher -----------------------------------------------------------------------------------------------


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


class GradeCell(Struct, frozen=True, kw_only=True):
    """One student's grade of one assignment on both sides."""

    state: str
    """returned, excused, graded (not returned), missing, late, turned_in, none, not_assigned."""
    classroom: Decimal | None
    sis: Decimal | None
    differs: bool
    verified_at: datetime | None = None


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
    blocked: Said | None = None


class ExportLine(Struct, frozen=True, kw_only=True):
    """One grade in a preview or in the details of an export."""

    user_id: str
    name: str
    decision: str
    """new, changed, unchanged, drifted, skipped, held, sent, failed."""
    classroom: Decimal | None = None
    sis: Decimal | None = None
    said: Said | None = None


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
    withdrawals: int = 0
    """Grades that were taken away in Classroom and can be taken back from the SIS."""


class RunView(Struct, frozen=True, kw_only=True):
    """A run, while and after it goes."""

    id: str
    kind: str
    """authorize, sync, refresh, preview-import, import, preview-export or export."""
    state: str
    """queued, running, waiting, done, held, failed or cancelled."""
    chip: Chip
    course_id: str | None
    connection_id: str | None
    total: int
    done: int
    counts: dict[str, int]
    said: Said | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    may_cancel: bool
    about: str = ""
    """The name of the class, or of the SIS; empty where neither is kept any more."""
    asked_by: str = ""
    """The name of whoever asked; empty for the system."""
    asked_for: str = ""
    """The name of the class's primary teacher, where an admin or a delegate acted for them."""


class ExportDetails(Struct, frozen=True, kw_only=True):
    """What became of an export: "27 of 30 sent, 3 need you"."""

    run: RunView
    assignments: tuple[ExportAssignment, ...]
    sent: int
    unchanged: int
    verified: int
    to_verify: int
    failed: int
    skipped: int
    unconfirmed: Said | None = None
    """What is to be known where the SIS has no API: "verified" is then said of its package, not of the SIS."""


class ImportDetails(Struct, frozen=True, kw_only=True):
    """What became of an import."""

    run: RunView
    people: tuple[Person, ...]
    notes: tuple[Said, ...]
