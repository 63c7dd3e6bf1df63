"""Which Classroom course is linked to which sections of the SIS."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import ColumnElement

from classbridge.store.rows import Rows, columns, record, values
from classbridge.store.tables import class_link


class Link(Struct, frozen=True, kw_only=True):
    """One course linked to one section; a course may have several."""

    side: str
    course_id: str
    connection_id: str
    class_id: str
    linked_by: str
    linked_at: datetime


def link(rows: Rows, made: Link) -> None:
    """Link a course to a section; again keeps the first link."""
    rows.insert_new(class_link, values(made))


def unlink(rows: Rows, side: str, course_id: str, connection_id: str, class_id: str) -> bool:
    """Take a link away; what was exported and its id map stay. False: there was none."""
    return bool(rows.delete(class_link, *_is(side, course_id, connection_id, class_id)))


def list_all(rows: Rows, *, side: str | None = None, connection_id: str | None = None) -> list[Link]:
    """Every link of the district, of a side or of a connection."""
    chosen = {"side": side, "connection_id": connection_id}
    return _links(rows, *(class_link.c[name] == value for name, value in chosen.items() if value is not None))


def of_course(rows: Rows, side: str, course_id: str) -> list[Link]:
    """The sections of a course."""
    return _links(rows, class_link.c.side == side, class_link.c.course_id == course_id)


def of_courses(rows: Rows, side: str, course_ids: Sequence[str]) -> list[Link]:
    """The sections of several courses."""
    return _links(rows, class_link.c.side == side, class_link.c.course_id.in_(course_ids))


def of_class(rows: Rows, connection_id: str, class_id: str) -> list[Link]:
    """The courses that a section is linked to."""
    return _links(rows, class_link.c.connection_id == connection_id, class_link.c.class_id == class_id)


def _is(side: str, course_id: str, connection_id: str, class_id: str) -> tuple[ColumnElement[bool], ...]:
    return (
        class_link.c.side == side,
        class_link.c.course_id == course_id,
        class_link.c.connection_id == connection_id,
        class_link.c.class_id == class_id,
    )


def _links(rows: Rows, *where: ColumnElement[bool]) -> list[Link]:
    wanted = rows.select(class_link, *columns(class_link, Link)).where(*where)
    ordered = wanted.order_by(*class_link.primary_key)
    return [record(Link, row) for row in rows.all(ordered)]
