"""What an admin decided for the whole district about exports: the drift policy, the nightly time, quiet hours."""

from datetime import datetime

from msgspec import Struct

from classbridge.bridge.decision import DriftPolicy
from classbridge.bridge.schedule import Hours
from classbridge.store.rows import Rows, columns, record, values
from classbridge.store.tables import district_policy


class DistrictPolicy(Struct, frozen=True, kw_only=True):
    """A decision; times are minutes after local midnight, the quiet hours' both or neither."""

    drift: str
    nightly_at: int
    quiet_from: int | None
    quiet_until: int | None
    changed_by: str
    changed_at: datetime

    @property
    def hours(self) -> Hours:
        """When nights begin, and when it is quiet."""
        return Hours(nightly_at=self.nightly_at, quiet_from=self.quiet_from, quiet_until=self.quiet_until)


def get(rows: Rows) -> DistrictPolicy | None:
    """What was decided; None: nothing yet, the defaults hold."""
    found = rows.first(rows.select(district_policy, *columns(district_policy, DistrictPolicy)))
    return None if found is None else record(DistrictPolicy, found)


def hours(rows: Rows) -> Hours:
    """The hours in force."""
    kept = get(rows)
    return kept.hours if kept else Hours()


def drift(rows: Rows) -> DriftPolicy:
    """The drift policy in force, where a class has none of its own."""
    kept = get(rows)
    return DriftPolicy(kept.drift) if kept else DriftPolicy.ASK


def save(rows: Rows, decided: DistrictPolicy) -> None:
    """Keep a decision in place of the earlier one."""
    rows.upsert(district_policy, values(decided))
