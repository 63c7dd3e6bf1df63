"""The people who sign in, and what they may be in which district. Global: a person may work in several."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Select, delete, func, insert, select, update

from classbridge.store.cursors import Page
from classbridge.store.database import Database
from classbridge.store.rows import columns, dialect_insert, record, values
from classbridge.store.tables import account, account_role, district, sign_in_failure
from classbridge.store.types import folded

ADMIN = "admin"


class LastAdminError(Exception):
    """The district would be left without an admin who can sign in."""


class Account(Struct, frozen=True, kw_only=True):
    """A person who can sign in. The password's hash is read by `password_hash` only."""

    id: str
    email: str
    name: str
    language: str | None
    disabled_at: datetime | None
    created_at: datetime


def create(
    database: Database,
    *,
    email: str,
    name: str,
    at: datetime,
    password_hash: str | None = None,
    language: str | None = None,
) -> Account:
    """Add a person; the e-mail address is kept folded and must be new (`sqlalchemy.exc.IntegrityError`)."""
    made = Account(
        id=str(uuid.uuid4()), email=folded(email), name=name, language=language, disabled_at=None, created_at=at
    )
    row = values(made)
    with database.write() as connection:
        connection.execute(insert(account), {**row, "password_hash": password_hash})
    return made


def get(database: Database, account_id: str) -> Account | None:
    """A person by id."""
    return _first(database, select(*columns(account, Account)).where(account.c.id == account_id))


def by_email(database: Database, email: str) -> Account | None:
    """A person by e-mail address, however it is written."""
    return _first(database, select(*columns(account, Account)).where(account.c.email == folded(email)))


def names(database: Database, account_ids: Sequence[str]) -> dict[str, str]:
    """The names of people by id; ids of nobody are left out."""
    wanted = select(account.c.id, account.c.name).where(account.c.id.in_(set(account_ids)))
    with database.read() as connection:
        return {row.id: row.name for row in connection.execute(wanted)}


def password_hash(database: Database, account_id: str) -> str | None:
    """The hash to check a password against; None where the person has no password."""
    with database.read() as connection:
        return connection.scalar(select(account.c.password_hash).where(account.c.id == account_id))


def set_password_hash(database: Database, account_id: str, value: str) -> None:
    """Keep a new password's hash."""
    _update(database, account_id, password_hash=value)


def set_language(database: Database, account_id: str, language: str) -> None:
    """Keep the language a person chose."""
    _update(database, account_id, language=language)


def disable(database: Database, account_id: str, at: datetime | None) -> None:
    """Bar a person from signing in since then; None lets them in again."""
    _update(database, account_id, disabled_at=at)


def forget(database: Database, account_id: str) -> bool:
    """Forget a person who has no role in any district; False: they have one, or there is nobody."""
    without = select(account_role.c.account_id).where(account_role.c.account_id == account_id)
    with database.write() as connection:
        gone = delete(account).where(account.c.id == account_id, ~without.exists())
        return bool(connection.execute(gone).rowcount)


def grant_role(database: Database, district_id: str, account_id: str, role: str) -> None:
    """Give a person a role (admin, auditor, teacher) in a district; again changes nothing."""
    values = {"district_id": district_id, "account_id": account_id, "role": role}
    with database.write() as connection:
        connection.execute(dialect_insert(connection.dialect.name, account_role).on_conflict_do_nothing(), values)


def set_roles(database: Database, district_id: str, account_id: str, roles: Sequence[str]) -> None:
    """Give a person exactly these roles in a district; raises `LastAdminError` and then changes nothing.

    The district's row is held meanwhile, so that two admins cannot take the role from each other at once.
    """
    mine = (account_role.c.district_id == district_id) & (account_role.c.account_id == account_id)
    rows = [{"district_id": district_id, "account_id": account_id, "role": role} for role in roles]
    with database.write() as connection:
        connection.execute(select(district.c.id).where(district.c.id == district_id).with_for_update())
        before = connection.scalar(_admins(district_id))
        connection.execute(delete(account_role).where(mine))
        if rows:
            connection.execute(insert(account_role), rows)
        if before and not connection.scalar(_admins(district_id)):
            raise LastAdminError


def _admins(district_id: str) -> Select[int]:
    """Count the admins of a district who can sign in."""
    joined = select(func.count()).select_from(account_role.join(account))
    return joined.where(
        account_role.c.district_id == district_id, account_role.c.role == ADMIN, account.c.disabled_at.is_(None)
    )


def districts_of(database: Database, account_id: str) -> list[tuple[str, frozenset[str]]]:
    """The ids of the districts where a person has roles, with the roles."""
    wanted = select(account_role).where(account_role.c.account_id == account_id)
    with database.read() as connection:
        rows = connection.execute(wanted.order_by(account_role.c.district_id)).all()
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row.district_id, set()).add(row.role)
    return [(district_id, frozenset(roles)) for district_id, roles in found.items()]


def roles(database: Database, district_id: str, account_id: str) -> frozenset[str]:
    """A person's roles in one district; none for a stranger."""
    return dict(districts_of(database, account_id)).get(district_id, frozenset())


def of_district(database: Database, district_id: str) -> list[tuple[Account, frozenset[str]]]:
    """The people with a role in a district, by e-mail address."""
    return page(database, district_id, limit=None).items


def page(
    database: Database, district_id: str, *, search: str = "", after: str | None = None, limit: int | None
) -> Page[tuple[Account, frozenset[str]]]:
    """People with a role in a district whose address or name has `search` in it, by e-mail address.

    `after` is the `next` of the page before, an e-mail address; no limit gives everybody.
    """
    mine = account_role.c.district_id == district_id
    wanted = select(*columns(account, Account)).where(
        account.c.id.in_(select(account_role.c.account_id).where(mine)),
        account.c.email.contains(folded(search), autoescape=True)
        | func.lower(account.c.name).contains(search.strip().lower(), autoescape=True),
    )
    if after is not None:
        wanted = wanted.where(account.c.email > after)
    more = limit + 1 if limit is not None else None
    with database.read() as connection:
        found = [record(Account, row) for row in connection.execute(wanted.order_by(account.c.email).limit(more))]
        items = found if limit is None else found[:limit]
        held = _roles(connection, district_id, items if limit is not None else None)
    last = items[-1].email if limit is not None and len(found) > limit else None
    return Page(items=[(one, frozenset(held[one.id])) for one in items], next=last)


def _roles(connection: Connection, district_id: str, of: Sequence[Account] | None) -> dict[str, set[str]]:
    """The roles in a district by account id: of these people, or (None) of everybody."""
    wanted = select(account_role.c.account_id, account_role.c.role).where(
        account_role.c.district_id == district_id
    )
    if of is not None:
        wanted = wanted.where(account_role.c.account_id.in_([one.id for one in of]))
    held: defaultdict[str, set[str]] = defaultdict(set)
    for row in connection.execute(wanted):
        held[row.account_id].add(row.role)
    return held


def record_failure(database: Database, subject: str, at: datetime) -> None:
    """Note a failed sign-in of a subject: an e-mail address or a network address."""
    with database.write() as connection:
        connection.execute(insert(sign_in_failure), {"subject": folded(subject), "at": at})


def count_failures(database: Database, subject: str, since: datetime) -> int:
    """How often signing in failed for a subject since then."""
    failures = select(func.count()).where(sign_in_failure.c.subject == folded(subject))
    with database.read() as connection:
        return connection.scalar(failures.where(sign_in_failure.c.at >= since)) or 0


def forget_failures(database: Database, before: datetime) -> int:
    """Forget every failure before a moment; how many."""
    with database.write() as connection:
        return connection.execute(delete(sign_in_failure).where(sign_in_failure.c.at < before)).rowcount


def clear_failures(database: Database, subjects: Sequence[str]) -> None:
    """Forget the failures of subjects, after a sign-in."""
    wanted = [folded(subject) for subject in subjects]
    with database.write() as connection:
        connection.execute(delete(sign_in_failure).where(sign_in_failure.c.subject.in_(wanted)))


def _first(database: Database, statement: Select[*tuple[Any, ...]]) -> Account | None:
    with database.read() as connection:
        row = connection.execute(statement).first()
    return None if row is None else record(Account, row)


def _update(database: Database, account_id: str, **values: object) -> None:
    with database.write() as connection:
        connection.execute(update(account).where(account.c.id == account_id).values(values))


def _is(district_id: str, account_id: str, role: str) -> ColumnElement[bool]:
    return (
        (account_role.c.district_id == district_id)
        & (account_role.c.account_id == account_id)
        & (account_role.c.role == role)
    )
