"""The licence policy with its lists, and the pilot."""

from typing import Annotated

from litestar import Response, get, post, put
from litestar.params import JSONBody
from msgspec import Meta, Struct

from classbridge.service import licences, pilot
from classbridge.service.licences import Holder, LicencesView, ListReport
from classbridge.service.pilot import PilotView
from classbridge.web.api.shapes import Accepted, Cursor, Limit, Listed, accepted
from classbridge.web.given import Asked, Ctx, Who


class LicencePolicy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where licences are known from: off, google or list. Off: nobody needs one."""

    source: str


class LicenceList(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A list as CSV text with a column of addresses; it takes the place of the one before."""

    csv: Annotated[str, Meta(min_length=1)]


class School(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A school of a connection's SIS, by its sourcedId."""

    connection_id: str
    org_id: str


class PilotGroup(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether the functions are open to the group only, and the whole group: addresses and schools."""

    running: bool
    teachers: list[str] = []
    schools: list[School] = []


@get("/licences", sync_to_thread=True)
def licence_view(ctx: Ctx, actor: Who) -> LicencesView:
    """Give the policy, and what is known of the licences."""
    return licences.view(ctx, actor)


@get("/licences/holders", sync_to_thread=True)
def licence_holders(
    ctx: Ctx, actor: Who, search: Asked = None, cursor: Cursor = None, limit: Limit = 50
) -> Listed[Holder]:
    """List those with a licence; `search` is a part of the address."""
    page = licences.holders(ctx, actor, search=search or "", after=cursor, limit=limit)
    return Listed(page.items, page.next)


@put("/licences", sync_to_thread=True)
def licence_policy(ctx: Ctx, actor: Who, data: JSONBody[LicencePolicy]) -> LicencesView:
    """Switch the policy off, or on with its source; with Google the licences are read."""
    licences.set_source(ctx, actor, data.source)
    return licences.view(ctx, actor)


@put("/licences/list", sync_to_thread=True)
def licence_list(ctx: Ctx, actor: Who, data: JSONBody[LicenceList]) -> ListReport:
    """Upload a list and make it the source; the answer names the rows that were left out."""
    return licences.upload(ctx, actor, data.csv.encode())


@post("/licences/readings", sync_to_thread=True, status_code=202)
def licence_read(ctx: Ctx, actor: Who) -> Response[Accepted]:
    """Read the licences from Google."""
    return accepted(licences.read(ctx, actor))


@get("/pilot", sync_to_thread=True)
def pilot_view(ctx: Ctx, actor: Who) -> PilotView:
    """Give the pilot and its group."""
    return pilot.view(ctx, actor)


@put("/pilot", sync_to_thread=True)
def pilot_save(ctx: Ctx, actor: Who, data: JSONBody[PilotGroup]) -> PilotView:
    """Have exactly this group, and open the functions to it only or to all."""
    schools = [(one.connection_id, one.org_id) for one in data.schools]
    pilot.save(ctx, actor, running=data.running, teachers=data.teachers, schools=schools)
    return pilot.view(ctx, actor)


ROUTES = (licence_view, licence_holders, licence_policy, licence_list, licence_read, pilot_view, pilot_save)
