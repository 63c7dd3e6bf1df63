"""What a check may come to, and the report that they make together."""
# ruff: noqa: N818 - the names say what happened

from datetime import datetime
from typing import Literal

from msgspec import Struct, field

from classbridge.oneroster.models import Version

Outcome = Literal["pass", "fail", "not_offered"]


class Failed(Exception):
    """The server does something else than it should; the text says what, without a value of a record."""


class NotOffered(Exception):
    """The server does not have this, and need not; or it holds nothing that this could be judged by."""


class NotTried(Exception):
    """Something that this check needs is missing. `failed` when that is the server's failure."""

    def __init__(self, text: str, *, failed: bool = False) -> None:
        super().__init__(text)
        self.failed = failed


class CheckResult(Struct, frozen=True, kw_only=True):
    """One check's line: `latency_ms` is the mean time of the answers it used, None when it used none.

    `notice` says what a user of Classroom would notice where this fails.
    """

    name: str
    group: str
    title: str
    outcome: Outcome
    details: str
    latency_ms: float | None
    calls: int
    notice: str
    tried: bool = True


class Report(Struct, frozen=True, kw_only=True):
    """A server's report card."""

    base_url: str
    version: Version
    at: datetime
    seconds: float
    calls: int
    wrote: bool
    checks: tuple[CheckResult, ...]
    left_behind: tuple[str, ...] = field(default=())
    """The addresses, below the gradebook's root, of what `write` made and could not delete again."""

    def count(self, outcome: Outcome) -> int:
        """How many checks came to this."""
        return sum(check.outcome == outcome for check in self.checks)

    @property
    def ok(self) -> bool:
        """Whether nothing failed."""
        return self.count("fail") == 0

    @property
    def failures(self) -> tuple[CheckResult, ...]:
        """The checks that failed."""
        return tuple(check for check in self.checks if check.outcome == "fail")
