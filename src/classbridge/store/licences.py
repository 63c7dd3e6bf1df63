"""The licences that teachers have, from Google or from an uploaded list, and whether they are asked for."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, func

from classbridge.store import snapshots
from classbridge.store.cursors import Page
from classbridge.store.rows import Rows, columns, record, values
from classbridge.store.tables import licence, licence_policy, sis_user
from classbridge.store.types import folded

LICENCES = "licences"
"""The snapshot's name."""

MANY = 500
"""Addresses per statement."""


class LicencePolicy(Struct, frozen=True, kw_only=True):
    """What an admin decided: `source` is off, google or list."""

    source: str
    changed_by: str
    changed_at: datetime


class KeptLicence(Struct, frozen=True, kw_only=True):
    """Somebody's licence; `sku` is Google's id of it, empty where a list says no more than the address."""

    email: str
    sku: str


def policy(rows: Rows) -> LicencePolicy | None:
    """What an admin decided; None: nobody has."""
    found = rows.first(rows.select(licence_policy, *columns(licence_policy, LicencePolicy)))
    return None if found is None else record(LicencePolicy, found)


def decide(rows: Rows, decided: LicencePolicy) -> None:
    """Keep a decision in place of the earlier one."""
    rows.upsert(licence_policy, values(decided))


def add(rows: Rows, source: str, reading: str, found: Mapping[str, str]) -> None:
    """Keep what a reading has found so far: Google's id of the licence by address."""
    rows.upsert(
        licence,
        [
            {"source": source, "email": folded(email), "sku": sku, "seen_in": reading}
            for email, sku in found.items()
        ],
    )


def conclude(rows: Rows, source: str, reading: str, at: datetime) -> int:
    """End a reading that was whole: what it did not see is gone. Answers how many there are now."""
    rows.delete(licence, _of(source), licence.c.seen_in != reading)
    snapshots.mark(rows, source, LICENCES, "", at)
    return count(rows, source)


def read_at(rows: Rows, source: str) -> datetime | None:
    """When the licences were last read whole, or the list uploaded; None: never."""
    return snapshots.read_at(rows, source, LICENCES, "")


def has(rows: Rows, source: str, email: str) -> bool:
    """Whether somebody has a licence."""
    wanted = rows.select(licence, licence.c.email)
    return rows.first(wanted.where(_of(source), licence.c.email == folded(email))) is not None


def having(rows: Rows, source: str, emails: Iterable[str]) -> frozenset[str]:
    """Those of the addresses, folded, that have a licence."""
    asked = sorted({folded(email) for email in emails})
    found: set[str] = set()
    for first in range(0, len(asked), MANY):
        some = licence.c.email.in_(asked[first : first + MANY])
        found |= {row.email for row in rows.all(rows.select(licence, licence.c.email).where(some, _of(source)))}
    return frozenset(found)


def count(rows: Rows, source: str) -> int:
    """How many people have a licence."""
    counted: int = rows.one(rows.select(licence, func.count().label("people")).where(_of(source))).people
    return counted


def page(
    rows: Rows, source: str, *, search: str = "", after: str | None = None, limit: int = 100
) -> Page[KeptLicence]:
    """Those whose address has `search` in it, by address; `after` is the `next` of the page before."""
    wanted = rows.select(licence, *columns(licence, KeptLicence)).where(
        _of(source), licence.c.email.contains(folded(search), autoescape=True)
    )
    if after is not None:
        wanted = wanted.where(licence.c.email > after)
    found = [record(KeptLicence, row) for row in rows.all(wanted.order_by(licence.c.email).limit(limit + 1))]
    return Page(items=found[:limit], next=found[limit - 1].email if len(found) > limit else None)


def students_only(rows: Rows, emails: Sequence[str]) -> frozenset[str]:
    """Those of the addresses, folded, that the SIS knows as students and as nothing else."""
    table, asked = sis_user, [folded(email) for email in emails]
    students: set[str] = set()
    others: set[str] = set()
    for first in range(0, len(asked), MANY):
        some = table.c.email_folded.in_(asked[first : first + MANY])
        for row in rows.all(rows.select(table, table.c.email_folded, table.c.roles).where(some)):
            held = {role["role"] for role in row.roles}
            (students if held == {"student"} else others).add(row.email_folded)
    return frozenset(students - others)


def _of(source: str) -> ColumnElement[bool]:
    return licence.c.source == source
