"""Importing a roster: tick boxes, preview, import, details."""

from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from classbridge.service import classes, rosters, runs
from classbridge.web.given import Ctx, Id, Sent, Who
from classbridge.web.pages import render, see
from classbridge.web.reader import PageRequest
from classbridge.web.runs import is_over, progress_page


@get("/classes/{course_id:str}/roster", sync_to_thread=True)
def roster(request: PageRequest, ctx: Ctx, actor: Who, course_id: Id) -> Response[bytes]:
    """What to import."""
    row = classes.one(ctx, actor, course_id)
    offered = rosters.offered(ctx, actor, course_id)
    return render(request, "classes/roster.html", row=row, course_id=course_id, offered=offered)


@post("/classes/{course_id:str}/roster", sync_to_thread=True)
def preview(ctx: Ctx, actor: Who, course_id: Id, form: Sent) -> Redirect:
    """Work out what an import would do."""
    run_id = rosters.preview(ctx, actor, course_id, form.all("kinds"))
    return see(f"/imports/preview/{run_id}")


@get("/imports/preview/{run_id:str}", sync_to_thread=True)
def previewed(request: PageRequest, ctx: Ctx, actor: Who, run_id: Id) -> Response[Any]:
    """Show what would happen; until it is known, how far the work is."""
    found = rosters.previewed(ctx, actor, run_id)
    if found is None:
        return progress_page(request, runs.view(ctx, actor, run_id))
    row = classes.one(ctx, actor, found.course_id)
    return render(request, "classes/import_preview.html", preview=found, row=row)


@post("/imports/preview/{run_id:str}", sync_to_thread=True)
def import_(ctx: Ctx, actor: Who, run_id: Id) -> Redirect:
    """Import what was previewed."""
    return see(f"/imports/{rosters.import_(ctx, actor, run_id)}")


@get("/imports/{run_id:str}", sync_to_thread=True)
def details(request: PageRequest, ctx: Ctx, actor: Who, run_id: Id) -> Response[Any]:
    """Show what became of an import; while it goes, how far it is."""
    run = runs.view(ctx, actor, run_id)
    if not is_over(run):
        return progress_page(request, run)
    found = rosters.details(ctx, actor, run_id)
    return render(request, "classes/import_details.html", details=found)


ROUTES = (roster, preview, previewed, import_, details)
