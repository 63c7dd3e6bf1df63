"""The teacher's classes: the list, and linking a Classroom class to SIS classes."""

from litestar import Response, get, post
from litestar.response import Redirect

from classbridge.service import classes, linking, new_class, why
from classbridge.web.forms import local_path
from classbridge.web.given import Ctx, Id, Sent, Who
from classbridge.web.pages import render, see
from classbridge.web.reader import PageRequest

PAGE = 50
"""The most classes of a page."""


@get("/classes", sync_to_thread=True)
def class_list(request: PageRequest, ctx: Ctx, actor: Who) -> Response[bytes]:
    """One row a class: its state and the one thing to do next; many classes are several pages."""
    asked = request.query_params
    part = classes.Part(search=asked.get("q", ""), after=asked.get("cursor"), limit=PAGE)
    listed = classes.class_list(ctx, actor, part)
    return render(request, "classes/list.html", listed=listed, search=part.search, whole=listed.total <= PAGE)


@post("/classes/refresh", sync_to_thread=True)
def refresh(ctx: Ctx, actor: Who, form: Sent) -> Redirect:
    """Ask Classroom and the SIS again, for all classes or one; the page goes on showing what is stored."""
    course_id = form.text("course_id") or None
    classes.refresh(ctx, actor, course_id)
    page = f"/classes/{course_id}/grades" if course_id else "/classes"
    return see(local_path(form.text("next"), page), "refreshing")


@post("/classes", sync_to_thread=True)
def create(ctx: Ctx, actor: Who, form: Sent) -> Redirect:
    """Create a Classroom class for SIS classes, linked from the start; what comes next is its roster's preview."""
    course_id = new_class.create(ctx, actor, form.keys("classes"), form.text("name"))
    run_id = new_class.preview_first_import(ctx, actor, course_id)
    return see(f"/imports/preview/{run_id}" if run_id else f"/classes/{course_id}/roster", "created")


@get("/classes/{course_id:str}/link", sync_to_thread=True)
def link_page(request: PageRequest, ctx: Ctx, actor: Who, course_id: Id) -> Response[bytes]:
    """What the class is linked to, and what this reader may link, suggestions first; where there is none, why."""
    page = linking.link_page(ctx, actor, course_id)
    empty = not (page.choices or page.refused or page.blocked)
    answer = why.of_class(ctx, actor, course_id) if empty else None
    return render(request, "classes/link.html", page=page, row=page.row, answer=answer)


@post("/classes/{course_id:str}/link", sync_to_thread=True)
def link(ctx: Ctx, actor: Who, course_id: Id, form: Sent) -> Redirect:
    """Link to the ticked SIS classes and to no others."""
    removed = linking.link(ctx, actor, course_id, form.keys("classes"))
    return see(f"/classes/{course_id}/roster", "link-changed" if removed else "linked")


@post("/classes/{course_id:str}/unlink", sync_to_thread=True)
def unlink(ctx: Ctx, actor: Who, course_id: Id) -> Redirect:
    """Remove the link; nothing changes in Classroom or in the SIS."""
    linking.unlink(ctx, actor, course_id)
    return see("/classes", "unlinked")


ROUTES = (class_list, refresh, create, link_page, link, unlink)
