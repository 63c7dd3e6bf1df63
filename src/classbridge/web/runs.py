"""Runs: progress while one goes, the list, one run, cancelling."""

from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from classbridge.service import previews, runs
from classbridge.service.views import RunView
from classbridge.web.forms import local_path
from classbridge.web.given import Ctx, Id, Sent, Who
from classbridge.web.pages import from_htmx, render, see
from classbridge.web.reader import PageRequest

GOING = frozenset({"queued", "running", "waiting"})
PAGES = {
    "preview-import": "/imports/preview/",
    "import": "/imports/",
    "preview-export": "/exports/preview/",
    "export": "/exports/",
    "preview-undo": "/undos/preview/",
    "undo": "/undos/",
}


def is_over(run: RunView) -> bool:
    """Whether nothing more happens in the run."""
    return run.state not in GOING


def is_shown(run: RunView) -> bool:
    """Whether a preview has come to something that can be shown."""
    return run.state in ("done", "held")


def progress_page(request: PageRequest, run: RunView) -> Response[bytes]:
    """Show how far a run is, or how it ended; the page asks again by itself and moves on when the run is over."""
    if is_over(run):
        return render(request, "runs/run.html", run=run)
    return render(request, "runs/progress.html", run=run)


@get("/runs/{run_id:str}/progress", sync_to_thread=True)
def progress(request: PageRequest, ctx: Ctx, actor: Who, run_id: Id) -> Response[Any]:
    """The bar and its counts: a part of the page. When the run is over the whole page is asked for anew."""
    run = runs.view(ctx, actor, run_id)
    if is_over(run) and from_htmx(request):
        return Response(b"", headers={"hx-redirect": page_of(run)})
    return render(request, "runs/_progress.html", run=run)


@get("/runs/{run_id:str}", sync_to_thread=True)
def run_page(request: PageRequest, ctx: Ctx, actor: Who, run_id: Id) -> Response[Any]:
    """One run: previews, imports and exports have pages of their own."""
    run = runs.view(ctx, actor, run_id)
    return see(page_of(run)) if run.kind in PAGES else progress_page(request, run)


@post("/runs/{run_id:str}/cancel", sync_to_thread=True)
def cancel(ctx: Ctx, actor: Who, run_id: Id, form: Sent) -> Redirect:
    """Stop a run; what is done stays done and is accounted for."""
    runs.cancel(ctx, actor, run_id)
    return see(local_path(form.text("next"), f"/runs/{run_id}"), "cancelled")


@post("/runs/{run_id:str}/again", sync_to_thread=True)
def preview_again(ctx: Ctx, actor: Who, run_id: Id) -> Redirect:
    """Make a preview anew that failed or was cancelled."""
    return see(f"/runs/{previews.again(ctx, actor, run_id)}")


@get("/admin/runs", sync_to_thread=True)
def run_list(request: PageRequest, ctx: Ctx, actor: Who) -> Response[bytes]:
    """Every import, export and sync of the district."""
    return render(
        request, "runs/list.html", listed=runs.page(ctx, actor, cursor=request.query_params.get("cursor"))
    )


def page_of(run: RunView) -> str:
    """Return the address of the page that shows a run."""
    return f"{PAGES.get(run.kind, '/runs/')}{run.id}"


ROUTES = (progress, run_page, cancel, preview_again, run_list)
