"""Students of Classroom's classes, to be found by name; and whose identity the SIS protects."""

from collections.abc import Sequence

from msgspec import Struct

from classbridge.store.rows import Rows, columns, records
from classbridge.store.tables import gc_member, person_match, sis_user


class KeptStudent(Struct, frozen=True, kw_only=True):
    """A student's place in a course."""

    course_id: str
    user_id: str
    email: str | None
    email_folded: str | None
    given_name: str
    family_name: str


class Protected(Struct, frozen=True):
    """Whom the SIS marks as protected: by folded address, and by the account that somebody said is theirs."""

    emails: frozenset[str]
    user_ids: frozenset[str]

    def has(self, student: KeptStudent) -> bool:
        """Whether it is this student."""
        return student.user_id in self.user_ids or (student.email_folded or "") in self.emails


def students(
    rows: Rows, side: str, course_ids: Sequence[str] | None = None, user_id: str | None = None
) -> list[KeptStudent]:
    """The students of courses (None: of all), or one student's places in them, by name."""
    table = gc_member
    wanted = rows.select(table, *columns(table, KeptStudent)).where(
        table.c.side == side, table.c.role == "students"
    )
    if course_ids is not None:
        wanted = wanted.where(table.c.course_id.in_(course_ids))
    if user_id is not None:
        wanted = wanted.where(table.c.user_id == user_id)
    named = wanted.order_by(table.c.family_name, table.c.given_name, table.c.user_id, table.c.course_id)
    return records(KeptStudent, rows.all(named))


def protected(rows: Rows, side: str) -> Protected:
    """Everybody whom a SIS of the district protects."""
    marked = rows.all(
        rows.select(sis_user, sis_user.c.connection_id, sis_user.c.sourced_id, sis_user.c.email_folded).where(
            sis_user.c.protected
        )
    )
    ids = {(row.connection_id, row.sourced_id) for row in marked}
    said = rows.all(rows.select(person_match).where(person_match.c.side == side)) if ids else []
    theirs = [row.user_id for row in said if (row.connection_id, row.sis_user_id) in ids and row.user_id]
    return Protected(frozenset(row.email_folded for row in marked if row.email_folded), frozenset(theirs))
