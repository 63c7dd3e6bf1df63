"""Sections of the SIS as pages show them: in words, and which of them may belong to a class."""

from collections.abc import Sequence
from datetime import date

from classbridge.bridge.linking import Section, suggest_sections
from classbridge.classroom.models import Course
from classbridge.oneroster.models import Class
from classbridge.service.views import SisClass
from classbridge.store import courses, rosters
from classbridge.store.connections import Connection
from classbridge.store.courses import KeptCourse
from classbridge.store.links import Link
from classbridge.store.rosters import KeptClass
from classbridge.store.rows import Rows

Key = tuple[str, str]
"""A section: the connection's id and the class's sourcedId."""


class Sections:
    """Sections of the SIS in words: school, term, size."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def of(self, connection_id: str, classes: Sequence[KeptClass], **more: dict[str, int]) -> list[SisClass]:
        """Describe sections of one connection; `overlap` may give common students by sourcedId."""
        ids = [one.sourced_id for one in classes]
        sizes = rosters.count_students(self._rows, connection_id, ids) if ids else {}
        schools = rosters.org_names(self._rows, connection_id) if ids else {}
        terms = {t for one in classes for t in one.term_ids}
        titles = {s.sourced_id: s.title for s in rosters.sessions(self._rows, connection_id, sorted(terms))}
        overlap = more.get("overlap", {})
        return [
            SisClass(
                connection_id=connection_id,
                class_id=one.sourced_id,
                title=one.title,
                class_code=one.class_code,
                school=schools.get(one.school_id or ""),
                term=", ".join(titles[t] for t in one.term_ids if t in titles) or None,
                students=sizes.get(one.sourced_id, 0),
                suggested=one.sourced_id in overlap,
                overlap=overlap.get(one.sourced_id, 0),
            )
            for one in classes
        ]

    def linked(self, found: Sequence[Link]) -> list[SisClass]:
        """Describe linked sections; one that the snapshot does not have is named by its id."""
        described: list[SisClass] = []
        for connection_id in dict.fromkeys(link.connection_id for link in found):
            ids = [link.class_id for link in found if link.connection_id == connection_id]
            known = self.of(connection_id, rosters.classes(self._rows, connection_id, ids))
            missing = set(ids) - {one.class_id for one in known}
            described += [*known, *(_unknown(connection_id, one) for one in sorted(missing))]
        return described


def _unknown(connection_id: str, class_id: str) -> SisClass:
    return SisClass(
        connection_id=connection_id,
        class_id=class_id,
        title=class_id,
        class_code=None,
        school=None,
        term=None,
        students=0,
    )


def current(rows: Rows, connection_id: str, classes: Sequence[KeptClass], on: date) -> list[KeptClass]:
    """Those of a connection's sections whose terms are not over on a day, or are not known."""
    terms = sorted({term for one in classes for term in one.term_ids})
    last = {one.sourced_id: one.end_date for one in rosters.sessions(rows, connection_id, terms)} if terms else {}
    return [one for one in classes if max((last.get(term, date.max) for term in one.term_ids), default=on) >= on]


def suggestions(
    rows: Rows, side: str, course: KeptCourse, connection: Connection, taught: Sequence[KeptClass]
) -> list[SisClass]:
    """The sections that may belong to a class, best first."""
    members = courses.members(rows, side, course.id)
    sections = [
        Section(
            class_=Class(sourced_id=one.sourced_id, title=one.title, class_code=one.class_code),
            teacher_emails=emails_of(rows, connection.id, one.sourced_id, "teacher"),
            student_emails=emails_of(rows, connection.id, one.sourced_id, "student"),
        )
        for one in taught
    ]
    found = suggest_sections(
        Course(id=course.id, name=course.name, section=course.section),
        [m.email or "" for m in members if m.role == "teachers"],
        [m.email or "" for m in members if m.role == "students"],
        sections,
    )
    clear = [one for one in found if one.clear]
    by_id = {one.sourced_id: one for one in taught}
    overlap = {one.class_sourced_id: one.overlap for one in clear}
    return Sections(rows).of(connection.id, [by_id[one.class_sourced_id] for one in clear], overlap=overlap)


def emails_of(rows: Rows, connection_id: str, class_id: str, role: str) -> tuple[str, ...]:
    """The addresses of a section's active people of a role."""
    people = rosters.people(rows, connection_id, [class_id], role)
    return tuple(person.email for person in people if person.active and person.email)
