"""Classes: the list, and linking to sections of the SIS."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from classbridge.bridge.linking import Section, may_link, suggest_sections
from classbridge.bridge.outcome import Code
from classbridge.bridge.policy import Action, Actor, Role, may
from classbridge.classroom.models import Course
from classbridge.jobs.gate import Gate
from classbridge.oneroster.models import Class
from classbridge.service import class_settings, class_state
from classbridge.service import courses as course_service
from classbridge.service import gate as gate_service
from classbridge.service import runs as run_service
from classbridge.service.class_state import ClassState
from classbridge.service.context import Context, allow, local_now, note
from classbridge.service.errors import refuse
from classbridge.service.gradebook import StoredGrades
from classbridge.service.placing import full_name
from classbridge.service.stored_rosters import StoredRosters
from classbridge.service.views import Chip, ClassList, ClassRow, LinkPage, Said, SisClass
from classbridge.sis.registry import profile
from classbridge.store import classrooms, connections, courses, delegates, links, rosters, runs, teaching
from classbridge.store.connections import Connection
from classbridge.store.courses import KeptCourse
from classbridge.store.links import Link
from classbridge.store.rosters import KeptClass
from classbridge.store.rows import Rows

Key = tuple[str, str]
"""A section: the connection's id and the class's sourcedId."""

STALE = timedelta(minutes=10)
"""A list older than this is read again when it is opened."""


class Part(Struct, frozen=True, kw_only=True):
    """Which classes are listed: those with `search` in name or section, after the class `after`, `limit` at most.

    An admin's list is the district's: thousands of classes, each of which takes some milliseconds.
    """

    search: str = ""
    after: str | None = None
    limit: int | None = None

    def of(self, courses: Sequence[KeptCourse]) -> tuple[list[KeptCourse], str | None]:
        """The courses of this part, and the id after which the next one begins; None: it is the last."""
        wanted = self.search.casefold().split()
        found = [one for one in courses if all(word in _name(one) for word in wanted)]
        ids = [one.id for one in found]
        start = ids.index(self.after) + 1 if self.after in ids else 0
        end = len(found) if self.limit is None else start + self.limit
        return found[start:end], ids[end - 1] if 0 < end < len(found) else None


EVERYTHING = Part()


def _name(course: KeptCourse) -> str:
    return f"{course.name} {course.section or ''}".casefold()


def class_list(ctx: Context, actor: Actor, part: Part = EVERYTHING) -> ClassList:
    """The actor's classes (an admin's: the district's), from the snapshot; a stale one is read again meanwhile."""
    allow(actor, Action.LIST_CLASSES)
    with ctx.district(actor).read() as rows:
        side = _side_or_none(rows)
        if side is None:
            return _nothing(Said(code=str(Code.CLASSROOM_NOT_CONNECTED)))
        connection = _connection(rows)
        everything = bool(actor.roles & {Role.ADMIN, Role.AUDITOR})
        shown = courses.list_all(rows, side) if everything else own(ctx, rows, actor, side)
        active = [course for course in shown if course.course_state == "ACTIVE"]
        asked, following = part.of(active)
        listing = _Listing(rows, actor, side, connection, asked, local_now(ctx, actor.district_id))
        found = ClassList(
            rows=tuple(map(listing.row, asked)),
            total=len(active),
            next=following,
            unlinked_sis_classes=tuple(listing.unlinked()),
            as_of=min((course.as_of for course in shown), default=None),
            refreshing=_refreshing(rows, actor),
            sis_name=profile(connection.vendor).name if connection else None,
            blocked=None if connection else Said(code=str(Code.NOT_CONNECTED)),
            closed=None if everything else gate_service.closed_to(listing.gate, actor),
        )
    if Role.TEACHER in actor.roles and not found.refreshing and _is_stale(ctx, found):
        refresh(ctx, actor, None)
        return replace(found, refreshing=True)
    return found


def own(ctx: Context, rows: Rows, actor: Actor, side: str) -> list[KeptCourse]:
    """The classes that the actor teaches, then those in which they are a delegate."""
    taught = courses.courses_of_teacher(rows, side, actor.email)
    known = {course.id for course in taught}
    named = delegates.course_ids(rows, side, actor.account_id, ctx.now())
    return taught + [one for key in named if key not in known and (one := courses.get(rows, side, key))]


def one(ctx: Context, actor: Actor, course_id: str) -> ClassRow:
    """One class as the list shows it; raises `RefusedError` to whom it is no business of."""
    with ctx.district(actor).read() as rows:
        course = course_service.allowed(rows, actor, course_id, Action.VIEW_CLASS)
        side, local = course_service.side(rows), local_now(ctx, actor.district_id)
        return _Listing(rows, actor, side, _connection(rows), [course], local).row(course)


def _nothing(blocked: Said) -> ClassList:
    return ClassList(
        rows=(), unlinked_sis_classes=(), as_of=None, refreshing=False, sis_name=None, blocked=blocked
    )


def _is_stale(ctx: Context, found: ClassList) -> bool:
    return found.as_of is None or ctx.now() - found.as_of > STALE


def _side_or_none(rows: Rows) -> str | None:
    found = classrooms.list_all(rows)
    return found[0].side if found else None


def _connection(rows: Rows) -> Connection | None:
    return next((one for one in connections.list_all(rows) if one.state == "connected"), None)


def _refreshing(rows: Rows, actor: Actor) -> bool:
    return any(run.kind == "refresh" and run.requested_by == actor.account_id for run in runs.unfinished(rows))


class _Listing:
    """One reading of the list, or of those of its classes that are shown."""

    def __init__(
        self,
        rows: Rows,
        actor: Actor,
        side: str,
        connection: Connection | None,
        shown: Sequence[KeptCourse],
        local: datetime,
    ) -> None:
        self.rows, self.actor, self.side, self.connection = rows, actor, side, connection
        self.shown = shown
        self.links = links.list_all(rows, side=side)
        self.describe = Sections(rows)
        self.taught = self._taught()
        self.gate = Gate(rows)
        self.nights = class_settings.next_nights(rows, side, local)

    def _taught(self) -> list[KeptClass]:
        if self.connection is None:
            return []
        return rosters.classes_of_teacher(self.rows, self.connection.id, self.actor.email)

    def row(self, course: KeptCourse) -> ClassRow:
        mine = [link for link in self.links if link.course_id == course.id]
        state, closed = self._states[course.id], gate_service.closed(self.gate, self.rows, self.actor, course.id)
        through = self._connections[mine[0].connection_id] if mine else None
        waiting = StoredGrades(self.rows, self.side, course.id).pending_in_all() if mine else 0
        return ClassRow(
            course_id=course.id,
            name=course.name,
            section=course.section,
            chip=state.chip(waiting=waiting, through=through) if through else Chip.NOT_LINKED,
            sis_classes=tuple(self.describe.linked(mine)),
            suggestions=() if mine else tuple(self._suggested(course)),
            to_export=waiting,
            problems=state.problems,
            last_export_at=state.exported_at,
            last_export_run_id=state.export.id if state.export else None,
            running_run_id=state.going.id if state.going else None,
            may_link=self._may_link(course),
            closed=closed,
            export_closed=gate_service.export_closed(self.gate, through, closed) if through else None,
            roster_changes=self._roster_changes(course.id) if mine else 0,
            nightly_at=self.nights.get(course.id),
        )

    @cached_property
    def _connections(self) -> dict[str, Connection]:
        return {one.id: one for one in connections.list_all(self.rows)}

    @cached_property
    def _states(self) -> dict[str, ClassState]:
        """How the classes that are shown stand, read together."""
        return class_state.of_classes(self.rows, self.side, [course.id for course in self.shown])

    @cached_property
    def _rosters(self) -> StoredRosters | None:
        """The stored rosters of the classes that are shown, read together."""
        course_ids = [course.id for course in self.shown]
        return StoredRosters(self.rows, self.side, self.connection.id, course_ids) if self.connection else None

    def _roster_changes(self, course_id: str) -> int:
        return self._rosters.difference(course_id).changes if self._rosters else 0

    def _may_link(self, course: KeptCourse) -> bool:
        facts = course_service.facts(self.rows, self.actor, course.id)
        return may_link(self.actor, facts, [self.actor.email]).allowed

    def _suggested(self, course: KeptCourse) -> list[SisClass]:
        return suggestions(self.rows, self.side, course, self.connection, self.taught) if self.connection else []

    def unlinked(self) -> list[SisClass]:
        """The teacher's sections that no class is linked to."""
        taken = {(link.connection_id, link.class_id) for link in self.links}
        if self.connection is None:
            return []
        free = [one for one in self.taught if (self.connection.id, one.sourced_id) not in taken]
        return self.describe.of(self.connection.id, free)


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


def link_page(ctx: Context, actor: Actor, course_id: str) -> LinkPage:
    """What a class is linked to and may be; who may not link it sees who does."""
    row = one(ctx, actor, course_id)
    with ctx.district(actor).read() as rows:
        course = course_service.allowed(rows, actor, course_id, Action.VIEW_CLASS)
        refused = may(actor, Action.LINK, course_service.facts(rows, actor, course_id)).code
        side, connection = course_service.side(rows), _connection(rows)
        mine = links.of_course(rows, side, course_id)
        here = [link for link in mine if connections.get(rows, link.connection_id).state == "connected"]
        open_to_reader = connection is not None and refused is None
        return LinkPage(
            row=row,
            choices=_choices(rows, side, course, connection, here) if connection and open_to_reader else (),
            lost=tuple(Sections(rows).linked([link for link in mine if link not in here])),
            primary_teacher=_primary_teacher(rows, side, course),
            refused=Said(code=str(refused)) if refused else None,
            blocked=None if connection else Said(code=str(Code.NOT_CONNECTED)),
        )


def _choices(
    rows: Rows, side: str, course: KeptCourse, connection: Connection, linked: Sequence[Link]
) -> tuple[SisClass, ...]:
    """The sections of the class's teachers, suggested ones first, and those that it is linked to already."""
    teachers = [m.email for m in courses.members(rows, side, course.id, "teachers") if m.email]
    taught = {
        one.sourced_id: one for email in teachers for one in rosters.classes_of_teacher(rows, connection.id, email)
    }
    suggested = suggestions(rows, side, course, connection, list(taught.values()))
    first = {one.class_id for one in suggested}
    rest = [one for one in taught.values() if one.sourced_id not in first]
    others = [link for link in linked if link.connection_id != connection.id or link.class_id not in taught]
    return (*suggested, *Sections(rows).of(connection.id, rest), *Sections(rows).linked(others))


def _primary_teacher(rows: Rows, side: str, course: KeptCourse) -> str:
    found = courses.members(rows, side, course.id, "teachers")
    return next((full_name(one) for one in found if one.user_id == course.owner_id), "")


def link(ctx: Context, actor: Actor, course_id: str, class_keys: Sequence[Key]) -> bool:
    """Link a class to these sections and no others, all of one connection. True: others were taken away.

    Those keep what was exported to them, as with `unlink`. Raises `RefusedError` and changes nothing otherwise.
    """
    if not class_keys:
        raise refuse(Code.FIELD_MISSING, field="classes")
    wanted = dict.fromkeys(class_keys)
    with ctx.district(actor).write() as rows:
        course_service.allowed(rows, actor, course_id, Action.LINK)
        gate_service.check(rows, actor, course_id, sections=class_keys)
        if len({connection_id for connection_id, _ in wanted}) > 1:
            raise refuse(Code.SECTIONS_OF_TWO_SIS)
        side = course_service.side(rows)
        before = [(one.connection_id, one.class_id) for one in links.of_course(rows, side, course_id)]
        added = [key for key in wanted if key not in before]
        removed = [key for key in before if key not in wanted]
        for key in added:
            _link_one(ctx, rows, actor, course_id, key)
        for key in removed:
            links.unlink(rows, side, course_id, *key)
        if added or removed:
            note(rows, actor, "class.link", course_id, ctx.now(), added=_ids(added), removed=_ids(removed))
    refresh(ctx, actor, course_id)
    return bool(removed)


def _link_one(ctx: Context, rows: Rows, actor: Actor, course_id: str, key: Key) -> None:
    """Link a class to one more section, if it is there and the actor may; raises `RefusedError`."""
    connection_id, class_id = key
    course_service.connected(rows, connection_id)
    if rosters.class_(rows, connection_id, class_id) is None:
        raise refuse(Code.SECTION_NOT_FOUND)
    facts = course_service.facts(rows, actor, course_id)
    decision = may_link(actor, facts, emails_of(rows, connection_id, class_id, "teacher"))
    if decision.code is Code.TEACHER_NOT_IN_CLASS:
        raise refuse(not_teaching(rows, connection_id, actor))
    if decision.code is not None:
        raise refuse(decision.code)
    made = Link(
        side=course_service.side(rows),
        course_id=course_id,
        connection_id=connection_id,
        class_id=class_id,
        linked_by=actor.account_id,
        linked_at=ctx.now(),
    )
    links.link(rows, made)


def _ids(keys: Sequence[Key]) -> list[str]:
    return [class_id for _, class_id in keys]


def not_teaching(rows: Rows, connection_id: str, actor: Actor) -> Code:
    """Why the actor teaches a section not: the SIS does not have them in it, or has nobody of their address."""
    known = any(user.active for user in teaching.users(rows, connection_id, actor.email))
    return Code.TEACHER_NOT_IN_CLASS if known else Code.TEACHER_NOT_IN_SIS


def unlink(ctx: Context, actor: Actor, course_id: str) -> None:
    """Take a class's links away; what was exported and the id map stay."""
    with ctx.district(actor).write() as rows:
        course_service.allowed(rows, actor, course_id, Action.UNLINK)
        side = course_service.side(rows)
        removed = [(one.connection_id, one.class_id) for one in links.of_course(rows, side, course_id)]
        for key in removed:
            links.unlink(rows, side, course_id, *key)
        note(rows, actor, "class.unlink", course_id, ctx.now(), removed=_ids(removed))


def refresh(ctx: Context, actor: Actor, course_id: str | None) -> str:
    """Read a class again on both sides, or the list of the actor's classes; answers the run."""
    with ctx.district(actor).read() as rows:
        if course_id is None:
            allow(actor, Action.LIST_CLASSES)
            found: Sequence[Link] = ()
        else:
            course_service.allowed(rows, actor, course_id, Action.VIEW_CLASS)
            found = links.of_course(rows, course_service.side(rows), course_id)
        side = course_service.side(rows)
    subject = course_id or actor.account_id
    return run_service.enqueue(
        ctx,
        actor,
        "refresh",
        partition=f"refresh:{subject}",
        dedup=f"refresh:{subject}",
        connection_id=found[0].connection_id if found else None,
        side=side,
        course_id=course_id,
    )
