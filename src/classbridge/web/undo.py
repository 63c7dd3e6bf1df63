"""Undoing an export, and letting held withdrawals go: preview, confirmation, details."""

from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from classbridge.service import releasing, runs, undo
from classbridge.web.given import Ctx, Id, Sent, Who
from classbridge.web.pages import render, see
from classbridge.web.reader import PageRequest
from classbridge.web.runs import is_over, is_shown, progress_page


@post("/exports/{run_id:str}/undo", sync_to_thread=True)
def preview(ctx: Ctx, actor: Who, run_id: Id) -> Redirect:
    """Work out what an undo of this export would put back."""
    return see(f"/undos/preview/{undo.preview(ctx, actor, run_id)}")


@get("/undos/preview/{run_id:str}", sync_to_thread=True)
def previewed(request: PageRequest, ctx: Ctx, actor: Who, run_id: Id) -> Response[Any]:
    """Show what would go back; until it is known, how far the work is."""
    run = runs.view(ctx, actor, run_id)
    found = undo.previewed(ctx, actor, run_id) if is_shown(run) else None
    if found is None:
        return progress_page(request, run)
    return render(request, "classes/undo_preview.html", preview=found)


@post("/undos/preview/{run_id:str}", sync_to_thread=True)
def undo_it(ctx: Ctx, actor: Who, run_id: Id) -> Redirect:
    """Put back what was previewed."""
    return see(f"/undos/{undo.undo(ctx, actor, run_id)}")


@get("/undos/{run_id:str}", sync_to_thread=True)
def details(request: PageRequest, ctx: Ctx, actor: Who, run_id: Id) -> Response[Any]:
    """Show what became of every grade; while it goes, how far it is."""
    run = runs.view(ctx, actor, run_id)
    if not is_over(run):
        return progress_page(request, run)
    return render(request, "classes/undo_details.html", details=undo.details(ctx, actor, run_id))


@get("/exports/preview/{run_id:str}/held", sync_to_thread=True)
def held(request: PageRequest, ctx: Ctx, actor: Who, run_id: Id) -> Response[Any]:
    """Show each grade whose withdrawal is held; an admin confirms here."""
    return render(request, "classes/held_withdrawals.html", held=releasing.view(ctx, actor, run_id))


@post("/exports/preview/{run_id:str}/held", sync_to_thread=True)
def release(ctx: Ctx, actor: Who, run_id: Id, form: Sent) -> Redirect:
    """Take back what was shown, all the same."""
    count = form.text("count")
    shown = int(count) if count.isascii() and count.isdigit() else 0
    return see(f"/exports/{releasing.release(ctx, actor, run_id, shown)}")


ROUTES = (preview, previewed, undo_it, details, held, release)
