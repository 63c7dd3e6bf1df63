"""What we recorded of a class's people, as a plan of its roster takes it; also for pages, from what is stored."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from classbridge.bridge.guards import WINDOW_DAYS, Scope, Volume
from classbridge.bridge.roster import Membership
from classbridge.jobs.runtime import now
from classbridge.store import memberships
from classbridge.store.rows import Rows

WEEK = timedelta(days=WINDOW_DAYS)


def as_recorded(one: memberships.Membership) -> Membership:
    """Our record of having added a person, as a plan takes it."""
    return Membership(
        classroom_user_id=one.user_id,
        user_sourced_id=one.sis_user_id,
        class_sourced_ids=frozenset(one.class_ids),
    )


def excepted(
    exceptions: Iterable[memberships.MembershipException], recorded: Iterable[memberships.Membership], kind: str
) -> list[str]:
    """The sourcedIds of those of a type whom a teacher removed."""
    sis_of = {one.user_id: one.sis_user_id for one in recorded if one.role == kind}
    return [sis_of[one.user_id] for one in exceptions if one.role == kind and one.user_id in sis_of]


class Removed:
    """One reading of what the guards count over: whom we added, and whom we removed in seven days."""

    def __init__(self, rows: Rows, connection_id: str, at: datetime | None = None) -> None:
        self._sizes = {kind: memberships.sizes(rows, connection_id, kind) for kind in ("students", "teachers")}
        self._gone = memberships.removed_since(rows, connection_id, (at or now()) - WEEK)

    def volumes(
        self, kind: str, course_id: str, members: int, schools: Iterable[str] = ()
    ) -> dict[tuple[Scope, str], Volume]:
        """People of this type now, and how many we removed of them in seven days.

        In all and by school the people are those whom we have added; in the class they are its members. A school
        that we have added nobody for (a section moved there since) has none, so that any removal of it is held.
        """
        sizes, gone = self._sizes[kind], [one for one in self._gone if one.role == kind]
        volumes = {
            (Scope.SCHOOL, f"{kind}:{school}"): Volume(
                sizes.get(school, 0), sum(one.school_id == school for one in gone)
            )
            for school in {*sizes, *schools}
        }
        here = sum(one.course_id == course_id for one in gone)
        return {
            **volumes,
            (Scope.TYPE, kind): Volume(sum(sizes.values()), len(gone)),
            (Scope.CLASS, f"{kind}:{course_id}"): Volume(members, here),
        }
