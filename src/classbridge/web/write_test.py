"""The page of the write test: what it does is said before anything happens."""

from typing import Any

from litestar import Response, get, post

from classbridge.service import connections, write_test
from classbridge.service.errors import RefusedError
from classbridge.web.given import Ctx, Id, Sent, Who
from classbridge.web.pages import render, see
from classbridge.web.reader import PageRequest, language_of

PAGE = "/admin/sis/{connection_id:str}/write-test"


@get(PAGE, sync_to_thread=True)
def page(request: PageRequest, ctx: Ctx, actor: Who, connection_id: Id) -> Response[bytes]:
    """Choose a class."""
    return _page(request, ctx, actor, connection_id)


@post(PAGE, sync_to_thread=True)
def start(request: PageRequest, ctx: Ctx, actor: Who, connection_id: Id, form: Sent) -> Response[Any]:
    """Write, read back and delete; the run shows how far it is."""
    try:
        run_id = write_test.start(ctx, actor, connection_id, form.text("class_id"))
    except RefusedError as error:
        if not error.field:
            raise
        return _page(request, ctx, actor, connection_id, error.status, error.said, form.text("class_id"))
    return see(f"/runs/{run_id}")


def _page(
    request: PageRequest,
    ctx: Ctx,
    actor: Who,
    connection_id: str,
    status: int = 200,
    said: Any = None,
    entered: str = "",
) -> Response[bytes]:
    return render(
        request,
        "admin/write_test.html",
        status,
        classes=write_test.classes(ctx, actor, connection_id),
        view=connections.view(ctx, actor, connection_id, language_of(request)),
        said=said,
        entered=entered,
    )


ROUTES = (page, start)
