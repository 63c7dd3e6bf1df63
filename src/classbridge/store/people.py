"""The district's people as matching sees them: those of the SIS with a state each, and accounts of nobody."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Any, Literal, get_args

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Select, Table, and_, case, func, literal, or_, select, tuple_

from classbridge.store.cursors import CursorError, Page
from classbridge.store.rosters import ACTIVE
from classbridge.store.rows import Rows, record
from classbridge.store.tables import (
    class_link,
    gc_member,
    person_match,
    person_refusal,
    sis_enrollment,
    sis_user,
)
from classbridge.store.types import folded

State = Literal["shared", "no_email", "unmatched", "unseen", "matched", "overridden", "nobody", "left"]
"""How a person of the SIS stands to Classroom.

`shared`: the address belongs to several people on a side. `unmatched`: in a linked section, and no account that
was read has the address. `unseen`: in no linked section, so nobody looked yet. `overridden`: somebody said who it
is. `nobody`: somebody said that it is nobody. `left`: not active in the SIS any more.
"""

STATES: tuple[State, ...] = get_args(State)
OPEN: tuple[State, ...] = ("shared", "no_email", "unmatched")
"""The states that need a person's answer, or a better record in the SIS."""


class KeptPerson(Struct, frozen=True, kw_only=True):
    """A person of the SIS. `user_id` is the account that they are matched to, or the address said to be theirs."""

    connection_id: str
    sourced_id: str
    given_name: str
    family_name: str
    email: str | None
    identifier: str | None
    username: str | None
    roles: list[dict[str, Any]]
    protected: bool
    state: State
    user_id: str | None


class Account(Struct, frozen=True, kw_only=True):
    """Somebody in Classroom, as the classes that were read show them."""

    user_id: str
    email: str | None
    given_name: str
    family_name: str


class Asked(Struct, frozen=True, kw_only=True):
    """Which people: of a connection and a side; in these states (none: any), with this role, with this text."""

    connection_id: str
    side: str
    states: Sequence[State] = ()
    role: str = ""
    search: str = ""


def page(rows: Rows, asked: Asked, *, cursor: str | None = None, limit: int | None = 50) -> Page[KeptPerson]:
    """People by family name. Raises `CursorError`."""
    query, user = _Query(rows, asked), sis_user.c
    keys = (user.family_name, user.given_name, user.sourced_id)
    wanted = query.people(*query.shown()).where(*query.chosen())
    if cursor is not None:
        wanted = wanted.where(tuple_(*keys) > tuple_(*map(literal, _decode(cursor))))
    more = None if limit is None else limit + 1
    found = [record(KeptPerson, row) for row in rows.all(wanted.order_by(*keys).limit(more))]
    last = found[limit - 1] if limit is not None and len(found) > limit else None
    after = None if last is None else _encode((last.family_name, last.given_name, last.sourced_id))
    return Page(items=found[:limit], next=after)


def get(rows: Rows, connection_id: str, side: str, sourced_id: str) -> KeptPerson | None:
    """One person of the SIS."""
    query = _Query(rows, Asked(connection_id=connection_id, side=side))
    found = rows.first(query.people(*query.shown()).where(sis_user.c.sourced_id == sourced_id))
    return None if found is None else record(KeptPerson, found)


def counts(rows: Rows, asked: Asked) -> dict[State, int]:
    """How many people are in each state, whatever states are asked for."""
    query = _Query(rows, replace(asked, states=()))
    stated = query.people(query.state.label("state")).where(*query.chosen()).subquery("stated")
    wanted = select(stated.c.state, func.count()).group_by(stated.c.state)
    found = {row[0]: row[1] for row in rows.all(wanted)}
    return {one: found.get(one, 0) for one in STATES}


def accounts(rows: Rows, side: str, user_ids: Sequence[str] | None = None) -> dict[str, Account]:
    """Accounts by id, these or (None) all; those that no class shows are left out."""
    wanted = _accounts(rows, side)
    if user_ids is not None:
        wanted = wanted.where(gc_member.c.user_id.in_(user_ids))
    return {row.user_id: record(Account, row) for row in rows.all(wanted)}


def accounts_of(rows: Rows, side: str, email: str) -> list[Account]:
    """The accounts with an address, however it is written."""
    wanted = _accounts(rows, side).where(gc_member.c.email_folded == folded(email))
    return [record(Account, row) for row in rows.all(wanted)]


def unmatched_accounts(
    rows: Rows, connection_id: str, side: str, *, linked: bool = False, search: str = ""
) -> list[Account]:
    """The accounts that are nobody's in the SIS, by family name; `linked`: only those in a linked class."""
    member, match = gc_member.c, person_match.c
    people, sharing = _addresses(rows, connection_id), _accounts_of_addresses(rows, side)
    said = rows.select(person_match, match.user_id).where(
        *_between(person_match, connection_id, side), match.user_id.is_not(None)
    )
    refused = rows.select(person_refusal, person_refusal.c.user_id).where(
        *_between(person_refusal, connection_id, side)
    )
    email = func.coalesce(member.email_folded, "")
    matched = and_(
        email.in_(people.having(func.count() == 1).with_only_columns(sis_user.c.email_folded)),
        email.not_in(sharing.having(_ACCOUNTS > 1).with_only_columns(member.email_folded)),
        member.user_id.not_in(refused),
    )
    wanted = _accounts(rows, side).where(
        ~matched, member.user_id.not_in(said), *_has(search, (member.given_name, member.family_name, member.email))
    )
    if linked:
        courses = rows.select(class_link, class_link.c.course_id).where(*_between(class_link, connection_id, side))
        wanted = wanted.where(member.course_id.in_(courses))
    ordered = wanted.order_by(func.min(member.family_name), func.min(member.given_name), member.user_id)
    return [record(Account, row) for row in rows.all(ordered)]


class _Query:
    """The statements about one connection's people: who they are, what was said of them, and how they stand."""

    def __init__(self, rows: Rows, asked: Asked) -> None:
        self.rows, self.asked = rows, asked
        self.address = _addresses(rows, asked.connection_id).subquery("address")
        self.account = _accounts_of_addresses(rows, asked.side).subquery("account")
        self.state = self._state()

    def people(self, *shown: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
        """The people of the SIS with what bears on their state."""
        user, between = sis_user.c, (self.asked.connection_id, self.asked.side)
        said, refused = (
            and_(self.rows.mine(table), *_between(table, *between), table.c.sis_user_id == user.sourced_id, *also)
            for table, also in (
                (person_match, ()),
                (person_refusal, (person_refusal.c.user_id == self.account.c.user_id,)),
            )
        )
        known = (
            sis_user.outerjoin(person_match, said)
            .outerjoin(self.address, self.address.c.email_folded == user.email_folded)
            .outerjoin(self.account, self.account.c.email_folded == user.email_folded)
            .outerjoin(person_refusal, refused)
        )
        shown_of = self.rows.select(sis_user, *shown).select_from(known)
        return shown_of.where(user.connection_id == self.asked.connection_id)

    def _state(self) -> ColumnElement[str]:
        user, match = sis_user.c, person_match.c
        others = self.rows.select(person_match, match.user_id).where(
            *_between(person_match, self.asked.connection_id, self.asked.side), match.user_id.is_not(None)
        )
        free = and_(person_refusal.c.user_id.is_(None), self.account.c.user_id.not_in(others))
        return case(
            (or_(user.status != ACTIVE, ~user.enabled), "left"),
            (match.user_id.is_not(None), "overridden"),
            (match.sis_user_id.is_not(None), "nobody"),
            (func.coalesce(user.email_folded, "") == "", "no_email"),
            (or_(self.address.c.people > 1, self.account.c.people > 1), "shared"),
            (and_(self.account.c.people == 1, free), "matched"),
            (user.sourced_id.in_(self._placed(linked=True)), "unmatched"),
            else_="unseen",
        )

    def _placed(self, *, linked: bool = False, role: str = "") -> Select[*tuple[Any, ...]]:
        """The sourcedIds of those with a place in a section: a linked one, in this role."""
        place = sis_enrollment.c
        wanted = self.rows.select(sis_enrollment, place.user_id).where(
            place.connection_id == self.asked.connection_id, place.status == ACTIVE
        )
        if role:
            wanted = wanted.where(place.role == role)
        if linked:
            between = _between(class_link, self.asked.connection_id, self.asked.side)
            wanted = wanted.where(
                place.class_id.in_(self.rows.select(class_link, class_link.c.class_id).where(*between))
            )
        return wanted

    def shown(self) -> list[ColumnElement[Any]]:
        """A person's columns."""
        own = [sis_user.c[name] for name in KeptPerson.__struct_fields__ if name in sis_user.c]
        account = case(
            (self.state == "overridden", person_match.c.user_id),
            (self.state == "matched", self.account.c.user_id),
            else_=None,
        )
        return [*own, self.state.label("state"), account.label("user_id")]

    def chosen(self) -> list[ColumnElement[bool]]:
        """The conditions that were asked for."""
        user, asked = sis_user.c, self.asked
        found = _has(
            asked.search, (user.given_name, user.family_name, user.email, user.identifier, user.sourced_id)
        )
        if asked.states:
            found.append(self.state.in_(asked.states))
        if asked.role:
            found.append(user.sourced_id.in_(self._placed(role=asked.role)))
        return found


_ACCOUNTS = func.count(gc_member.c.user_id.distinct())


def _addresses(rows: Rows, connection_id: str) -> Select[*tuple[Any, ...]]:
    """Each address of active people of the SIS, with how many have it."""
    user = sis_user.c
    wanted = rows.select(sis_user, user.email_folded, func.count().label("people"))
    here = (user.connection_id == connection_id, user.status == ACTIVE, user.enabled)
    return wanted.where(*here, user.email_folded.is_not(None)).group_by(user.email_folded)


def _accounts_of_addresses(rows: Rows, side: str) -> Select[*tuple[Any, ...]]:
    """Each address of Classroom's people, with how many accounts have it, and one of these."""
    member = gc_member.c
    told = (_ACCOUNTS.label("people"), func.min(member.user_id).label("user_id"))
    wanted = rows.select(gc_member, member.email_folded, *told).where(*_members(side))
    return wanted.where(member.email_folded.is_not(None)).group_by(member.email_folded)


def _accounts(rows: Rows, side: str) -> Select[*tuple[Any, ...]]:
    """Accounts, each once however many classes it is in."""
    member = gc_member.c
    told = (func.min(one).label(one.name) for one in (member.email, member.given_name, member.family_name))
    return rows.select(gc_member, member.user_id, *told).where(*_members(side)).group_by(member.user_id)


def _members(side: str) -> tuple[ColumnElement[bool], ...]:
    return (gc_member.c.side == side, gc_member.c.role.in_(("students", "teachers")))


def _between(table: Table, connection_id: str, side: str) -> tuple[ColumnElement[bool], ...]:
    return (table.c.connection_id == connection_id, table.c.side == side)


def _has(search: str, columns: Sequence[ColumnElement[Any]]) -> list[ColumnElement[bool]]:
    """The condition that a text stands in any of the columns, or in several side by side, whatever its case.

    SQLite folds no letter beyond ASCII: what the reader typed is tried small, in capitals and as a name, each with
    its ASCII letters small, as `lower` leaves the columns.
    """
    text = " ".join(search.split())
    if not text:
        return []
    joined = columns[0]
    for column in columns[1:]:
        joined = joined + literal(" ") + func.coalesce(column, "")
    ways = {_ascii_lower(way) for way in (text.lower(), text.upper(), text.title())}
    return [or_(*(func.lower(joined).contains(way, autoescape=True) for way in sorted(ways)))]


def _ascii_lower(text: str) -> str:
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)


def _encode(key: tuple[str, str, str]) -> str:
    return urlsafe_b64encode(msgspec.json.encode(key)).decode()


def _decode(cursor: str) -> tuple[str, str, str]:
    try:
        return msgspec.json.decode(urlsafe_b64decode(cursor), type=tuple[str, str, str])
    except (ValueError, msgspec.MsgspecError) as error:
        raise CursorError("the cursor is not one of ours: ask for the first page again") from error
