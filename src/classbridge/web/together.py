"""All classes at once: link what is suggested, export what waits."""

from collections.abc import Sequence
from typing import Any

from litestar import Response, get, post

from classbridge.bridge.policy import Actor
from classbridge.service import together
from classbridge.service.context import Context
from classbridge.service.errors import RefusedError
from classbridge.service.together import Started
from classbridge.web.given import Ctx, Sent, Who
from classbridge.web.pages import render, see
from classbridge.web.reader import PageRequest

LINK, EXPORT = "/classes/link-suggested", "/classes/export"


@get(LINK, sync_to_thread=True)
def link_page(request: PageRequest, ctx: Ctx, actor: Who) -> Response[bytes]:
    """Each class beside the section that is suggested for it."""
    return render(request, "classes/link_all.html", found=together.suggested(ctx, actor))


@post(LINK, sync_to_thread=True)
def link_all(request: PageRequest, ctx: Ctx, actor: Who, form: Sent) -> Response[Any]:
    """Link what is ticked; who is refused is told with the reason."""
    ticked = [value.split("|", 2) for value in form.all("classes")]
    wanted = [(one[0], (one[1], one[2])) for one in ticked if len(one) == 3]
    try:
        refused = together.link_all(ctx, actor, wanted)
    except RefusedError as error:
        if not error.field:
            raise
        found = together.suggested(ctx, actor)
        return render(request, "classes/link_all.html", error.status, found=found, said=error.said)
    if refused:
        found = together.suggested(ctx, actor)
        return render(request, "classes/link_all.html", 409, found=found, refused=refused)
    return see("/classes", "linked-all")


@post(EXPORT, sync_to_thread=True)
def preview_all(request: PageRequest, ctx: Ctx, actor: Who) -> Response[Any]:
    """Work out what an export of every waiting class would send."""
    return _begun(request, ctx, actor, together.preview_all(ctx, actor))


@get(EXPORT, sync_to_thread=True)
def export_page(request: PageRequest, ctx: Ctx, actor: Who) -> Response[bytes]:
    """The previews of several classes, or their exports, grouped by class."""
    return render(request, "classes/export_all.html", **_parts(ctx, actor, _run_ids(request)))


@get(EXPORT + "/parts", sync_to_thread=True)
def export_parts(request: PageRequest, ctx: Ctx, actor: Who) -> Response[bytes]:
    """The same, as far as it is: a part of the page, asked for while runs go."""
    return render(request, "classes/_export_all.html", **_parts(ctx, actor, _run_ids(request)))


@post(EXPORT + "/send", sync_to_thread=True)
def export_all(request: PageRequest, ctx: Ctx, actor: Who, form: Sent) -> Response[Any]:
    """Send what was previewed."""
    return _begun(request, ctx, actor, together.export_all(ctx, actor, form.all("run")))


def _begun(request: PageRequest, ctx: Ctx, actor: Actor, started: Started) -> Response[Any]:
    """Go to where the runs are shown; who is refused is told with the reason first."""
    if started.refused:
        shown = _parts(ctx, actor, started.run_ids)
        return render(request, "classes/export_all.html", 409, refused=started.refused, **shown)
    return see(f"{EXPORT}?runs={','.join(started.run_ids)}" if started.run_ids else "/classes")


def _run_ids(request: PageRequest) -> list[str]:
    return [one for one in request.query_params.get("runs", "").split(",") if one]


def _parts(ctx: Context, actor: Actor, run_ids: Sequence[str]) -> dict[str, Any]:
    found = together.parts(ctx, actor, run_ids)
    going = [one for one in found if one.run.may_cancel]
    return {
        "parts": found,
        "going": going,
        "runs": ",".join(run_ids),
        "exporting": bool(found) and all(one.run.kind == "export" for one in found),
        "to_send": sum(one.preview.to_send for one in found if one.preview),
        "sending": [one for one in found if one.preview and one.preview.to_send],
    }


ROUTES = (link_page, link_all, preview_all, export_page, export_parts, export_all)
