"""What every view is made of: the state of a thing, and an outcome without finished text."""

from enum import StrEnum

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
