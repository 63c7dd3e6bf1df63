"""Undoing an export, and letting held withdrawals go."""

from litestar import Response, get, post
from litestar.params import JSONBody
from msgspec import Struct

from classbridge.service import releasing, undo
from classbridge.service.views import HeldWithdrawals, UndoDetails, UndoPreview
from classbridge.web.api.shapes import Accepted, accepted
from classbridge.web.given import Ctx, Id, Who


class UndoRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The preview to undo by."""

    preview_run_id: str


class Release(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The number of grades that are taken back: as many as the preview holds."""

    count: int


@post("/exports/{run_id:str}/undo-previews", sync_to_thread=True, status_code=202)
def undo_preview(ctx: Ctx, actor: Who, run_id: Id) -> Response[Accepted]:
    """Work out what an undo of an export would put back."""
    return accepted(undo.preview(ctx, actor, run_id))


@get("/undo-previews/{run_id:str}", sync_to_thread=True)
def undo_previewed(ctx: Ctx, actor: Who, run_id: Id) -> UndoPreview | None:
    """Give an undo's preview; null while it is worked out."""
    return undo.previewed(ctx, actor, run_id)


@post("/undos", sync_to_thread=True, status_code=202)
def undo_it(ctx: Ctx, actor: Who, data: JSONBody[UndoRequest]) -> Response[Accepted]:
    """Put back what was previewed."""
    return accepted(undo.undo(ctx, actor, data.preview_run_id))


@get("/undos/{run_id:str}", sync_to_thread=True)
def undo_details(ctx: Ctx, actor: Who, run_id: Id) -> UndoDetails:
    """Give what became of each grade of an undo."""
    return undo.details(ctx, actor, run_id)


@get("/export-previews/{run_id:str}/held-withdrawals", sync_to_thread=True)
def held_withdrawals(ctx: Ctx, actor: Who, run_id: Id) -> HeldWithdrawals:
    """Give each grade whose withdrawal is held."""
    return releasing.view(ctx, actor, run_id)


@post("/export-previews/{run_id:str}/held-withdrawals", sync_to_thread=True, status_code=202)
def release(ctx: Ctx, actor: Who, run_id: Id, data: JSONBody[Release]) -> Response[Accepted]:
    """Take back what is held all the same; for an admin."""
    return accepted(releasing.release(ctx, actor, run_id, data.count))


ROUTES = (undo_preview, undo_previewed, undo_it, undo_details, held_withdrawals, release)
