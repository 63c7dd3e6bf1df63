"""OneRoster records as rows of the snapshot tables: what the bridge and the pages need, and no more.

Demographics, identifiers of other systems, phone numbers, agents and `metadata` are not kept; nor is an
identifier or a user name that holds a national identity number.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Table

from classbridge.bridge.protection import protected, without_national_number
from classbridge.oneroster.models import (
    AcademicSession,
    Category,
    Class,
    Enrollment,
    LineItem,
    Org,
    Record,
    Ref,
    Result,
    User,
)
from classbridge.store import tables
from classbridge.store.types import folded

SisRow = tuple[Any, ...]


def row_of(found: Record) -> SisRow:
    """A record's values in the order of `bulk.loaded_columns` of its table. KeyError: a kind that is not kept."""
    own = _OWN[type(found)](found)
    return (found.sourced_id, *map(_storable, own), found.status, found.date_last_modified)


def category_row(category: Category, class_id: str) -> SisRow:
    """A category of one class; `row_of` gives one of all classes."""
    return (category.sourced_id, _storable(category.title), class_id, category.status, category.date_last_modified)


def _id(ref: Ref | None) -> str | None:
    return ref.sourced_id if ref else None


def _storable(value: Any) -> Any:
    """PostgreSQL holds no NUL; nobody misses it."""
    return value.replace("\0", "") if isinstance(value, str) else value


def _org(org: Org) -> SisRow:
    return (org.name, org.type)


def _academic_session(session: AcademicSession) -> SisRow:
    return (
        session.title,
        session.type,
        session.start_date,
        session.end_date,
        _id(session.parent),
        session.school_year,
    )


def _class(class_: Class) -> SisRow:
    terms = [term.sourced_id for term in class_.terms]
    return (class_.title, class_.class_code, _id(class_.course), _id(class_.school), terms)


def _user(user: User) -> SisRow:
    return (
        user.given_name,
        user.family_name,
        user.email,
        folded(user.email) if user.email else None,
        without_national_number(user.identifier),
        without_national_number(user.username),
        user.enabled_user,
        [{"role": role.role, "org": role.org.sourced_id, "role_type": role.role_type} for role in user.roles],
        protected(user),
    )


def _enrollment(enrollment: Enrollment) -> SisRow:
    return (
        enrollment.class_.sourced_id,
        enrollment.user.sourced_id,
        enrollment.role,
        enrollment.primary,
        enrollment.begin_date,
        enrollment.end_date,
    )


def _category(category: Category) -> SisRow:
    return (category.title, None)


def _line_item(item: LineItem) -> SisRow:
    return (item.class_.sourced_id, item.title, item.due_date, _id(item.category), item.result_value_max)


def _result(result: Result) -> SisRow:
    return (result.line_item.sourced_id, result.student.sourced_id, result.score, result.score_status)


_OWN: dict[type[Record], Callable[[Any], SisRow]] = {
    Org: _org,
    AcademicSession: _academic_session,
    Class: _class,
    User: _user,
    Enrollment: _enrollment,
    Category: _category,
    LineItem: _line_item,
    Result: _result,
}

TABLES: dict[type[Record], Table] = {
    Org: tables.sis_org,
    AcademicSession: tables.sis_academic_session,
    Class: tables.sis_class,
    User: tables.sis_user,
    Enrollment: tables.sis_enrollment,
    Category: tables.sis_category,
    LineItem: tables.sis_line_item,
    Result: tables.sis_result,
}
"""The table of each kind of record."""
