"""Classes: the list of those that somebody teaches, or of all, and reading them again."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from classbridge.bridge.linking import may_link
from classbridge.bridge.outcome import Code
from classbridge.bridge.policy import Action, Actor, Role, may
from classbridge.jobs.gate import Gate
from classbridge.service import class_settings, class_state
from classbridge.service import courses as course_service
from classbridge.service import gate as gate_service
from classbridge.service import runs as run_service
from classbridge.service.class_state import ClassState
from classbridge.service.context import Context, allow, local_now
from classbridge.service.gradebook import StoredGrades
from classbridge.service.sis_classes import Sections, current, suggestions
from classbridge.service.stored_rosters import StoredRosters
from classbridge.service.views import Chip, ClassList, ClassRow, Said, SisClass
from classbridge.sis.registry import profile
from classbridge.store import classrooms, connections, courses, delegates, links, rosters, runs
from classbridge.store.connections import Connection
from classbridge.store.courses import KeptCourse
from classbridge.store.links import Link
from classbridge.store.rosters import KeptClass
from classbridge.store.rows import Rows

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
        connection = current_connection(rows)
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
        return _Listing(rows, actor, side, current_connection(rows), [course], local).row(course)


def _nothing(blocked: Said) -> ClassList:
    return ClassList(
        rows=(), unlinked_sis_classes=(), as_of=None, refreshing=False, sis_name=None, blocked=blocked
    )


def _is_stale(ctx: Context, found: ClassList) -> bool:
    return found.as_of is None or ctx.now() - found.as_of > STALE


def _side_or_none(rows: Rows) -> str | None:
    found = classrooms.list_all(rows)
    return found[0].side if found else None


def current_connection(rows: Rows) -> Connection | None:
    """The connection that is in use; None: there is none."""
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
        self.taught = self._taught(local.date())
        self.gate = Gate(rows)
        self.nights = class_settings.next_nights(rows, side, local)

    def _taught(self, today: date) -> list[KeptClass]:
        if self.connection is None:
            return []
        found = rosters.classes_of_teacher(self.rows, self.connection.id, self.actor.email)
        return current(self.rows, self.connection.id, found, today)

    def row(self, course: KeptCourse) -> ClassRow:
        mine = [link for link in self.links if link.course_id == course.id]
        state, closed = self._states[course.id], gate_service.closed(self.gate, self.rows, self.actor, course.id)
        through = self._connections[mine[0].connection_id] if mine else None
        waiting = StoredGrades(self.rows, self.side, course.id).pending_in_all() if mine else 0
        facts = course_service.facts(self.rows, self.actor, course.id)
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
            may_link=may_link(self.actor, facts, [self.actor.email]).allowed,
            may_export=may(self.actor, Action.EXPORT, facts).allowed,
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

    def _suggested(self, course: KeptCourse) -> list[SisClass]:
        return suggestions(self.rows, self.side, course, self.connection, self.taught) if self.connection else []

    def unlinked(self) -> list[SisClass]:
        """The teacher's sections that no class is linked to."""
        taken = {(link.connection_id, link.class_id) for link in self.links}
        if self.connection is None:
            return []
        free = [one for one in self.taught if (self.connection.id, one.sourced_id) not in taken]
        return self.describe.of(self.connection.id, free)


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
