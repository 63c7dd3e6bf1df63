"""Runs: looking at one, listing them, stopping one."""

from datetime import datetime
from typing import Any

from msgspec.structs import replace

from classbridge.bridge.outcome import Code
from classbridge.bridge.policy import Action, Actor, Decision, may
from classbridge.jobs import breakage
from classbridge.jobs.client import State
from classbridge.jobs.rights import ACTIONS
from classbridge.jobs.stopping import stop
from classbridge.service import courses
from classbridge.service.context import Context, allow, note
from classbridge.service.errors import RefusedError, refuse
from classbridge.service.placing import full_name
from classbridge.service.views import Chip, RunView, Said
from classbridge.sis.registry import profile
from classbridge.store import accounts, connections, runs
from classbridge.store import courses as course_store
from classbridge.store.cursors import Page
from classbridge.store.rows import NotFoundError, Rows
from classbridge.store.runs import Run

_CHIPS = {
    "queued": Chip.RUNNING,
    "running": Chip.RUNNING,
    "waiting": Chip.WAITING_FOR_SIS,
    "done": Chip.DONE,
    "held": Chip.HELD,
    "failed": Chip.NEEDS_ATTENTION,
    "cancelled": Chip.DONE,
}


PREVIEWS = frozenset({"preview-import", "preview-export", "preview-undo"})


def view(ctx: Context, actor: Actor, run_id: str) -> RunView:
    """One run, as it stands."""
    with ctx.district(actor).read() as rows:
        run = find(rows, actor, run_id, Action.VIEW_RUN)
    if not run.finished and _job_failed(ctx, run_id):
        run = _failed(ctx, actor, run_id)
    with ctx.district(actor).read() as rows:
        return replace(
            named(ctx, rows, run),
            may_cancel=not run.finished and _allowed(rows, actor, run, Action.CANCEL_RUN).allowed,
            may_repeat=is_lost(run) and _allowed(rows, actor, run, ACTIONS[run.kind]).allowed,
        )


def is_lost(run: Run) -> bool:
    """Whether it is a preview that failed or was cancelled: there is nothing to show, and it can be made anew."""
    return run.kind in PREVIEWS and run.state in ("failed", "cancelled")


def plan_of(rows: Rows, run: Run) -> Any:
    """The plan that a preview keeps; raises `RefusedError` where it is lost, still made, or no longer kept."""
    if is_lost(run):
        raise refused(run)
    found = runs.plan(rows, run.id)
    if found is None:
        raise refuse(Code.RUN_NOT_FOUND if run.finished else Code.RUN_NOT_READY)
    return found


def _job_failed(ctx: Context, run_id: str) -> bool:
    status = ctx.jobs.status(run_id)
    return status is not None and status.state is State.FAILED


def _failed(ctx: Context, actor: Actor, run_id: str) -> Run:
    """Write down that a run's job broke outside its steps, before the look at all runs does."""
    with ctx.district(actor).write() as rows:
        breakage.end(rows, run_id)
        return runs.get(rows, run_id)


def page(
    ctx: Context, actor: Actor, *, course_id: str | None = None, cursor: str | None = None, limit: int = 50
) -> Page[RunView]:
    """Runs, newest first: of a class, or (for admins and auditors) of the district."""
    with ctx.district(actor).read() as rows:
        if course_id is None:
            allow(actor, Action.VIEW_RUNS)
        else:
            allow(actor, Action.VIEW_RUN, courses.facts(rows, actor, course_id))
        found = runs.page(rows, course_id=course_id, cursor=cursor, limit=limit)
        return Page(items=[named(ctx, rows, run) for run in found.items], next=found.next)


def cancel(ctx: Context, actor: Actor, run_id: str) -> RunView:
    """Stop a run that goes on. What it has sent stays sent and is accounted for."""
    with ctx.district(actor).write() as rows:
        run = find(rows, actor, run_id, Action.CANCEL_RUN)
        if run.finished:
            return as_view(run)
        note(rows, actor, "run.cancel", run_id, ctx.now(), kind=run.kind)
    stop(ctx.jobs, ctx.district(actor), run, Code.RUN_CANCELLED)
    with ctx.district(actor).read() as rows:
        return as_view(runs.get(rows, run_id))


def find(rows: Rows, actor: Actor, run_id: str, action: Action, *kinds: str) -> Run:
    """The run, if it is there, of these kinds, and the actor may do this with it; raises `RefusedError`."""
    try:
        run = runs.get(rows, run_id)
    except NotFoundError:
        raise refuse(Code.RUN_NOT_FOUND) from None
    if kinds and run.kind not in kinds:
        raise refuse(Code.RUN_NOT_FOUND)
    decision = _allowed(rows, actor, run, action)
    if decision.code is not None:
        raise refuse(decision.code)
    return run


def _allowed(rows: Rows, actor: Actor, run: Run, action: Action) -> Decision:
    if run.course_id is not None:
        return may(actor, action, courses.facts(rows, actor, run.course_id))
    if run.requested_by == actor.account_id:
        return Decision(allowed=True)
    return may(actor, Action.VIEW_RUNS if action is Action.VIEW_RUN else Action.CONNECT)


def as_view(run: Run) -> RunView:
    """A stored run as pages show it."""
    return RunView(
        id=run.id,
        kind=run.kind,
        state=run.state,
        chip=_CHIPS[run.state],
        course_id=run.course_id,
        connection_id=run.connection_id,
        total=run.total,
        done=run.done,
        counts=run.counts,
        said=said(run.code, run.params, run.sis_words),
        created_at=run.created_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
        may_cancel=not run.finished,
        by_schedule=run.night is not None,
        starts_at=run.starts_at,
    )


def named(ctx: Context, rows: Rows, run: Run) -> RunView:
    """A stored run with the names of what it is about, of who asked for it, and of the teacher for whom."""
    account = accounts.get(ctx.database, run.requested_by) if run.requested_by else None
    teachers = (
        course_store.members(rows, run.side or "", run.course_id or "", "teachers") if run.on_behalf_of else []
    )
    meant = [full_name(one) for one in teachers if one.user_id == run.on_behalf_of]
    return replace(
        as_view(run),
        about=_about(rows, run),
        asked_by=account.name if account else "",
        asked_for=", ".join(meant),
    )


def _about(rows: Rows, run: Run) -> str:
    """The name of what a run was about."""
    if run.course_id:
        course = course_store.get(rows, run.side or "", run.course_id)
        return " ".join(part for part in (course.name, course.section) if part) if course else ""
    return profile(connections.get(rows, run.connection_id).vendor).name if run.connection_id else ""


def said(code: str | None, params: dict[str, object] | None, words: str | None = None) -> Said | None:
    """An outcome as views carry it; None where there is none."""
    if code is None:
        return None
    plain = {name: str(value) for name, value in (params or {}).items()}
    return Said(code=code, params=plain, sis_words=words)


def refused(run: Run) -> RefusedError:
    """The refusal that a failed run's outcome makes of a request that needs its result."""
    outcome = said(run.code, run.params, run.sis_words)
    return RefusedError(outcome, 409) if outcome else refuse(Code.RUN_NOT_READY)


def enqueue(
    ctx: Context,
    actor: Actor,
    kind: str,
    *,
    partition: str,
    dedup: str = "",
    connection_id: str | None = None,
    side: str | None = None,
    course_id: str | None = None,
    request: dict[str, object] | None = None,
    attended: bool = True,
    starts_at: datetime | None = None,
) -> str:
    """Write a run down and queue its job; the id of the run, or of the one under way that it joins.

    `attended`: whether a person waits for it, who can be asked what to do. A run of a class says for which
    teacher an admin or a delegate asked. `starts_at`: it begins not before this moment.
    """
    later = {"starts_at": starts_at.isoformat()} if starts_at else {}
    district = ctx.district(actor)
    with district.write() as rows:
        for_whom = courses.on_behalf_of(rows, actor, course_id) if course_id and kind != "refresh" else None
        run = runs.create(
            rows,
            kind=kind,
            at=ctx.now(),
            request={**(request or {}), **later},
            connection_id=connection_id,
            side=side,
            course_id=course_id,
            requested_by=actor.account_id,
            on_behalf_of=for_whom,
            attended=attended,
        )
    joined = ctx.jobs.enqueue(
        kind,
        run.id,
        (actor.district_id, run.id),
        partition=f"{actor.district_id}:{partition}",
        dedup_id=f"{actor.district_id}:{dedup}" if dedup else "",
        delay=max(0.0, (starts_at - ctx.now()).total_seconds()) if starts_at else 0.0,
    )
    if joined.joined:
        with district.write() as rows:
            runs.remove(rows, run.id)
    return joined.run_id
