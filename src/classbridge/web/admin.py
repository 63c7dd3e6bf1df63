"""The admin's pages: overview, the connections' cards, disconnecting, audit."""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.response import Redirect

from classbridge.service import audit, connections, keys, runs
from classbridge.service import overview as overviews
from classbridge.service import support as support_service
from classbridge.service.overview import Day
from classbridge.service.views import ConnectionView
from classbridge.web.given import Ctx, Id, Sent, Who
from classbridge.web.pages import render, see
from classbridge.web.plots import Plot, plot
from classbridge.web.reader import PageRequest, language_of

LATEST = 6
"""How many runs the overview shows."""


@get("/admin", sync_to_thread=True)
def overview(request: PageRequest, ctx: Ctx, actor: Who) -> Response[bytes]:
    """The connection in one sentence, and what needs someone."""
    home = connections.home(ctx, actor, language_of(request))
    latest = runs.page(ctx, actor, limit=LATEST).items
    now = overviews.view(ctx, actor)
    return render(request, "admin/overview.html", home=home, latest=latest, now=now, plots=_plots(now.days))


def _plots(days: Sequence[Day]) -> dict[str, Plot]:
    """The columns of the last days as bars."""
    labels = [one.day.isoformat() for one in days]
    return {
        "runs": plot(labels, [one.runs for one in days]),
        "records": plot(labels, [one.records for one in days]),
        "median": plot(labels, [one.median or 0 for one in days]),
        "failures": plot(labels, [one.failures for one in days]),
    }


@get("/admin/sis", sync_to_thread=True)
def sis_list(request: PageRequest, ctx: Ctx, actor: Who) -> Response[bytes]:
    """The connections, and every SIS that can be connected with who may use it."""
    choices = connections.choices(ctx, actor, language_of(request))
    return render(
        request, "admin/sis.html", home=connections.home(ctx, actor, language_of(request)), choices=choices
    )


@post("/admin/sis", sync_to_thread=True)
def sis_start(ctx: Ctx, actor: Who, form: Sent) -> Redirect:
    """Begin to connect a SIS."""
    connection_id = connections.start(ctx, actor, form.text("vendor"), form.text("version"))
    return see(f"/admin/sis/{connection_id}/setup/classroom")


@get("/admin/sis/{connection_id:str}", sync_to_thread=True)
def card(request: PageRequest, ctx: Ctx, actor: Who, connection_id: Id) -> Response[Any]:
    """A connection's card; one that is not finished goes on in the wizard."""
    view = connections.view(ctx, actor, connection_id, language_of(request))
    if view.state == "draft":
        return see(f"/admin/sis/{connection_id}/setup/{_step(view)}")
    return render(request, "admin/connection.html", view=view)


def _step(view: ConnectionView) -> str:
    """Where connecting goes on."""
    if view.key_kept:
        return "authorize"
    return "credentials" if view.package_came else "classroom"


@post("/admin/sis/{connection_id:str}/support", sync_to_thread=True)
def support(ctx: Ctx, actor: Who, connection_id: Id, form: Sent) -> Redirect:
    """Share the domain name with the SIS vendor, or stop; saved at once."""
    on = form.ticked("on")
    connections.set_support(ctx, actor, connection_id, on)
    return see(f"/admin/sis/{connection_id}", "support-on" if on else "support-off")


@post("/admin/sis/{connection_id:str}/keys/{key_id:str}/remove", sync_to_thread=True)
def key_remove(ctx: Ctx, actor: Who, connection_id: Id, key_id: Id) -> Redirect:
    """Destroy one of several keys."""
    keys.remove(ctx, actor, connection_id, key_id)
    return see(f"/admin/sis/{connection_id}", "key-removed")


@get("/admin/sis/{connection_id:str}/support-bundle.json", sync_to_thread=True)
def support_bundle(ctx: Ctx, actor: Who, connection_id: Id) -> Response[bytes]:
    """Diagnostics to hand to the SIS vendor, as a file."""
    content = msgspec.json.format(msgspec.json.encode(support_service.bundle(ctx, actor, connection_id)), indent=2)
    headers = {"content-disposition": 'attachment; filename="classbridge-support.json"'}
    return Response(content, media_type="application/json", headers=headers)


@get("/admin/sis/{connection_id:str}/disconnect", sync_to_thread=True)
def disconnect_page(request: PageRequest, ctx: Ctx, actor: Who, connection_id: Id) -> Response[bytes]:
    """The consequences, before anything happens."""
    view = connections.view(ctx, actor, connection_id, language_of(request))
    return render(request, "admin/disconnect.html", view=view)


@post("/admin/sis/{connection_id:str}/disconnect", sync_to_thread=True)
def disconnect(ctx: Ctx, actor: Who, connection_id: Id) -> Redirect:
    """Disconnect: the credentials are destroyed, links and exported grades stay."""
    connections.disconnect(ctx, actor, connection_id)
    return see(f"/admin/sis/{connection_id}", "disconnected")


@get("/admin/audit", sync_to_thread=True)
def audit_page(request: PageRequest, ctx: Ctx, actor: Who) -> Response[bytes]:
    """Who did what, when, to what, from where."""
    events = audit.events(ctx, actor, request.query_params.get("cursor"))
    return render(request, "admin/audit.html", page=events, names=audit.names(ctx, actor, events.items))


ROUTES = (
    overview,
    sis_list,
    sis_start,
    card,
    support,
    support_bundle,
    key_remove,
    disconnect_page,
    disconnect,
    audit_page,
)
