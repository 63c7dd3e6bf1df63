"""Where one person is in a district's tables: everything that is kept of them, and how it is taken out.

Tables are found by their columns' names, so that a new one is not forgotten: `sis_user_id` and `student_id` beside
a connection, `user_id` beside a side, `email` where nothing else says who it is, `account_id`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Table, Text, and_, cast, false, or_

from classbridge.store.database import District
from classbridge.store.rows import Rows
from classbridge.store.tables import GLOBAL, audit_event, gc_course, metadata, run, run_outcome, snapshot

HISTORY = frozenset({"run", "run_outcome", "audit_event", "snapshot"})
"""Tables whose rows stay when a person is erased; what names the person in them is replaced."""

_SIS_COLUMNS = {"sis_user": ("sourced_id",), "sis_enrollment": ("user_id",)}
_SIS_NAMES = ("sis_user_id", "student_id")
_PEOPLE = frozenset(
    {"subject", "record", "only", "overwrite", "present", "no_account", "unmatched", "exceptions", "on_behalf_of"}
)
"""Fields of plans, requests and outcomes that name people; those with "user" or "student" in the name do too."""
_BATCH = 200


class Trace(Struct, frozen=True, kw_only=True):
    """One person: their sourcedIds by connection, Classroom ids by side, addresses of their own, and account."""

    sis: frozenset[tuple[str, str]] = frozenset()
    classroom: frozenset[tuple[str, str]] = frozenset()
    emails: frozenset[str] = frozenset()
    account_id: str | None = None

    @property
    def ids(self) -> frozenset[str]:
        """The ids that other systems know them by."""
        return frozenset(one for _, one in self.sis | self.classroom)


def held(rows: Rows, trace: Trace) -> dict[str, list[dict[str, Any]]]:
    """Every row about the person, by table; history too. Columns are named as the tables' are."""
    found: dict[str, list[dict[str, Any]]] = {}
    for table, condition in (*_rows_of(trace), *_history_of(trace)):
        kept = rows.all(rows.select(table).where(condition).order_by(*table.primary_key))
        if kept:
            found[table.name] = [_plain(table, row._mapping) for row in kept]
    return found


def delete(rows: Rows, trace: Trace) -> dict[str, int]:
    """Delete every row about the person but history's; how many of each table."""
    counted = {table.name: rows.delete(table, condition) for table, condition in _rows_of(trace)}
    user_ids = [user_id for _, user_id in trace.classroom]
    if user_ids:
        counted["snapshot"] = rows.delete(snapshot, snapshot.c.subject.in_(user_ids))
        rows.update(gc_course, {"owner_id": ""}, gc_course.c.owner_id.in_(user_ids))
    return {name: count for name, count in counted.items() if count}


def courses(rows: Rows, trace: Trace) -> set[str]:
    """The Classroom classes that the person is or was in."""
    return {row["course_id"] for found in held(rows, trace).values() for row in found if row.get("course_id")}


def unlink(district: District, trace: Trace, pseudonym: str) -> int:
    """Put the pseudonym in place of the person's ids in past runs; how many rows were changed.

    Some rows at a time, so that no other writer waits long; broken off, it can be begun again.
    """
    return _unlink_outcomes(district, trace, pseudonym) + _unlink_runs(district, trace, pseudonym)


def tables_of_people() -> dict[str, tuple[str, ...]]:
    """The tables with rows about people, each with the columns that say whom."""
    return {table.name: names for table in metadata.sorted_tables if (names := _columns(table))}


def _columns(table: Table) -> tuple[str, ...]:
    if table.name in GLOBAL | HISTORY:
        return ()
    sis = _SIS_COLUMNS.get(table.name) or tuple(
        n for n in _SIS_NAMES if n in table.c and "connection_id" in table.c
    )
    classroom = ("user_id",) if "side" in table.c and "user_id" in table.c else ()
    known = sis + classroom + (("account_id",) if "account_id" in table.c else ())
    return known or (("email",) if "email" in table.c else ())


def _rows_of(trace: Trace) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """Each table of people with the condition of this person's rows."""
    for name, columns in tables_of_people().items():
        table = metadata.tables[name]
        yield table, or_(false(), *(_is(table, column, trace) for column in columns))


def _is(table: Table, column: str, trace: Trace) -> ColumnElement[bool]:
    said = table.c[column]
    if column == "account_id":
        return said == trace.account_id if trace.account_id else false()
    if column == "email":
        return said.in_(trace.emails)
    if column in _SIS_NAMES or table.name in _SIS_COLUMNS:
        return or_(false(), *(and_(table.c.connection_id == origin, said == one) for origin, one in trace.sis))
    # An override may hold an address where the account was not known.
    own = [(origin, one) for origin, one in trace.classroom]
    addressed = said.in_(trace.emails) if table.name == "person_match" else false()
    return or_(addressed, *(and_(table.c.side == origin, said == one) for origin, one in own))


def _history_of(trace: Trace) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    yield run_outcome, _outcomes_of(trace)
    asked: list[ColumnElement[bool]] = [run.c.on_behalf_of.in_([one for _, one in trace.classroom])]
    if trace.account_id:
        asked.append(run.c.requested_by == trace.account_id)
        yield audit_event, audit_event.c.account_id == trace.account_id
    yield run, or_(*asked)


def _outcomes_of(trace: Trace) -> ColumnElement[bool]:
    outcome = run_outcome.c
    sis, classroom = ([one for _, one in pairs] for pairs in (trace.sis, trace.classroom))
    aside = (outcome.subject.startswith(f"record/users/{one}/", autoescape=True) for one in sis)
    return or_(outcome.student_id.in_(sis), outcome.user_id.in_(classroom), *aside)


def _plain(table: Table, row: Mapping[Any, Any]) -> dict[str, Any]:
    return {column.name: row[column] for column in table.c if column.name != "district_id"}


def _unlink_outcomes(district: District, trace: Trace, pseudonym: str) -> int:
    """An outcome's key holds the ids too: each is written anew."""
    keys = list(run_outcome.primary_key)[1:]
    with district.read() as rows:
        found = rows.all(rows.select(run_outcome).where(_outcomes_of(trace)))
    for start in range(0, len(found), _BATCH):
        with district.write() as rows:
            for row in found[start : start + _BATCH]:
                old = dict(row._mapping)
                rows.delete(run_outcome, *(column == old[column.name] for column in keys))
                new = _renamed(old, trace.ids, pseudonym)
                rows.insert(run_outcome, {**new, "sis_words": None})
    return len(found)


def _unlink_runs(district: District, trace: Trace, pseudonym: str) -> int:
    """Plans and requests hold ids; what the SIS said of a whole run may quote a record."""
    columns = ("plan", "request", "params", "on_behalf_of", "sis_words")
    texts = [cast(run.c[name], Text) for name in columns]
    words = sorted(trace.ids | trace.emails)
    holds = or_(false(), *(text.contains(word, autoescape=True) for text in texts for word in words))
    with district.read() as rows:
        ids = [row.id for row in rows.all(rows.select(run, run.c.id).where(holds))]
    for run_id in ids:
        with district.write() as rows:
            row = rows.one(rows.select(run).where(run.c.id == run_id))._mapping
            names = ("plan", "request", "params", "on_behalf_of")
            new = _renamed({name: row[name] for name in names}, trace.ids | trace.emails, pseudonym)
            rows.update(run, {**new, "sis_words": None}, run.c.id == run_id)
    return len(ids)


def _renamed(value: Any, ids: frozenset[str], pseudonym: str, *, person: bool = False) -> Any:
    """A value with the pseudonym for each id in it; `person`: it stands where a person is named.

    Elsewhere the same characters are something else: a score, a class. What the SIS held of a planned grade goes:
    it may hold a comment.
    """
    if isinstance(value, dict):
        mine = any(value.get(name) in ids for name in ("user_id", "student_sourced_id"))
        return {
            name: None
            if mine and name == "held"
            else _renamed(one, ids, pseudonym, person=person or _names_people(name))
            for name, one in value.items()
        }
    if isinstance(value, list):
        return [_renamed(one, ids, pseudonym, person=person) for one in value]
    if not isinstance(value, str) or not person:
        return value
    for one in ids:
        value = f"/{value}/".replace(f"/{one}/", f"/{pseudonym}/")[1:-1]
    return value


def _names_people(name: str) -> bool:
    return "user" in name or "student" in name or name in _PEOPLE
