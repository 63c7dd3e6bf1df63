"""Grades: the page of a class, the preview of an export, the export, and what became of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from classbridge.bridge.decision import DriftPolicy
from classbridge.bridge.grades import GradePlan, ItemPlan, ResultPlan
from classbridge.bridge.line_items import Step
from classbridge.bridge.outcome import Code, Kind, Outcome, catalogue
from classbridge.bridge.policy import Action, Actor, may
from classbridge.jobs.export_planning import ExportPlan
from classbridge.jobs.gate import Gate
from classbridge.jobs.undo_facts import UNDOABLE
from classbridge.service import courses as course_service
from classbridge.service import gate as gate_service
from classbridge.service import policy
from classbridge.service import runs as run_service
from classbridge.service.context import Context, note, zone_of
from classbridge.service.errors import refuse
from classbridge.service.gradebook import StoredGrades
from classbridge.service.heads import Heads, periods_of
from classbridge.service.naming import Names
from classbridge.service.placing import full_name
from classbridge.service.views import (
    Chip,
    ExportAssignment,
    ExportDetails,
    ExportLine,
    ExportPreview,
    GradesPage,
    Said,
    StudentRow,
)
from classbridge.sis.registry import profile
from classbridge.store import connections, courses, gradebooks, links, rosters, runs, undone
from classbridge.store.connections import Connection
from classbridge.store.rows import Rows
from classbridge.store.runs import Run


class ExportChoices(Struct, frozen=True, kw_only=True):
    """A person's answers in a preview: adopt what is in the SIS already, overwrite what was changed there.

    `keep` leaves what was changed there for good. Without either, a person is asked; where nobody attends, the
    policy of the class or of the district decides.
    """

    adopt: bool = True
    overwrite: bool = False
    keep: bool = False
    withdraw: bool = False
    """Take back, from the SIS, grades that were taken away in Classroom."""
    attended: bool = True
    later: bool = False
    """Begin when the quiet hours end that it is now; without such, at once."""

    @property
    def drift(self) -> DriftPolicy | None:
        """What becomes of a grade that was changed in the SIS; None: what the class's policy says."""
        if self.overwrite:
            return DriftPolicy.OVERWRITE
        if self.keep:
            return DriftPolicy.KEEP
        return DriftPolicy.ASK if self.attended else None


def page(ctx: Context, actor: Actor, course_id: str) -> GradesPage:
    """The grades of a linked class, from the snapshots."""
    with ctx.district(actor).read() as rows:
        course = course_service.allowed(rows, actor, course_id, Action.VIEW_GRADES)
        side = course_service.side(rows)
        sections = course_service.sections(rows, course_id)
        connection = connections.get(rows, sections[0].connection_id)
        stored = StoredGrades(rows, side, course_id)
        recent = runs.page(
            rows, side=side, course_id=course_id, kinds=("export", "import", "refresh", "undo"), limit=20
        ).items
        going = next((run for run in recent if not run.finished), None)
        exports = [run for run in recent if run.kind == "export" and run.finished]
        titles = {one.sourced_id: one.title for one in rosters.classes(rows, connection.id, _ids(sections))}
        read = [gradebooks.read_at(rows, connection.id, link.class_id) for link in sections]
        waiting = stored.pending_in_all()
        students = tuple(_rows(rows, side, course_id, stored, titles))
        heads = Heads(stored, students, zone_of(ctx, actor.district_id))
        return GradesPage(
            course_id=course_id,
            name=course.name,
            section=course.section,
            chip=_chip(going, waiting, connection.state, run_service.problems_of(next(iter(exports), None))),
            assignments=tuple(heads.all(exported=bool(exports), periods=periods_of(rows, sections))),
            students=students,
            classroom_as_of=course.as_of,
            sis_as_of=min((one for one in read if one), default=None),
            refreshing=going is not None and going.kind == "refresh",
            sis_name=profile(connection.vendor).name,
            last_export_at=exports[0].finished_at if exports else None,
            last_export_run_id=exports[0].id if exports else None,
            running_run_id=going.id if going and going.kind in ("export", "undo") else None,
            to_export=waiting,
            blocked=_blocked(rows, actor, course_id, connection),
        )


def _blocked(rows: Rows, actor: Actor, course_id: str, connection: Connection) -> Said | None:
    """Why nothing can be exported from this page."""
    if connection.state != "connected":
        return Said(code=str(Code.NOT_CONNECTED))
    return gate_service.closed(Gate(rows), rows, actor, course_id, connection_id=connection.id, kinds=("grades",))


def _ids(sections: Sequence[links.Link]) -> list[str]:
    return [link.class_id for link in sections]


def _chip(going: Run | None, waiting: int, state: str, problems: int) -> Chip:
    if state != "connected":
        return Chip.DISCONNECTED
    if going is not None and going.kind != "refresh":
        return Chip.WAITING_FOR_SIS if going.state == "waiting" else Chip.RUNNING
    if problems:
        return Chip.NEEDS_ATTENTION
    return Chip.CHANGES_WAITING if waiting else Chip.LINKED


def _rows(
    rows: Rows, side: str, course_id: str, stored: StoredGrades, titles: Mapping[str, str]
) -> list[StudentRow]:
    several = len(titles) > 1
    return [
        StudentRow(
            user_id=member.user_id,
            name=full_name(member),
            section=titles.get(stored.places[member.user_id].class_id or "")
            if several and member.user_id in stored.places
            else None,
            cells=tuple(stored.cell(work, member.user_id) for work in stored.works),
        )
        for member in courses.members(rows, side, course_id, "students")
    ]


def preview(ctx: Context, actor: Actor, course_id: str, course_work_ids: Sequence[str] | None = None) -> str:
    """Work out what an export of these assignments (None: all) would send; answers the run."""
    request: dict[str, object] = {"course_work": list(course_work_ids) if course_work_ids else None}
    return _start(ctx, actor, course_id, "preview-export", request)


def previewed(ctx: Context, actor: Actor, run_id: str) -> ExportPreview | None:
    """The finished preview; None while it is being made. Raises `RefusedError` with its outcome when it failed."""
    with ctx.district(actor).read() as rows:
        run = run_service.find(rows, actor, run_id, Action.EXPORT, "preview-export")
        if not run.finished:
            return None
        found = _plan(rows, run)
        plan = found.grades
        words = _Words(rows, run)
        unplaced = [words.unplaced(plan)] if plan.unplaced else []
        return ExportPreview(
            run_id=run.id,
            course_id=run.course_id or "",
            assignments=(
                *(words.assignment(item) for item in plan.items if item.results or item.ungraded),
                *unplaced,
            ),
            counts=plan.counts(),
            to_send=plan.to_send(),
            not_returned=sum(
                line.outcome is not None and line.outcome.code is Code.SKIPPED_NOT_RETURNED
                for line in plan.results()
            ),
            withdrawals=len(found.withdrawals.delete),
            notes=tuple(map(_said, found.withdrawals.outcomes)),
            held_withdrawals=len(found.withdrawals.held()),
            may_release=may(actor, Action.RELEASE_HELD).allowed,
            quiet_until=policy.quiet_until(ctx, rows),
        )


def _plan(rows: Rows, run: Run) -> ExportPlan:
    if run.state == "failed":
        raise run_service.refused(run)
    found = runs.plan(rows, run.id)
    if found is None:
        raise refuse(Code.RUN_NOT_READY)
    return msgspec.convert(found, ExportPlan)


class _Words(Names):
    """Names for the ids of a plan or of outcomes."""

    def assignment(self, item: ItemPlan) -> ExportAssignment:
        """One planned assignment in one section."""
        return ExportAssignment(
            course_work_id=item.course_work_id,
            class_id=item.class_sourced_id,
            class_title=self.classes.get(item.class_sourced_id, item.class_sourced_id),
            title=self.titles.get(item.course_work_id, item.course_work_id),
            link=self.links.get(item.course_work_id),
            line_item="none" if item.ungraded else str(item.step),
            blocked=item.blocked and not item.ungraded,
            notices=tuple(_said(outcome) for outcome in item.outcomes),
            lines=tuple(self._line(line) for line in sorted(item.results, key=self._name)),
        )

    def unplaced(self, plan: GradePlan) -> ExportAssignment:
        """The grades that have no section to go to."""
        return ExportAssignment(
            course_work_id="",
            class_id="",
            class_title="",
            title="",
            line_item="held",
            blocked=True,
            notices=(),
            lines=tuple(self._line(line) for line in sorted(plan.unplaced, key=self._name)),
        )

    def _name(self, line: ResultPlan) -> str:
        return self.names.get(line.user_id, line.user_id)

    def _line(self, line: ResultPlan) -> ExportLine:
        said = line.outcome or next(iter(line.losses), None)
        return ExportLine(
            user_id=line.user_id,
            name=self._name(line),
            decision=str(line.verdict),
            classroom=line.score,
            sis=line.sis.score if line.sis else None,
            said=_said(said) if said else None,
        )

    def outcome(self, one: runs.Outcome, planned: ResultPlan | None) -> ExportLine:
        """What became of one grade; a verified one is in the SIS as predicted, and says what it replaced there."""
        held = None if planned is None else planned.sis
        said = Said(code=one.code, params={k: str(v) for k, v in one.params.items()}, sis_words=one.sis_words)
        if planned is not None and one.code == Code.VERIFIED:
            held = planned.predicted
            said = _said(planned.outcome) if planned.outcome else said
        return ExportLine(
            user_id=one.user_id or "",
            name=self.names.get(one.user_id or "", one.user_id or ""),
            decision=_decision(Code(one.code)),
            classroom=planned.score if planned else None,
            sis=held.score if held else None,
            said=said,
        )


def _said(outcome: Outcome) -> Said:
    return Said(code=str(outcome.code), params=dict(outcome.params))


def _decision(code: Code) -> str:
    return str(catalogue[code].kind)


def export(ctx: Context, actor: Actor, preview_run_id: str, choices: ExportChoices) -> str:
    """Send what was previewed; answers the run, or the export of this class that is under way."""
    with ctx.district(actor).read() as rows:
        run = run_service.find(rows, actor, preview_run_id, Action.EXPORT, "preview-export")
        found = _plan(rows, run)
        starts_at = policy.quiet_until(ctx, rows) if choices.later else None
    plan, withdrawals = found.grades, found.withdrawals
    # An ambiguous item was not offered: who says no to the others has not answered for it.
    offered = [[item.course_work_id, item.class_sourced_id] for item in plan.items if item.step is Step.ADOPT]
    request = {
        **run.request,
        "drift": choices.drift,
        "make_new": [] if choices.adopt else offered,
        "withdraw": [known.sourced_id for known in withdrawals.delete] if choices.withdraw else [],
    }
    return _start(
        ctx, actor, run.course_id or "", "export", request, attended=choices.attended, starts_at=starts_at
    )


def retry(ctx: Context, actor: Actor, run_id: str) -> str:
    """Send again only what failed; answers the run.

    A grade that the SIS was found to hold otherwise than sent has failed too: who saw that and asks for it to be
    sent again has answered what is to become of the other value.
    """
    with ctx.district(actor).read() as rows:
        run = run_service.find(rows, actor, run_id, Action.EXPORT, "export")
        outcomes = runs.outcomes(rows, run.id)
    failed = [one for one in outcomes if one.user_id and catalogue[Code(one.code)].kind is Kind.FAILED]
    if not failed:
        raise refuse(Code.RUN_NOT_READY)
    earlier = {name: value for name, value in run.request.items() if name not in ("night", "starts_at")}
    request = {
        **earlier,
        "course_work": sorted({one.course_work_id or "" for one in failed}),
        "only": [[one.course_work_id, one.class_id or "", one.user_id] for one in failed],
        "overwrite": [[one.course_work_id, one.student_id] for one in failed if one.code == Code.NOT_VERIFIED],
        "withdraw": [],
    }
    return _start(ctx, actor, run.course_id or "", "export", request)


def _start(
    ctx: Context,
    actor: Actor,
    course_id: str,
    kind: str,
    request: dict[str, Any],
    *,
    attended: bool = True,
    starts_at: datetime | None = None,
) -> str:
    with ctx.district(actor).write() as rows:
        course_service.allowed(rows, actor, course_id, Action.EXPORT)
        connection_id = course_service.sections(rows, course_id)[0].connection_id
        course_service.connected(rows, connection_id)
        gate_service.check(rows, actor, course_id, connection_id=connection_id, kinds=("grades",))
        side = course_service.side(rows)
        if kind == "export":
            whom = course_service.on_behalf_of(rows, actor, course_id)
            work = request.get("course_work")
            note(rows, actor, "grades.export", course_id, ctx.now(), course_work=work, on_behalf_of=whom)
    previewing = kind == "preview-export"
    return run_service.enqueue(
        ctx,
        actor,
        kind,
        partition=f"{connection_id}:interactive:{course_id}" if previewing else connection_id,
        # One that is to begin later must not be what somebody joins who exports now.
        dedup="" if previewing else f"export{'-later' if starts_at else ''}:{course_id}",
        connection_id=connection_id,
        side=side,
        course_id=course_id,
        request=request,
        attended=attended,
        starts_at=starts_at,
    )


def details(ctx: Context, actor: Actor, run_id: str) -> ExportDetails:
    """What became of an export, grade by grade."""
    with ctx.district(actor).read() as rows:
        run = run_service.find(rows, actor, run_id, Action.VIEW_RUN, "export")
        words = _Words(rows, run)
        found = runs.outcomes(rows, run.id)
        raw = runs.plan(rows, run.id)
        shown = run_service.named(ctx, rows, run)
        by_package = _by_package(rows, run.connection_id)
        undo = undone.undo_of(rows, run)
        may_undo = may(actor, Action.UNDO, course_service.facts(rows, actor, run.course_id or "")).allowed
    plan = msgspec.convert(raw, ExportPlan).grades if raw else GradePlan(items=(), unplaced=())
    planned = {(line.course_work_id, line.class_sourced_id or "", line.user_id): line for line in plan.results()}
    lines = [one for one in found if one.user_id]
    notices = [one for one in found if not one.user_id]
    places = dict.fromkeys((one.course_work_id or "", one.class_id or "") for one in found)
    verified = sum(one.code == Code.VERIFIED for one in lines)
    unread = sum(one.code in (Code.NOT_VERIFIED, Code.NOT_READ_BACK) for one in lines)
    kinds = [catalogue[Code(one.code)].kind for one in lines]
    return ExportDetails(
        run=shown,
        assignments=tuple(_became(words, place, lines, notices, planned) for place in places),
        sent=verified + unread,
        unchanged=kinds.count(Kind.UNCHANGED),
        verified=verified,
        to_verify=verified + unread,
        failed=kinds.count(Kind.FAILED),
        skipped=kinds.count(Kind.SKIPPED) + kinds.count(Kind.HELD),
        unconfirmed=Said(code=str(Code.PACKAGE_NOT_CONFIRMED), params={}) if by_package else None,
        undo=run_service.as_view(undo) if undo else None,
        may_undo=may_undo and undo is None and bool(raw) and any(one.code in UNDOABLE for one in lines),
    )


def _by_package(rows: Rows, connection_id: str | None) -> bool:
    """Whether grades reach this SIS in a package that somebody carries there."""
    return bool(connection_id) and profile(connections.get(rows, connection_id or "").vendor).reach == "package"


def _became(
    words: _Words,
    place: tuple[str, str],
    lines: Sequence[runs.Outcome],
    notices: Sequence[runs.Outcome],
    planned: Mapping[tuple[str, str, str], ResultPlan],
) -> ExportAssignment:
    mine = [one for one in lines if (one.course_work_id or "", one.class_id or "") == place]
    said = [one for one in notices if (one.course_work_id or "", one.class_id or "") == place]
    shown = [words.outcome(one, planned.get((*place, one.user_id or ""))) for one in mine]
    return ExportAssignment(
        course_work_id=place[0],
        class_id=place[1],
        class_title=words.classes.get(place[1], place[1]),
        title=words.titles.get(place[0], place[0]),
        line_item="known",
        blocked=any(catalogue[Code(one.code)].kind is Kind.FAILED for one in said),
        notices=tuple(
            Said(code=one.code, params={k: str(v) for k, v in one.params.items()}, sis_words=one.sis_words)
            for one in said
        ),
        lines=tuple(sorted(shown, key=lambda line: line.name)),
    )
