"""Grades: the page of a class, the preview of an export, the export, and what became of it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from classbridge.bridge.decision import DriftPolicy
from classbridge.bridge.outcome import Code, Kind, catalogue
from classbridge.bridge.policy import Action, Actor, may
from classbridge.jobs.gate import Gate
from classbridge.service import class_state, export_details, export_preview, policy, sections
from classbridge.service import courses as course_service
from classbridge.service import gate as gate_service
from classbridge.service import runs as run_service
from classbridge.service.context import Context, note, zone_of
from classbridge.service.errors import refuse
from classbridge.service.export_answers import ExportAnswers, ForAll, Shown
from classbridge.service.gradebook import StoredGrades
from classbridge.service.heads import Heads, periods_of
from classbridge.service.placing import full_name
from classbridge.service.views import (
    ExportDetails,
    ExportPreview,
    GradesPage,
    StudentRow,
)
from classbridge.sis.registry import profile
from classbridge.store import class_runs, connections, courses, gradebooks, links, rosters, runs
from classbridge.store.rows import Rows


class ExportChoices(Struct, frozen=True, kw_only=True):
    """A person's answers in a preview: adopt what is in the SIS already, overwrite what was changed there.

    `keep` lets what was changed there stand. Without either, a person is asked; where nobody attends, the policy
    of the class or of the district decides.
    """

    adopt: bool = True
    overwrite: bool = False
    keep: bool = False
    withdraw: bool = False
    """Take back, from the SIS, grades that were taken away in Classroom."""
    attended: bool = True
    later: bool = False
    """Begin when the quiet hours end that it is now; without such, at once."""
    answers: ExportAnswers = ExportAnswers()
    """What was said of one assignment or grade."""

    @property
    def drift(self) -> DriftPolicy | None:
        """What becomes of a grade that was changed in the SIS; None: what the class's policy says."""
        if self.overwrite:
            return DriftPolicy.OVERWRITE
        if self.keep:
            return DriftPolicy.KEEP
        return DriftPolicy.ASK if self.attended else None

    @property
    def for_all(self) -> ForAll:
        """What was said of everything that the preview showed."""
        return ForAll(adopt=self.adopt, differing=self.drift or DriftPolicy.ASK, withdraw=self.withdraw)


def page(ctx: Context, actor: Actor, course_id: str) -> GradesPage:
    """The grades of a linked class, from the snapshots."""
    with ctx.district(actor).read() as rows:
        course = course_service.allowed(rows, actor, course_id, Action.VIEW_GRADES)
        side = course_service.side(rows)
        linked = course_service.sections(rows, course_id)
        connection, gate = connections.get(rows, linked[0].connection_id), Gate(rows)
        stored = StoredGrades(rows, side, course_id)
        state = class_state.of_classes(rows, side, [course_id])[course_id]
        titles = {one.sourced_id: one.title for one in rosters.classes(rows, connection.id, _ids(linked))}
        read = [gradebooks.read_at(rows, connection.id, link.class_id) for link in linked]
        waiting = stored.pending_in_all()
        students = tuple(_rows(rows, side, course_id, stored, titles))
        heads = Heads(stored, students, zone_of(ctx, actor.district_id))
        return GradesPage(
            course_id=course_id,
            name=course.name,
            section=course.section,
            chip=state.chip(waiting=waiting, through=connection),
            assignments=tuple(heads.all(exported=state.exported_at is not None, periods=periods_of(rows, linked))),
            students=students,
            classroom_as_of=course.as_of,
            sis_as_of=min((one for one in read if one), default=None),
            refreshing=bool(class_runs.going(rows, side, [course_id], ("refresh",))),
            sis_name=profile(connection.vendor).name,
            last_export_at=state.exported_at,
            last_export_run_id=state.export.id if state.export else None,
            running_run_id=state.going.id if state.going and state.going.kind in ("export", "undo") else None,
            to_export=waiting,
            differing=sum(stored.drifting.values()),
            differing_in=tuple(stored.drifting),
            blocked=gate_service.export_closed(
                gate, connection, gate_service.closed(gate, rows, actor, course_id)
            ),
            may_act=course_service.may_do(rows, actor, course_id, Action.EXPORT),
        )


def _ids(linked: Sequence[links.Link]) -> list[str]:
    return [link.class_id for link in linked]


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
    """The finished preview; None while it is made. Raises `RefusedError` with the outcome of one that is lost."""
    with ctx.district(actor).read() as rows:
        run = run_service.find(rows, actor, run_id, Action.EXPORT, "preview-export")
        if not run.finished:
            return None
        return replace(
            export_preview.of_run(rows, run, zone_of(ctx, actor.district_id)),
            may_release=may(actor, Action.RELEASE_HELD).allowed,
            quiet_until=policy.quiet_until(ctx, rows),
        )


def export(ctx: Context, actor: Actor, preview_run_id: str, choices: ExportChoices) -> str:
    """Send what was previewed; answers the run, or the one under way in which this actor asked for just the same.

    Where a person attends, what they said of all differing grades is said of those that the preview showed, each
    with the value that it showed; unattended it is the policy. Raises `RefusedError` for an answer about something
    that the preview did not show.
    """
    with ctx.district(actor).read() as rows:
        run = run_service.find(rows, actor, preview_run_id, Action.EXPORT, "preview-export")
        found = export_preview.plan_of(rows, run)
        starts_at = policy.quiet_until(ctx, rows) if choices.later else None
    shown = Shown(found)
    request = {**run.request, **shown.request(choices.answers, choices.for_all), "drift": DriftPolicy.ASK}
    if not choices.attended:
        # Nobody saw the candidates or the values: what was said is the policy, and nothing is adopted.
        request |= {"drift": choices.drift, "adopt": [], "overwrite": []}

    def remember(rows: Rows) -> None:
        if choices.attended:
            said = (choices.answers, choices.for_all)
            shown.remember(rows, run.connection_id or "", *said, actor=actor, at=ctx.now())

    return _start(
        ctx,
        actor,
        run.course_id or "",
        "export",
        request,
        attended=choices.attended,
        starts_at=starts_at,
        remember=remember,
    )


def choose_sections(ctx: Context, actor: Actor, preview_run_id: str, chosen: Sequence[tuple[str, str]]) -> str:
    """Keep which section these students (user ids) are in, and preview the same anew; answers the run."""
    with ctx.district(actor).write() as rows:
        run = run_service.find(rows, actor, preview_run_id, Action.EXPORT, "preview-export")
        asked = export_preview.in_several(export_preview.plan_of(rows, run).grades)
        if any(user_id not in asked or section not in asked[user_id].sections for user_id, section in chosen):
            raise refuse(Code.PREVIEW_OUTDATED)
        students = [(user_id, asked[user_id].student_sourced_id or "", section) for user_id, section in chosen]
        sections.keep(rows, actor, run.course_id or "", students, ctx.now())
    return preview(ctx, actor, run.course_id or "", run.request.get("course_work"))


def retry(ctx: Context, actor: Actor, run_id: str) -> str:
    """Send again only what failed, grades and assignments; answers the run.

    A grade that the SIS was found to hold otherwise than sent has failed too: who saw that and asks for it to be
    sent again has answered what is to become of the other value.
    """
    with ctx.district(actor).read() as rows:
        run = run_service.find(rows, actor, run_id, Action.EXPORT, "export")
        outcomes = runs.outcomes(rows, run.id)
    failed = [one for one in outcomes if one.course_work_id and catalogue[Code(one.code)].kind is Kind.FAILED]
    if not failed:
        raise refuse(Code.RUN_NOT_READY)
    earlier = {name: value for name, value in run.request.items() if name not in ("night", "starts_at")}
    refuted = [one for one in failed if one.code == Code.NOT_VERIFIED]
    request = {
        **earlier,
        "course_work": sorted({one.course_work_id or "" for one in failed}),
        "only": [[one.course_work_id, one.class_id or "", one.user_id or ""] for one in failed],
        "overwrite": [*run.request.get("overwrite", ()), *map(_found, refuted)],
        "withdraw": [],
    }
    return _start(ctx, actor, run.course_id or "", "export", request)


def _found(one: runs.Outcome) -> list[str | None]:
    """A grade that was read back otherwise than sent, with the value that the SIS was found to hold."""
    return [one.course_work_id, one.student_id, str(one.params["found"])]


def _start(
    ctx: Context,
    actor: Actor,
    course_id: str,
    kind: str,
    request: dict[str, Any],
    *,
    attended: bool = True,
    starts_at: datetime | None = None,
    remember: Callable[[Rows], None] = lambda _: None,
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
            remember(rows)
    previewing = kind == "preview-export"
    return run_service.enqueue(
        ctx,
        actor,
        kind,
        partition=f"{connection_id}:interactive:{course_id}" if previewing else connection_id,
        dedup="" if previewing else _the_same(actor, course_id, request, attended=attended, later=bool(starts_at)),
        connection_id=connection_id,
        side=side,
        course_id=course_id,
        request=request,
        attended=attended,
        starts_at=starts_at,
    )


def _the_same(actor: Actor, course_id: str, request: Mapping[str, Any], *, attended: bool, later: bool) -> str:
    """Name an export by all that is asked for: only a second click joins, everything else waits its turn.

    What somebody else asked for, or otherwise, or for now instead of later, would be lost in another's export. The
    request goes in as a digest, for it says what the SIS holds, and jobs are stored in clear.
    """
    asked = msgspec.json.encode((actor.account_id, attended, later, request), order="deterministic")
    return f"export:{course_id}:{sha256(asked).hexdigest()}"


def details(ctx: Context, actor: Actor, run_id: str) -> ExportDetails:
    """What became of an export, grade by grade."""
    with ctx.district(actor).read() as rows:
        run = run_service.find(rows, actor, run_id, Action.VIEW_RUN, "export")
        shown = export_details.of_run(rows, run, run_service.named(ctx, rows, run))
        course_id = run.course_id or ""
        return replace(
            shown,
            may_act=course_service.may_do(rows, actor, course_id, Action.EXPORT),
            may_undo=shown.may_undo and course_service.may_do(rows, actor, course_id, Action.UNDO),
        )
