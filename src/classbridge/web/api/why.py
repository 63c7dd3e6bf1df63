"""Why can't this teacher see this class?"""

from litestar import get, post
from litestar.params import JSONBody
from msgspec import Struct

from classbridge.service import why
from classbridge.service.why import Why
from classbridge.web.given import Ctx, Who


class Question(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A teacher's e-mail address and, where it is about one, a class's id, SIS code or whole name."""

    email: str
    wanted: str = ""


@post("/why", sync_to_thread=True, status_code=200)
def ask(ctx: Ctx, actor: Who, data: JSONBody[Question]) -> Why:
    """Say what keeps a teacher from seeing a class, and everything that was looked at."""
    return why.ask(ctx, actor, data.email, data.wanted)


@get("/me/why", sync_to_thread=True)
def own(ctx: Ctx, actor: Who) -> Why:
    """Say the same for whoever asks."""
    return why.own(ctx, actor)


ROUTES = (ask, own)
