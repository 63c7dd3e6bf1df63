"""Why can't this teacher see this class? For the admin about anybody, for a teacher about themselves."""

from litestar import Response, get, post

from classbridge.service import why
from classbridge.web.given import Ctx, Sent, Who
from classbridge.web.pages import render
from classbridge.web.reader import PageRequest


@get("/admin/why", sync_to_thread=True)
def question(request: PageRequest, actor: Who) -> Response[bytes]:
    """One box: whom it is about and, if it is about a certain class, which."""
    why.may_ask(actor)
    return render(request, "admin/why.html", answer=None)


@post("/admin/why", sync_to_thread=True)
def answer(request: PageRequest, ctx: Ctx, actor: Who, form: Sent) -> Response[bytes]:
    """What is in the way, and who puts it right. A POST: no address shall stay in a history or a log."""
    found = why.ask(ctx, actor, form.text("email"), form.text("wanted"))
    return render(request, "admin/why.html", answer=found)


@get("/classes/missing", sync_to_thread=True)
def missing(request: PageRequest, ctx: Ctx, actor: Who) -> Response[bytes]:
    """The same looked at for the reader: why a class is not in their list."""
    return render(request, "classes/missing.html", answer=why.own(ctx, actor))


ROUTES = (question, answer, missing)
