"""Connecting a SIS, step by step: Classroom, the SIS's own menus, credentials, authorize, data exchange."""

from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.response import Redirect

from classbridge.service import connections, licences, packages, steps
from classbridge.service.errors import RefusedError
from classbridge.web.given import Ctx, Id, Sent, Who
from classbridge.web.pages import render, see
from classbridge.web.reader import PageRequest, language_of

STEPS = ("classroom", "checklist", "credentials", "authorize", "data")


@get("/admin/sis/{connection_id:str}/setup/{step:str}", sync_to_thread=True)
def step_page(request: PageRequest, ctx: Ctx, actor: Who, connection_id: Id, step: Id) -> Response[Any]:
    """Show one step. Reloading resumes and repeats nothing."""
    if step not in STEPS:
        raise NotFoundException
    view = connections.view(ctx, actor, connection_id, language_of(request))
    if view.state == "disconnected":
        return see(f"/admin/sis/{connection_id}")
    home = connections.home(ctx, actor, language_of(request))
    return render(
        request,
        f"admin/step_{step}.html",
        view=view,
        home=home,
        step=step,
        rule=licences.rule(ctx, actor),
        steps_link=steps.link(ctx, actor, connection_id),
        packages=packages.listed(ctx, actor, connection_id) if view.choice.reach == "package" else (),
        entered=None,
        said=None,
        field="",
    )


@post("/admin/sis/{connection_id:str}/credentials", sync_to_thread=True)
def credentials_send(request: PageRequest, ctx: Ctx, actor: Who, connection_id: Id, form: Sent) -> Response[Any]:
    """Keep the entries, the secret sealed. What cannot be read is said beside its field; nothing is lost."""
    shown = connections.view(ctx, actor, connection_id, language_of(request))
    entered = connections.CredentialsForm(
        base_url=_changed(form, "base_url", shown.base_url or shown.choice.base_url_fixed),
        key=form.text("key"),
        secret=form.text("secret"),
        token_url=_changed(form, "token_url", shown.token_url),
        extra_header=form.text("extra_header"),
        support_consent=form.ticked("support_consent"),
        effective_on=form.day("effective_on"),
        expires_on=form.day("expires_on"),
        pasted=form.text("pasted"),
    )
    try:
        connections.save_credentials(ctx, actor, connection_id, entered)
    except RefusedError as error:
        view = connections.view(ctx, actor, connection_id, language_of(request))
        return render(
            request,
            "admin/step_credentials.html",
            error.status,
            view=view,
            home=connections.home(ctx, actor, language_of(request)),
            step="credentials",
            entered=entered,
            said=error.said,
            field=error.field,
        )
    return see(f"/admin/sis/{connection_id}/setup/authorize", "credentials")


def _changed(form: Sent, name: str, shown: str | None) -> str:
    """Return a field unless it is as the form showed it: what is pasted or derived anew goes before that."""
    return "" if form.text(name) == shown else form.text(name)


@post("/admin/sis/{connection_id:str}/authorize", sync_to_thread=True)
def authorize(ctx: Ctx, actor: Who, connection_id: Id) -> Redirect:
    """Prove the connection; the page shows each proof as it is done."""
    connections.authorize(ctx, actor, connection_id)
    return see(f"/admin/sis/{connection_id}/setup/authorize")


@get("/admin/sis/{connection_id:str}/proof", sync_to_thread=True)
def proof(request: PageRequest, ctx: Ctx, actor: Who, connection_id: Id) -> Response[bytes]:
    """The proofs so far: a part of the page, asked for while they run."""
    view = connections.view(ctx, actor, connection_id, language_of(request))
    return render(request, "admin/_proof.html", view=view)


@post("/admin/sis/{connection_id:str}/data", sync_to_thread=True)
def data_send(ctx: Ctx, actor: Who, connection_id: Id, form: Sent) -> Redirect:
    """Confirm which kinds of data may be exchanged."""
    connections.confirm_data(ctx, actor, connection_id, form.all("kinds"))
    return see(f"/admin/sis/{connection_id}", "data")


ROUTES = (step_page, credentials_send, authorize, proof, data_send)
