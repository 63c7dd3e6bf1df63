"""To whom the teacher functions are open: the licence policy with its lists, and the pilot."""

from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from classbridge.service import licences, pilot
from classbridge.service.errors import RefusedError
from classbridge.service.licences import ListReport
from classbridge.web.forms import Form
from classbridge.web.given import Ctx, Sent, Who
from classbridge.web.pages import render, see
from classbridge.web.reader import PageRequest
from classbridge.web.words import people as people_words

LICENCES = "/admin/licences"
PILOT = "/admin/pilot"


@get(LICENCES, sync_to_thread=True)
def licence_page(request: PageRequest, ctx: Ctx, actor: Who) -> Response[bytes]:
    """The policy, who has a licence, and which teachers have none; `q` is a part of an address."""
    return _licences(request, ctx, actor)


@post(LICENCES, sync_to_thread=True)
def licence_policy(ctx: Ctx, actor: Who, form: Sent) -> Redirect:
    """Switch the policy off, or on with the chosen source."""
    run_id = licences.set_source(ctx, actor, form.text("source"))
    return see(f"/runs/{run_id}") if run_id else see(LICENCES, "licences")


@post(LICENCES + "/list", sync_to_thread=True)
def licence_list(request: PageRequest, ctx: Ctx, actor: Who, form: Sent) -> Response[Any]:
    """Upload a list; the answer names the rows that were left out."""
    try:
        report = licences.upload(ctx, actor, form.upload("list") or form.text("list_text").encode())
    except RefusedError as error:
        if not error.field:
            raise
        return _licences(request, ctx, actor, error.status, said=error.said, field=error.field)
    return _licences(request, ctx, actor, report=report)


@post(LICENCES + "/read", sync_to_thread=True)
def licence_read(ctx: Ctx, actor: Who) -> Redirect:
    """Read the licences from Google now."""
    return see(f"/runs/{licences.read(ctx, actor)}")


def _licences(
    request: PageRequest,
    ctx: Ctx,
    actor: Who,
    status: int = 200,
    *,
    report: ListReport | None = None,
    said: Any = None,
    field: str = "",
) -> Response[bytes]:
    search = request.query_params.get("q", "").strip()
    return render(
        request,
        "admin/licences.html",
        status,
        view=licences.view(ctx, actor),
        page=licences.holders(ctx, actor, search=search, after=request.query_params.get("cursor")),
        search=search,
        sources=people_words.LICENCE_SOURCES,
        reasons=people_words.ROW_REASONS,
        report=report,
        said=said,
        field=field,
    )


@get(PILOT, sync_to_thread=True)
def pilot_page(request: PageRequest, ctx: Ctx, actor: Who) -> Response[bytes]:
    """Whether the functions are open to all, and the group."""
    return render(request, "admin/pilot.html", view=pilot.view(ctx, actor))


@post(PILOT, sync_to_thread=True)
def pilot_save(request: PageRequest, ctx: Ctx, actor: Who, form: Sent) -> Response[Any]:
    """Save the group, and open the functions to it only or to all; what does not fit is said beside its field."""
    running = form.text("open_to") == "group"
    try:
        pilot.save(ctx, actor, running=running, teachers=_named(form), schools=form.keys("schools"))
    except RefusedError as error:
        if not error.field:
            raise
        wrong = {"said": error.said, "field": error.field, "entered": form.text("teachers"), "running": running}
        return render(request, "admin/pilot.html", error.status, view=pilot.view(ctx, actor), **wrong)
    return see(PILOT, "pilot-on" if running else "pilot-off")


def _named(form: Form) -> list[str]:
    """The addresses in a box, one a row or with commas, semicolons or spaces between."""
    return form.text("teachers").replace(",", " ").replace(";", " ").split()


ROUTES = (licence_page, licence_policy, licence_list, licence_read, pilot_page, pilot_save)
