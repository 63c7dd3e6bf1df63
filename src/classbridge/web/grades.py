"""Grades: the page of a class, the preview of an export, the export, its details."""

from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from classbridge.service import grades, runs
from classbridge.web.export_answers import answers_of
from classbridge.web.given import Ctx, Id, Sent, Who
from classbridge.web.pages import render, see
from classbridge.web.reader import PageRequest
from classbridge.web.runs import is_over, progress_page


@get("/classes/{course_id:str}/grades", sync_to_thread=True)
def grades_page(request: PageRequest, ctx: Ctx, actor: Who, course_id: Id) -> Response[bytes]:
    """Students down, assignments across, both sides' grades, from what is stored."""
    return render(request, "classes/grades.html", page=grades.page(ctx, actor, course_id))


@post("/classes/{course_id:str}/grades", sync_to_thread=True)
def preview(ctx: Ctx, actor: Who, course_id: Id, form: Sent) -> Redirect:
    """Work out what an export of the chosen assignments, or of all, would send."""
    run_id = grades.preview(ctx, actor, course_id, form.all("course_work") or None)
    return see(f"/exports/preview/{run_id}")


@get("/exports/preview/{run_id:str}", sync_to_thread=True)
def previewed(request: PageRequest, ctx: Ctx, actor: Who, run_id: Id) -> Response[Any]:
    """Show what would be sent; until it is known, how far the work is."""
    found = grades.previewed(ctx, actor, run_id)
    if found is None:
        return progress_page(request, runs.view(ctx, actor, run_id))
    return render(request, "classes/export_preview.html", preview=found)


@post("/exports/preview/{run_id:str}", sync_to_thread=True)
def export(ctx: Ctx, actor: Who, run_id: Id, form: Sent) -> Redirect:
    """Send what was previewed."""
    choices = grades.ExportChoices(
        overwrite=form.text("differing") == "overwrite",
        keep=form.text("differing") == "keep",
        withdraw=form.ticked("withdraw"),
        answers=answers_of(form),
    )
    return see(f"/exports/{grades.export(ctx, actor, run_id, choices)}")


@post("/exports/preview/{run_id:str}/sections", sync_to_thread=True)
def choose_sections(ctx: Ctx, actor: Who, run_id: Id, form: Sent) -> Redirect:
    """Keep which section each student is in, and preview anew."""
    chosen = [(user_id, section) for user_id, section in form.keys("section") if section]
    return see(f"/exports/preview/{grades.choose_sections(ctx, actor, run_id, chosen)}")


@get("/exports/{run_id:str}", sync_to_thread=True)
def details(request: PageRequest, ctx: Ctx, actor: Who, run_id: Id) -> Response[Any]:
    """Show what became of every grade; while it goes, how far it is."""
    run = runs.view(ctx, actor, run_id)
    if not is_over(run):
        return progress_page(request, run)
    return render(request, "classes/export_details.html", details=grades.details(ctx, actor, run_id))


@post("/exports/{run_id:str}/retry", sync_to_thread=True)
def retry(ctx: Ctx, actor: Who, run_id: Id) -> Redirect:
    """Send again only what failed."""
    return see(f"/exports/{grades.retry(ctx, actor, run_id)}")


ROUTES = (grades_page, preview, previewed, export, choose_sections, details, retry)
