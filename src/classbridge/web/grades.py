"""Grades: the page of a class, the preview of an export, the export, its details."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from classbridge.bridge.choices import WorkChoice
from classbridge.bridge.outcome import Code
from classbridge.service import grades, printing, runs, work_settings
from classbridge.service.errors import RefusedError, refuse
from classbridge.service.views import ExportPreview
from classbridge.web.export_answers import answers_of
from classbridge.web.forms import Form
from classbridge.web.given import Ctx, Id, Sent, Who
from classbridge.web.pages import render, see
from classbridge.web.reader import PageRequest
from classbridge.web.runs import is_over, is_shown, progress_page


@get("/classes/{course_id:str}/grades", sync_to_thread=True)
def grades_page(request: PageRequest, ctx: Ctx, actor: Who, course_id: Id) -> Response[bytes]:
    """Students down, assignments across, both sides' grades, from what is stored."""
    return render(request, "classes/grades.html", page=grades.page(ctx, actor, course_id))


@get("/classes/{course_id:str}/grades/print", sync_to_thread=True)
def printable(
    request: PageRequest, ctx: Ctx, actor: Who, course_id: Id, course_work: FromQuery[list[str] | None] = None
) -> Response[bytes]:
    """The grades of all or the chosen assignments, in the order of the SIS's roster."""
    return render(request, "classes/print.html", page=printing.page(ctx, actor, course_id, course_work))


@post("/classes/{course_id:str}/grades", sync_to_thread=True)
def preview(ctx: Ctx, actor: Who, course_id: Id, form: Sent) -> Redirect:
    """Work out what an export of the chosen assignments, or of all, would send."""
    run_id = grades.preview(ctx, actor, course_id, form.all("course_work") or None)
    return see(f"/exports/preview/{run_id}")


@get("/exports/preview/{run_id:str}", sync_to_thread=True)
def previewed(request: PageRequest, ctx: Ctx, actor: Who, run_id: Id) -> Response[Any]:
    """Show what would be sent; until it is known, how far the work is."""
    run = runs.view(ctx, actor, run_id)
    found = grades.previewed(ctx, actor, run_id) if is_shown(run) else None
    if found is None:
        return progress_page(request, run)
    return _preview_page(request, ctx, actor, found)


def _preview_page(
    request: PageRequest, ctx: Ctx, actor: Who, found: ExportPreview, status: int = 200, **wrong: Any
) -> Response[Any]:
    wanted = {item.course_work_id for item in found.assignments}
    settings = {one.course_work_id: one for one in work_settings.of_class(ctx, actor, found.course_id, wanted)}
    return render(request, "classes/export_preview.html", status, preview=found, settings=settings, **wrong)


@post("/exports/preview/{run_id:str}/work", sync_to_thread=True)
def fix(request: PageRequest, ctx: Ctx, actor: Who, run_id: Id, form: Sent) -> Response[Any]:
    """Choose what the SIS gets of an assignment, and preview again; what does not fit is said beside its field."""
    work_id = form.text("course_work")
    try:
        again = work_settings.fix(ctx, actor, run_id, work_id, _choice(form))
    except RefusedError as error:
        found = grades.previewed(ctx, actor, run_id) if error.field else None
        if found is None:
            raise
        wrong = {"said": error.said, "field": error.field, "entered": form, "wrong_work": work_id}
        return _preview_page(request, ctx, actor, found, error.status, **wrong)
    return see(f"/exports/preview/{again}")


def _choice(form: Form) -> WorkChoice:
    """What the form chose; raises `RefusedError` for a due date that is none."""
    if form.text("due_on") and form.day("due_on") is None:
        raise refuse(Code.FIELD_MISSING, field="due_on")
    category, period = form.text("category") or None, form.text("period_id") or None
    return WorkChoice(title=form.text("title"), category=category, due_on=form.day("due_on"), period_id=period)


@post("/exports/preview/{run_id:str}", sync_to_thread=True)
def export(ctx: Ctx, actor: Who, run_id: Id, form: Sent) -> Redirect:
    """Send what was previewed."""
    choices = grades.ExportChoices(
        overwrite=form.text("differing") == "overwrite",
        keep=form.text("differing") == "keep",
        withdraw=form.ticked("withdraw"),
        later=form.ticked("later"),
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


ROUTES = (grades_page, printable, preview, previewed, fix, export, choose_sections, details, retry)
