"""Who is who when the e-mail address does not tell: what people said, which lasts until they take it back."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, Table

from classbridge.store.rows import Rows, columns, record, values
from classbridge.store.tables import person_match, person_refusal


class Match(Struct, frozen=True, kw_only=True):
    """A person of the SIS and the person in Classroom; `user_id` None: never match this person."""

    connection_id: str
    sis_user_id: str
    side: str
    user_id: str | None
    by: str
    at: datetime


class Refusal(Struct, frozen=True, kw_only=True):
    """A person of the SIS and one of Classroom who are never one, whatever their addresses."""

    connection_id: str
    sis_user_id: str
    side: str
    user_id: str
    by: str
    at: datetime


class Overrides(Struct, frozen=True):
    """What matching goes by: the Classroom user id (None: nobody) by sourcedId, and the refused pairs."""

    accounts: dict[str, str | None]
    refused: frozenset[tuple[str, str]]


def save(rows: Rows, matches: Iterable[Match]) -> None:
    """Keep overrides, in place of earlier ones of the same people; a refusal of the same pair goes."""
    kept = list(matches)
    rows.upsert(person_match, [values(match) for match in kept])
    for match in kept:
        if match.user_id is not None:
            allow_again(rows, match.connection_id, match.side, match.sis_user_id, match.user_id)


def remove(rows: Rows, connection_id: str, side: str, sis_user_id: str) -> bool:
    """Match a person by e-mail address again. False: there was no override."""
    return bool(rows.delete(person_match, *_is(person_match, connection_id, side, sis_user_id)))


def refuse(rows: Rows, refusals: Iterable[Refusal]) -> None:
    """Keep that pairs are never one; an override that made one of them goes."""
    kept = list(refusals)
    rows.upsert(person_refusal, [values(one) for one in kept])
    for one in kept:
        mine = _is(person_match, one.connection_id, one.side, one.sis_user_id)
        rows.delete(person_match, *mine, person_match.c.user_id == one.user_id)


def allow_again(rows: Rows, connection_id: str, side: str, sis_user_id: str, user_id: str) -> bool:
    """Take a refusal back. False: there was none."""
    mine = _is(person_refusal, connection_id, side, sis_user_id)
    return bool(rows.delete(person_refusal, *mine, person_refusal.c.user_id == user_id))


def list_all(rows: Rows, connection_id: str, side: str) -> dict[str, Match]:
    """Every override between a connection and a side, by the SIS's sourcedId of the person."""
    wanted = rows.select(person_match, *columns(person_match, Match)).where(
        person_match.c.connection_id == connection_id, person_match.c.side == side
    )
    return {row.sis_user_id: record(Match, row) for row in rows.all(wanted)}


def refusals(
    rows: Rows, connection_id: str, side: str, sis_user_ids: Sequence[str] | None = None
) -> list[Refusal]:
    """The refused pairs between a connection and a side: of these people, or (None) of all."""
    table = person_refusal
    wanted = rows.select(table, *columns(table, Refusal)).where(
        table.c.connection_id == connection_id, table.c.side == side
    )
    if sis_user_ids is not None:
        wanted = wanted.where(table.c.sis_user_id.in_(sis_user_ids))
    return [record(Refusal, row) for row in rows.all(wanted.order_by(table.c.sis_user_id, table.c.user_id))]


def overrides(rows: Rows, connection_id: str, side: str) -> Overrides:
    """What matching goes by, between a connection and a side."""
    return Overrides(
        {key: match.user_id for key, match in list_all(rows, connection_id, side).items()},
        frozenset((one.sis_user_id, one.user_id) for one in refusals(rows, connection_id, side)),
    )


def _is(table: Table, connection_id: str, side: str, sis_user_id: str) -> tuple[ColumnElement[bool], ...]:
    return (
        table.c.connection_id == connection_id,
        table.c.side == side,
        table.c.sis_user_id == sis_user_id,
    )
