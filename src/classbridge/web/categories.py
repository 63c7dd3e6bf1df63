"""A class's grade categories: which of the SIS's each of Classroom's goes into."""

from typing import Any

from litestar import Response, get, post

from classbridge.service import categories
from classbridge.service.errors import RefusedError
from classbridge.web.given import Ctx, Id, Sent, Who
from classbridge.web.pages import render, see
from classbridge.web.reader import PageRequest

ONE = "/classes/{course_id:str}/categories"
PAGE = "classes/categories.html"


@get(ONE, sync_to_thread=True)
def category_page(request: PageRequest, ctx: Ctx, actor: Who, course_id: Id) -> Response[bytes]:
    """Classroom's categories, the SIS's beside each, and the default."""
    return render(request, PAGE, view=categories.of_class(ctx, actor, course_id))


@post(ONE, sync_to_thread=True)
def category_save(request: PageRequest, ctx: Ctx, actor: Who, course_id: Id, form: Sent) -> Response[Any]:
    """Keep the whole mapping; a category that has gone meanwhile is said above it."""
    mapping = dict(zip(form.all("name"), form.all("category"), strict=False))
    try:
        categories.save(ctx, actor, course_id, mapping, form.text("default"))
    except RefusedError as error:
        if not error.field:
            raise
        view = categories.of_class(ctx, actor, course_id)
        return render(request, PAGE, error.status, view=view, said=error.said)
    return see(f"/classes/{course_id}/categories", "categories")


ROUTES = (category_page, category_save)
