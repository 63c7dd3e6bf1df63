"""Every check, group by group, in the order in which they run."""

from classbridge.oneroster.conformance.checks import access, errors, google, paging, query, reads, records, writes
from classbridge.oneroster.conformance.registry import Check

CHECKS: tuple[Check, ...] = (
    *access.CHECKS,
    *google.CHECKS,
    *reads.CHECKS,
    *paging.CHECKS,
    *query.CHECKS,
    *errors.CHECKS,
    *records.CHECKS,
)
"""The checks that only read."""
WRITES: tuple[Check, ...] = writes.CHECKS
"""The checks that write, each building on those before it."""
ALWAYS = frozenset({"access.token", "google.teachers"})
"""The checks that run whatever was chosen: without them nothing else means anything."""
