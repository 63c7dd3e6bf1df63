"""What the admin sees: the SIS to choose from, connections and their proofs."""

from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from classbridge.service.views.said import Chip, Said


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


class KeyHabits(Struct, frozen=True, kw_only=True):
    """How the keys of a SIS live, as its profile says."""

    lifetime_days: int | None
    """How long one lasts unless its maker says otherwise; None: it does not expire, as far as is known."""
    made_today_ends_on: date | None
    """The last day of one that is made today."""
    overlap: bool
    """Whether two can be good at once."""
    new_secret_ends_old: bool
    """Whether a new secret for the same key may end the old one at once."""


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
    key_habits: KeyHabits
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
