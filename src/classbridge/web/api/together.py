"""All of a teacher's classes at once."""

from litestar import Response, get, post
from litestar.params import JSONBody
from msgspec import Struct

from classbridge.service import together
from classbridge.service.together import Refused, Started, SuggestedLink
from classbridge.web.api.shapes import Listed
from classbridge.web.given import Ctx, Who


class Link(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A class and the section that it is to be linked to."""

    course_id: str
    connection_id: str
    class_id: str


class Links(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Several at once."""

    links: list[Link]


class Previews(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The runs of previews that are to be sent."""

    preview_run_ids: list[str]


@get("/suggested-links", sync_to_thread=True)
def suggested(ctx: Ctx, actor: Who) -> Listed[SuggestedLink]:
    """List the classes that are not linked, each with the section that is suggested."""
    return Listed(together.suggested(ctx, actor))


@post("/links", sync_to_thread=True, status_code=200)
def link_all(ctx: Ctx, actor: Who, data: JSONBody[Links]) -> Listed[Refused]:
    """Link several classes; answers those that were refused, with the reason."""
    wanted = [(one.course_id, (one.connection_id, one.class_id)) for one in data.links]
    return Listed(together.link_all(ctx, actor, wanted))


@post("/export-previews", sync_to_thread=True)
def preview_all(ctx: Ctx, actor: Who) -> Response[Started]:
    """Work out what an export of every class with waiting grades would send; follow each run at its address."""
    return Response(together.preview_all(ctx, actor), status_code=202)


@post("/exports-together", sync_to_thread=True)
def export_all(ctx: Ctx, actor: Who, data: JSONBody[Previews]) -> Response[Started]:
    """Send what was previewed, overwriting and taking back nothing; follow each run at its address."""
    return Response(together.export_all(ctx, actor, data.preview_run_ids), status_code=202)


ROUTES = (suggested, link_all, preview_all, export_all)
