"""Undoing an export: what the SIS held before it goes back, after a preview, where nobody has changed it since."""

from collections.abc import Iterable, Mapping

import msgspec

from classbridge.bridge.equality import shown
from classbridge.bridge.outcome import Code, Kind, Outcome, catalogue
from classbridge.bridge.policy import Action, Actor
from classbridge.bridge.undo import UndoItem, UndoLine, UndoPlan, UndoStep
from classbridge.jobs.outcomes import undo_subject
from classbridge.jobs.undo_facts import UNDONE
from classbridge.service import class_settings as settings_service
from classbridge.service import courses as course_service
from classbridge.service import gate as gate_service
from classbridge.service import runs as run_service
from classbridge.service.context import Context, note
from classbridge.service.errors import refuse
from classbridge.service.naming import Names
from classbridge.service.views import Said, UndoDetails, UndoneAssignment, UndoneGrade, UndoPreview
from classbridge.store import class_settings, runs, undone
from classbridge.store.rows import NotFoundError, Rows
from classbridge.store.runs import Run

NAMES = {one.value for one in (Kind.SENT, Kind.UNCHANGED, Kind.SKIPPED, Kind.FAILED, Kind.HELD)}


def preview(ctx: Context, actor: Actor, export_run_id: str) -> str:
    """Work out what an undo of this export would put back; answers the run."""
    with ctx.district(actor).read() as rows:
        export = _undoable(rows, actor, export_run_id)
    return _start(ctx, actor, export, "preview-undo")


def undo(ctx: Context, actor: Actor, preview_run_id: str) -> str:
    """Undo what was previewed; answers the run. Asked twice with the same preview it is the same undo."""
    with ctx.district(actor).read() as rows:
        run = run_service.find(rows, actor, preview_run_id, Action.UNDO, "preview-undo")
        _plan(rows, run)
        earlier = _begun(rows, run.request["run"])
        if earlier is not None and earlier.request.get("preview") == run.id:
            return earlier.id
        export = _undoable(rows, actor, run.request["run"])
    return _start(ctx, actor, export, "undo", preview=run.id)


def _begun(rows: Rows, export_id: str) -> Run | None:
    try:
        return undone.undo_of(rows, runs.get(rows, export_id))
    except NotFoundError:
        raise refuse(Code.UNDO_NO_RECORDS) from None


def _undoable(rows: Rows, actor: Actor, run_id: str) -> Run:
    """The export, if it is over, not undone, and what undo needs of it is kept; raises `RefusedError`."""
    run = run_service.find(rows, actor, run_id, Action.UNDO, "export", "undo")
    if run.kind == "undo":
        raise refuse(Code.UNDO_FINAL)
    if not run.finished:
        raise refuse(Code.RUN_NOT_READY)
    if undone.undo_of(rows, run) is not None:
        raise refuse(Code.UNDO_TWICE)
    sections = course_service.sections(rows, run.course_id or "")
    if runs.plan(rows, run.id) is None or sections[0].connection_id != run.connection_id:
        raise refuse(Code.UNDO_NO_RECORDS)
    return run


def _start(ctx: Context, actor: Actor, export: Run, kind: str, **request: str) -> str:
    connection_id, course_id = export.connection_id or "", export.course_id or ""
    with ctx.district(actor).write() as rows:
        course_service.allowed(rows, actor, course_id, Action.UNDO)
        course_service.connected(rows, connection_id)
        gate_service.check(rows, actor, course_id, connection_id=connection_id, kinds=("grades",))
        if kind == "undo":
            whom = course_service.on_behalf_of(rows, actor, course_id)
            note(rows, actor, "grades.undo", course_id, ctx.now(), run=export.id, on_behalf_of=whom)
            settings_service.stop_exports(ctx, rows, actor, course_id)
    previewing = kind == "preview-undo"
    return run_service.enqueue(
        ctx,
        actor,
        kind,
        partition=f"{connection_id}:interactive:{course_id}" if previewing else connection_id,
        dedup="" if previewing else f"undo:{export.id}",
        connection_id=connection_id,
        side=export.side,
        course_id=course_id,
        request={"run": export.id, **request},
    )


def previewed(ctx: Context, actor: Actor, run_id: str) -> UndoPreview | None:
    """The finished preview; None while it is made. Raises `RefusedError` with the outcome of one that is lost."""
    with ctx.district(actor).read() as rows:
        run = run_service.find(rows, actor, run_id, Action.UNDO, "preview-undo")
        if not run.finished:
            return None
        plan, words = _plan(rows, run), Names(rows, run)
        setting = class_settings.get(rows, run.side or "", run.course_id or "")
    return UndoPreview(
        run_id=run.id,
        export_run_id=run.request["run"],
        course_id=run.course_id or "",
        assignments=tuple(_planned(words, item) for item in plan.items),
        to_put_back=plan.to_do(),
        stays=len(plan.lines()) - plan.to_do(),
        nightly=setting is not None and setting.nightly_export,
    )


def _plan(rows: Rows, run: Run) -> UndoPlan:
    return msgspec.convert(run_service.plan_of(rows, run), UndoPlan)


def _planned(words: Names, item: UndoItem) -> UndoneAssignment:
    lines = [_line(words, line, str(line.step), _said(line.outcome)) for line in item.lines]
    return _assignment(words, item, lines, removed=item.made)


def _said(outcome: Outcome | None) -> Said | None:
    return None if outcome is None else Said(code=str(outcome.code), params=dict(outcome.params))


def _told(one: runs.Outcome) -> Said:
    params = {name: str(value) for name, value in one.params.items()}
    return Said(code=one.code, params=params, sis_words=one.sis_words)


def _assignment(
    words: Names,
    item: UndoItem,
    lines: Iterable[UndoneGrade],
    *,
    removed: bool = False,
    notices: tuple[Said, ...] = (),
) -> UndoneAssignment:
    return UndoneAssignment(
        course_work_id=item.course_work_id,
        class_id=item.class_sourced_id,
        class_title=words.classes.get(item.class_sourced_id, item.class_sourced_id),
        title=words.titles.get(item.course_work_id, item.title),
        removed=removed,
        notices=notices,
        lines=tuple(sorted(lines, key=lambda line: line.name)),
    )


def _line(words: Names, line: UndoLine, step: str, said: Said | None, *, is_back: bool = False) -> UndoneGrade:
    return UndoneGrade(
        user_id=line.done.user_id,
        name=words.names.get(line.done.user_id, line.done.user_id or line.done.student_sourced_id),
        step=step,
        sis=shown(line.done.earlier if is_back else line.sis),
        earlier=shown(line.done.earlier),
        said=said,
    )


def details(ctx: Context, actor: Actor, run_id: str) -> UndoDetails:
    """What became of an undo, grade by grade."""
    with ctx.district(actor).read() as rows:
        run = run_service.find(rows, actor, run_id, Action.VIEW_RUN, "undo")
        words, found, raw = Names(rows, run), runs.outcomes(rows, run.id), runs.plan(rows, run.id)
        shown_run = run_service.named(ctx, rows, run)
    plan = msgspec.convert(raw, UndoPlan) if raw else UndoPlan()
    said = {one.subject: one for one in found}
    kinds = [catalogue[Code(one.code)].kind for one in found if one.student_id]
    done = sum(one.code in UNDONE for one in found)
    failed = kinds.count(Kind.FAILED)
    return UndoDetails(
        run=shown_run,
        export_run_id=run.request.get("run", ""),
        assignments=tuple(_became(words, item, said, found) for item in plan.items),
        undone=done,
        stayed=len(kinds) - done - failed,
        failed=failed,
    )


def _became(
    words: Names, item: UndoItem, said: Mapping[str, runs.Outcome], found: Iterable[runs.Outcome]
) -> UndoneAssignment:
    place = item.course_work_id, item.class_sourced_id
    notices = (one for one in found if not one.student_id and (one.course_work_id, one.class_id) == place)
    lines = [_ended(words, line, said[key]) for line in item.lines if (key := undo_subject(line)) in said]
    return _assignment(words, item, lines, notices=tuple(map(_told, notices)))


def _ended(words: Names, line: UndoLine, one: runs.Outcome) -> UndoneGrade:
    kind = str(catalogue[Code(one.code)].kind)
    is_back = one.code in UNDONE and line.step is not UndoStep.STAY
    return _line(words, line, kind if kind in NAMES else "held", _told(one), is_back=is_back)
