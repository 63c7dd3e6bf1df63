"""Which ids are one person: of the SIS, of Classroom and of the account, as far as that is beyond doubt."""

from sqlalchemy import ColumnElement, Table, func

from classbridge.store.rows import Rows
from classbridge.store.tables import gc_member, membership, person_match, sis_user
from classbridge.store.traces import Trace
from classbridge.store.types import folded

Pair = tuple[str, str]


def trace_of(rows: Rows, *, sis: Pair | None = None, classroom: Pair | None = None, email: str = "") -> Trace:
    """Everything that one id leads to: what we recorded, what somebody said, and an address that is theirs alone.

    `sis` is a connection and a sourcedId, `classroom` a side and a user id. A shared address leads to nobody.
    """
    found_sis = {sis} if sis else set()
    found_classroom = {classroom} if classroom else set()
    emails = {folded(email)} if email else set()
    known = 0
    while known != (known := len(found_sis) + len(found_classroom) + len(emails)):
        for origin, one in tuple(found_sis):
            mine = (membership.c.connection_id == origin, membership.c.sis_user_id == one)
            found_classroom |= _pairs(rows, membership, "side", "user_id", *mine)
            said = (person_match.c.connection_id == origin, person_match.c.sis_user_id == one)
            found_classroom |= {p for p in _pairs(rows, person_match, "side", "user_id", *said) if "@" not in p[1]}
            emails |= _own_addresses(rows, sis_user, "connection_id", "sourced_id", (origin, one))
        for origin, one in tuple(found_classroom):
            for table in (membership, person_match):
                mine = (table.c.side == origin, table.c.user_id == one)
                found_sis |= _pairs(rows, table, "connection_id", "sis_user_id", *mine)
            emails |= _own_addresses(rows, gc_member, "side", "user_id", (origin, one))
        for address in emails:
            found_sis |= _alone(rows, sis_user, "connection_id", "sourced_id", address)
            found_classroom |= _alone(rows, gc_member, "side", "user_id", address)
    return Trace(sis=frozenset(found_sis), classroom=frozenset(found_classroom), emails=frozenset(emails))


def _pairs(rows: Rows, table: Table, origin: str, name: str, *where: ColumnElement[bool]) -> set[Pair]:
    wanted = rows.select(table, table.c[origin], table.c[name]).where(*where, table.c[name].is_not(None))
    return {(row[0], row[1]) for row in rows.all(wanted)}


def _own_addresses(rows: Rows, table: Table, origin: str, name: str, one: Pair) -> set[str]:
    """The addresses of one person that nobody else of the same origin has."""
    mine = rows.select(table, table.c.email_folded).where(table.c[origin] == one[0], table.c[name] == one[1])
    found = {row[0] for row in rows.all(mine) if row[0]}
    return {address for address in found if _alone(rows, table, origin, name, address)}


def _alone(rows: Rows, table: Table, origin: str, name: str, address: str) -> set[Pair]:
    """Who has an address, in each origin where only one does."""
    wanted = rows.select(table, table.c[origin], func.min(table.c[name])).where(table.c.email_folded == address)
    alone = wanted.group_by(table.c[origin]).having(func.count(table.c[name].distinct()) == 1)
    return {(row[0], row[1]) for row in rows.all(alone)}
