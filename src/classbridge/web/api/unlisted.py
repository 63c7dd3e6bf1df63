"""SIS that are not listed: what a district wants, its check and report, its connection."""

from litestar import Response, delete, get, post, put
from litestar.params import JSONBody
from msgspec import Struct

from classbridge.oneroster.conformance import Report
from classbridge.service import unlisted
from classbridge.service.unlisted import Entries, Interest, Unlisted
from classbridge.web.api.shapes import Accepted, Listed, accepted
from classbridge.web.given import Ctx, Id, Who

ONE = "/unlisted-sis/{unlisted_id:str}"


class Connected(Struct, frozen=True, kw_only=True):
    """The connection that was made of one."""

    connection_id: str


@get("/unlisted-sis", sync_to_thread=True)
def every(ctx: Ctx, actor: Who) -> Listed[Unlisted]:
    """List all that the district wants, newest first."""
    return Listed(list(unlisted.every(ctx, actor)), None)


@post("/unlisted-sis", sync_to_thread=True)
def begin(ctx: Ctx, actor: Who, data: JSONBody[Interest]) -> Unlisted:
    """Note that a SIS is wanted."""
    return unlisted.one(ctx, actor, unlisted.begin(ctx, actor, data))


@get(ONE, sync_to_thread=True)
def one(ctx: Ctx, actor: Who, unlisted_id: Id) -> Unlisted:
    """Give one of them, with the last check's run and report."""
    return unlisted.one(ctx, actor, unlisted_id)


@put(ONE, sync_to_thread=True)
def change(ctx: Ctx, actor: Who, unlisted_id: Id, data: JSONBody[Interest]) -> Unlisted:
    """Say otherwise which SIS is wanted."""
    unlisted.change(ctx, actor, unlisted_id, data)
    return unlisted.one(ctx, actor, unlisted_id)


@post(ONE + "/checks", sync_to_thread=True, status_code=202)
def check(ctx: Ctx, actor: Who, unlisted_id: Id, data: JSONBody[Entries]) -> Response[Accepted]:
    """Keep the entries and check the SIS; what is left empty stays as it is kept."""
    return accepted(unlisted.check(ctx, actor, unlisted_id, data))


@get(ONE + "/report", sync_to_thread=True)
def report(ctx: Ctx, actor: Who, unlisted_id: Id) -> Report:
    """Give the report card of the last check."""
    return unlisted.report(ctx, actor, unlisted_id)


@post(ONE + "/connection", sync_to_thread=True)
def connect(ctx: Ctx, actor: Who, unlisted_id: Id) -> Connected:
    """Make a generic connection of one that fits; again it answers the same."""
    return Connected(connection_id=unlisted.connect(ctx, actor, unlisted_id))


@delete(ONE, sync_to_thread=True)
def remove(ctx: Ctx, actor: Who, unlisted_id: Id) -> None:
    """Forget one, its key and its report."""
    unlisted.remove(ctx, actor, unlisted_id)


ROUTES = (every, begin, one, change, check, report, connect, remove)
