"""Connecting the district's Classroom: key, scopes to delegate, test."""

from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from classbridge.service import google
from classbridge.service.errors import RefusedError
from classbridge.web.given import Ctx, Sent, Who
from classbridge.web.pages import render, see
from classbridge.web.reader import PageRequest
from classbridge.web.words import google as google_words

PAGE = "/admin/google"


@get(PAGE, sync_to_thread=True)
def page(request: PageRequest, ctx: Ctx, actor: Who) -> Response[bytes]:
    """What is in force, what was entered, what the test found."""
    return _page(request, google.view(ctx, actor))


@post(PAGE, sync_to_thread=True)
def save(request: PageRequest, ctx: Ctx, actor: Who, form: Sent) -> Response[Any]:
    """Keep the entries, the key sealed; what does not fit is said beside its field."""
    entered = google.GoogleForm(
        key_file=form.upload("key_file") or form.text("key_text"), admin_email=form.text("admin_email")
    )
    try:
        google.save(ctx, actor, entered)
    except RefusedError as error:
        shown = google.view(ctx, actor)
        return _page(request, shown, error.status, said=error.said, field=error.field, email=entered.admin_email)
    return see(PAGE, "google-saved")


@post(PAGE + "/test", sync_to_thread=True)
def test(ctx: Ctx, actor: Who) -> Redirect:
    """Test the entries; the page shows each proof as it is done."""
    google.test(ctx, actor)
    return see(PAGE + "#proof")


@post(PAGE + "/sandbox", sync_to_thread=True)
def sandbox(ctx: Ctx, actor: Who) -> Redirect:
    """Connect the sandbox's Classroom with one click."""
    google.connect_sandbox(ctx, actor)
    return see(PAGE + "#proof")


@get(PAGE + "/proof", sync_to_thread=True)
def proof(request: PageRequest, ctx: Ctx, actor: Who) -> Response[bytes]:
    """The proofs so far: a part of the page, asked for while they run."""
    return render(request, "admin/_google_proof.html", view=google.view(ctx, actor), names=google_words.PROOFS)


@get(PAGE + "/remove", sync_to_thread=True)
def remove_page(request: PageRequest, ctx: Ctx, actor: Who) -> Response[bytes]:
    """The consequences, before anything happens."""
    return render(request, "admin/google_remove.html", removal=google.removal(ctx, actor))


@post(PAGE + "/remove", sync_to_thread=True)
def remove(ctx: Ctx, actor: Who) -> Redirect:
    """Remove the connection: the key is destroyed, links and exported grades stay."""
    google.remove(ctx, actor)
    return see(PAGE, "google-removed")


def _page(
    request: PageRequest,
    view: google.GoogleView,
    status: int = 200,
    *,
    said: Any = None,
    field: str = "",
    email: str = "",
) -> Response[bytes]:
    return render(
        request,
        "admin/google.html",
        status,
        view=view,
        names=google_words.PROOFS,
        uses=google_words.SCOPE_USES,
        said=said,
        field=field,
        email=email or view.admin_email,
    )


ROUTES = (page, save, test, sandbox, proof, remove_page, remove)
