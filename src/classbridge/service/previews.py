"""Making a preview anew that failed or was cancelled: the same question, asked again."""

from collections.abc import Callable

from classbridge.bridge.outcome import Code
from classbridge.bridge.policy import Action, Actor
from classbridge.service import grades, rosters, undo
from classbridge.service import runs as run_service
from classbridge.service.context import Context
from classbridge.service.errors import refuse
from classbridge.store.runs import Run


def again(ctx: Context, actor: Actor, run_id: str) -> str:
    """Preview again what this preview was asked; answers the new run."""
    with ctx.district(actor).read() as rows:
        run = run_service.find(rows, actor, run_id, Action.VIEW_RUN, *_MAKING)
    return _MAKING[run.kind](ctx, actor, run)


def _import(ctx: Context, actor: Actor, run: Run) -> str:
    kinds, empty = run.request.get("kinds", ()), bool(run.request.get("empty"))
    return rosters.preview(ctx, actor, run.course_id or "", kinds, empty=empty)


def _export(ctx: Context, actor: Actor, run: Run) -> str:
    return grades.preview(ctx, actor, run.course_id or "", run.request.get("course_work"))


def _undo(ctx: Context, actor: Actor, run: Run) -> str:
    if "run" not in run.request:
        raise refuse(Code.RUN_NOT_FOUND)
    return undo.preview(ctx, actor, run.request["run"])


_MAKING: dict[str, Callable[[Context, Actor, Run], str]] = {
    "preview-import": _import,
    "preview-export": _export,
    "preview-undo": _undo,
}
