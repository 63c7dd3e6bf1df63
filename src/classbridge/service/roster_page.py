"""The roster page: who is on which side, from the snapshots, and adding somebody again whom a teacher removed."""

from collections.abc import Iterator

from classbridge.bridge.outcome import Code
from classbridge.bridge.policy import Action, Actor
from classbridge.bridge.roster_view import Line, Where
from classbridge.jobs.gate import Gate
from classbridge.jobs.import_planning import TYPES
from classbridge.service import courses as course_service
from classbridge.service import gate as gate_service
from classbridge.service import runs as run_service
from classbridge.service.context import Context, note
from classbridge.service.errors import refuse
from classbridge.service.rosters import Names, said
from classbridge.service.stored_rosters import StoredRosters
from classbridge.service.views import RosterLine, RosterPage, Said
from classbridge.store import courses, links, memberships, rosters, runs, section_people, snapshots
from classbridge.store.rows import Rows


def page(ctx: Context, actor: Actor, course_id: str) -> RosterPage | None:
    """Who is on both sides and who on one, as both were read last; None: the class is not linked."""
    with ctx.district(actor).read() as rows:
        course_service.allowed(rows, actor, course_id, Action.VIEW_CLASS)
        return _Page(rows, actor, course_id).page() if _linked(rows, course_id) else None


def _linked(rows: Rows, course_id: str) -> bool:
    return bool(links.of_course(rows, course_service.side(rows), course_id))


class _Page:
    """One reading of the page."""

    def __init__(self, rows: Rows, actor: Actor, course_id: str) -> None:
        self._rows, self._actor, self._course_id = rows, actor, course_id
        self._side = course_service.side(rows)
        self._may_act = course_service.may_do(rows, actor, course_id, Action.IMPORT)
        self._sections = course_service.sections(rows, course_id)
        self._connection_id = self._sections[0].connection_id
        self._stored = StoredRosters(rows, self._side, self._connection_id, [course_id])
        self._names = Names(rows, self._side, course_id, self._connection_id)
        class_ids = [link.class_id for link in self._sections]
        found = rosters.classes(rows, self._connection_id, class_ids)
        self._titles = {one.sourced_id: one.title for one in found}

    def page(self) -> RosterPage:
        """The page."""
        rows, class_ids = self._rows, [link.class_id for link in self._sections]
        found = {kind: self._stored.compare(self._course_id, kind) for kind in TYPES}
        lines = [(line.where, self._line(kind, line)) for kind, one in found.items() for line in one.lines]

        def of(where: Where) -> tuple[RosterLine, ...]:
            chosen = [line for place, line in lines if place is where]
            return tuple(sorted(chosen, key=lambda line: (line.role != "teachers", line.name.casefold())))

        return RosterPage(
            course_id=self._course_id,
            many=len(class_ids) > 1,
            imported=self._imported(),
            classroom_as_of=snapshots.read_at(rows, self._side, courses.MEMBERS, self._course_id),
            sis_as_of=section_people.read_at(rows, self._connection_id, class_ids),
            refreshing=any(
                run.kind == "refresh" and run.course_id == self._course_id for run in runs.unfinished(rows)
            ),
            trouble=self._trouble(),
            kinds=tuple(self._open_kinds()),
            both=of(Where.BOTH),
            sis_only=of(Where.SIS),
            classroom_only=of(Where.CLASSROOM),
            to_add=sum(one.to_add for one in found.values()),
            to_remove=sum(one.to_remove for one in found.values()),
            held=sum(one.held for one in found.values()),
            may_act=self._may_act,
        )

    def _line(self, kind: str, line: Line) -> RosterLine:
        name, email = self._names.of(line.user_sourced_id, line.classroom_user_id)
        removed = line.outcome.code is Code.PERSON_REMOVED_BY_TEACHER
        return RosterLine(
            name=name,
            email=email,
            role=kind,
            said=said(line.outcome),
            sections=tuple(sorted(self._titles.get(one, one) for one in line.class_sourced_ids)),
            again=line.classroom_user_id if removed and self._may_act else None,
        )

    def _imported(self) -> bool:
        found = runs.page(
            self._rows,
            side=self._side,
            course_id=self._course_id,
            kinds=("import",),
            states=("done", "held"),
            limit=1,
        )
        return bool(found.items or memberships.of_course(self._rows, self._side, self._course_id))

    def _trouble(self) -> Said | None:
        """Why the newest refresh of the class failed."""
        newest = runs.page(self._rows, side=self._side, course_id=self._course_id, kinds=("refresh",), limit=1)
        failed = [run for run in newest.items if run.state == "failed"]
        return run_service.said(failed[0].code, failed[0].params, failed[0].sis_words) if failed else None

    def _open_kinds(self) -> Iterator[str]:
        gate = Gate(self._rows)
        for kind in TYPES:
            if not gate_service.closed(
                gate,
                self._rows,
                self._actor,
                self._course_id,
                connection_id=self._connection_id,
                kinds=(kind,),
            ):
                yield kind


def add_again(ctx: Context, actor: Actor, course_id: str, role: str, user_id: str) -> None:
    """Let the next import add a person again whom a teacher removed; raises `RefusedError` for anybody else."""
    with ctx.district(actor).write() as rows:
        course_service.allowed(rows, actor, course_id, Action.IMPORT)
        connection_id = course_service.sections(rows, course_id)[0].connection_id
        gate_service.check(rows, actor, course_id)
        side = course_service.side(rows)
        removed = {
            (kind, line.classroom_user_id)
            for kind in TYPES
            for line in StoredRosters(rows, side, connection_id, [course_id]).compare(course_id, kind).lines
            if line.outcome.code is Code.PERSON_REMOVED_BY_TEACHER
        }
        if (role, user_id) not in removed:
            raise refuse(Code.PERSON_NOT_FOUND)
        memberships.allow_again(rows, side, course_id, role, user_id, ctx.now())
        note(rows, actor, "roster.add_again", course_id, ctx.now(), role=role, user=user_id)
