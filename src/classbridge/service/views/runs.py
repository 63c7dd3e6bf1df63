"""A run as pages show it."""

from datetime import datetime

from msgspec import Struct

from classbridge.service.views.said import Chip, Said


class RunView(Struct, frozen=True, kw_only=True):
    """A run, while and after it goes."""

    id: str
    kind: str
    """authorize, sync, refresh, preview-import, import, preview-export, export, preview-undo or undo."""
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
    """Whether it goes on; where one run is looked at, also whether the reader may stop it."""
    about: str = ""
    """The name of the class, or of the SIS; empty where neither is kept any more."""
    asked_by: str = ""
    """The name of whoever asked; empty for the system."""
    asked_for: str = ""
    """The name of the class's primary teacher, where an admin or a delegate acted for them."""
    by_schedule: bool = False
    """Whether a nightly schedule began it; whoever switched that on has then "asked"."""
    may_repeat: bool = False
    """Whether it is a preview that failed or was cancelled, which the reader may have made anew."""
    starts_at: datetime | None = None
    """The moment before which it does not begin, where somebody chose one."""
