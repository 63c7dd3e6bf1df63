"""Runs and the audit log."""

from litestar import get, post

from classbridge.service import audit, runs
from classbridge.service.views import RunView
from classbridge.store.audit import Event
from classbridge.web.api.shapes import Cursor, Limit, Listed
from classbridge.web.given import Asked, Ctx, Id, Who


@get("/runs", sync_to_thread=True)
def run_list(
    ctx: Ctx, actor: Who, course_id: Asked = None, cursor: Cursor = None, limit: Limit = 50
) -> Listed[RunView]:
    """List runs, newest first: of a class, or of the district."""
    page = runs.page(ctx, actor, course_id=course_id, cursor=cursor, limit=limit)
    return Listed(page.items, page.next)


@get("/runs/{run_id:str}", sync_to_thread=True)
def run(ctx: Ctx, actor: Who, run_id: Id) -> RunView:
    """Give a run as it stands."""
    return runs.view(ctx, actor, run_id)


@post("/runs/{run_id:str}/cancel", sync_to_thread=True, status_code=200)
def cancel(ctx: Ctx, actor: Who, run_id: Id) -> RunView:
    """Stop a run; what is done stays done."""
    return runs.cancel(ctx, actor, run_id)


@get("/audit", sync_to_thread=True)
def audit_page(ctx: Ctx, actor: Who, cursor: Cursor = None, limit: Limit = 50) -> Listed[Event]:
    """List who did what, newest first."""
    page = audit.events(ctx, actor, cursor, limit=limit)
    return Listed(page.items, page.next)


ROUTES = (run_list, run, cancel, audit_page)
