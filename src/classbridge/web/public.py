"""The front page's choice by role, the status of supported SIS, help."""

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.response import Redirect

from classbridge.bridge.policy import Role
from classbridge.service import choices, connections, steps
from classbridge.web.given import Ctx, Id, Who
from classbridge.web.pages import render, see
from classbridge.web.reader import PageRequest, language_of
from classbridge.web.security import PUBLIC


@get("/", sync_to_thread=True)
def front(actor: Who) -> Redirect:
    """Go to the pages of the reader's role."""
    return see("/admin" if actor.roles & {Role.ADMIN, Role.AUDITOR} else "/classes")


@get("/status", opt=PUBLIC, sync_to_thread=True)
def status(request: PageRequest, ctx: Ctx) -> Response[bytes]:
    """Each supported SIS and who may use it; open to everybody."""
    return render(request, "status.html", choices=connections.choices(ctx, None, language_of(request)))


@get("/status/{vendor:str}", opt=PUBLIC, sync_to_thread=True)
def sis_page(request: PageRequest, vendor: Id) -> Response[bytes]:
    """All that is known of one SIS: who may use it, its steps, its facts with their sources."""
    known = choices.everything(vendor, language_of(request))
    if known is None:
        raise NotFoundException
    return render(request, "sis.html", known=known)


@get("/steps/{token:str}", opt=PUBLIC, sync_to_thread=True)
def steps_page(request: PageRequest, ctx: Ctx, token: Id) -> Response[bytes]:
    """The steps in a SIS's own menus, for whoever was sent the link."""
    found = steps.shown(ctx, token, language_of(request))
    if found is None:
        raise NotFoundException
    return render(request, "steps.html", steps=found)


@get("/help", opt=PUBLIC, sync_to_thread=True)
def help_page(request: PageRequest) -> Response[bytes]:
    """The short help."""
    return render(request, "help.html")


ROUTES = (front, status, sis_page, help_page, steps_page)
