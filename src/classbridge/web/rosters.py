"""A class's roster on both sides, and importing it: preview, import, details."""

from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from classbridge.service import classes, roster_page, rosters, runs
from classbridge.web.given import Ctx, Id, Sent, Who
from classbridge.web.pages import render, see
from classbridge.web.reader import PageRequest
from classbridge.web.runs import is_over, is_shown, progress_page


@get("/classes/{course_id:str}/roster", sync_to_thread=True)
def roster(request: PageRequest, ctx: Ctx, actor: Who, course_id: Id) -> Response[bytes]:
    """Who is on which side, and what to import."""
    row = classes.one(ctx, actor, course_id)
    found = roster_page.page(ctx, actor, course_id)
    offered = rosters.offered(ctx, actor, course_id)
    return render(request, "classes/roster.html", row=row, course_id=course_id, offered=offered, roster=found)


@post("/classes/{course_id:str}/roster", sync_to_thread=True)
def preview(ctx: Ctx, actor: Who, course_id: Id, form: Sent) -> Redirect:
    """Work out what an import would do."""
    run_id = rosters.preview(ctx, actor, course_id, form.all("kinds"), empty=form.ticked("empty"))
    return see(f"/imports/preview/{run_id}")


@post("/classes/{course_id:str}/roster/again", sync_to_thread=True)
def add_again(ctx: Ctx, actor: Who, course_id: Id, form: Sent) -> Redirect:
    """Let the next import add somebody again whom a teacher removed."""
    roster_page.add_again(ctx, actor, course_id, form.text("role"), form.text("user_id"))
    return see(f"/classes/{course_id}/roster", "again")


@get("/imports/preview/{run_id:str}", sync_to_thread=True)
def previewed(request: PageRequest, ctx: Ctx, actor: Who, run_id: Id) -> Response[Any]:
    """Show what would happen; until it is known, how far the work is."""
    run = runs.view(ctx, actor, run_id)
    found = rosters.previewed(ctx, actor, run_id) if is_shown(run) else None
    if found is None:
        return progress_page(request, run)
    row = classes.one(ctx, actor, found.course_id)
    return render(request, "classes/import_preview.html", preview=found, row=row)


@post("/imports/preview/{run_id:str}", sync_to_thread=True)
def import_(ctx: Ctx, actor: Who, run_id: Id, form: Sent) -> Redirect:
    """Import what was previewed; an admin can let those go too who are held."""
    return see(f"/imports/{rosters.import_(ctx, actor, run_id, release=form.ticked('release'))}")


@get("/imports/{run_id:str}", sync_to_thread=True)
def details(request: PageRequest, ctx: Ctx, actor: Who, run_id: Id) -> Response[Any]:
    """Show what became of an import; while it goes, how far it is."""
    run = runs.view(ctx, actor, run_id)
    if not is_over(run):
        return progress_page(request, run)
    found = rosters.details(ctx, actor, run_id)
    return render(request, "classes/import_details.html", details=found)


@post("/imports/{run_id:str}/retry", sync_to_thread=True)
def retry(ctx: Ctx, actor: Who, run_id: Id) -> Redirect:
    """Import again only those for whom it failed."""
    return see(f"/imports/{rosters.retry(ctx, actor, run_id)}")


@post("/imports/{run_id:str}/release", sync_to_thread=True)
def release(ctx: Ctx, actor: Who, run_id: Id) -> Redirect:
    """Remove those whose removal was held."""
    return see(f"/imports/{rosters.release(ctx, actor, run_id)}")


ROUTES = (roster, preview, add_again, previewed, import_, details, retry, release)
