"""Who is who when the e-mail address does not tell: lasting overrides made by people."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from classbridge.store.rows import Rows, columns, record, values
from classbridge.store.tables import person_match


class Match(Struct, frozen=True, kw_only=True):
    """A person of the SIS and the person in Classroom; `user_id` None: never match this person."""

    connection_id: str
    sis_user_id: str
    side: str
    user_id: str | None
    by: str
    at: datetime


def save(rows: Rows, matches: Iterable[Match]) -> None:
    """Keep overrides, in place of earlier ones of the same people."""
    rows.upsert(person_match, [values(match) for match in matches])


def remove(rows: Rows, connection_id: str, side: str, sis_user_id: str) -> bool:
    """Match a person by e-mail address again. False: there was no override."""
    return bool(
        rows.delete(
            person_match,
            person_match.c.connection_id == connection_id,
            person_match.c.side == side,
            person_match.c.sis_user_id == sis_user_id,
        )
    )


def list_all(rows: Rows, connection_id: str, side: str) -> dict[str, Match]:
    """Every override between a connection and a side, by the SIS's sourcedId of the person."""
    wanted = rows.select(person_match, *columns(person_match, Match)).where(
        person_match.c.connection_id == connection_id, person_match.c.side == side
    )
    return {row.sis_user_id: record(Match, row) for row in rows.all(wanted)}
