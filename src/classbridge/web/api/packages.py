"""Packages of a SIS without an API."""

from litestar import Response, get, post
from litestar.params import RawBody

from classbridge.service import packages
from classbridge.service.packages import LARGEST, PackageView
from classbridge.web.api.shapes import Accepted, Listed, accepted
from classbridge.web.given import Asked, Ctx, Id, Who

ONE = "/connections/{connection_id:str}"


@get(ONE + "/packages", sync_to_thread=True)
def every(ctx: Ctx, actor: Who, connection_id: Id) -> Listed[PackageView]:
    """List the packages that came, newest first."""
    return Listed(packages.listed(ctx, actor, connection_id))


@post(ONE + "/packages", sync_to_thread=True, status_code=202, request_max_body_size=LARGEST)
def receive(
    ctx: Ctx, actor: Who, connection_id: Id, body: RawBody, name: Asked = None, anyway: Asked = None
) -> Response[Accepted]:
    """Take a package in: the zip as the body. `anyway=true`: many people may be missing from it."""
    given = anyway == "true"
    return accepted(packages.receive(ctx, actor, connection_id, body, name or "package.zip", anyway=given))


@get(ONE + "/grades.zip", sync_to_thread=True)
def grades(ctx: Ctx, actor: Who, connection_id: Id, version: Asked = None) -> Response[bytes]:
    """Give the gradebook as a package for the SIS to import, in version 1.2 or 1.1."""
    return Response(packages.grades(ctx, actor, connection_id, version or "1.2"), media_type="application/zip")


ROUTES = (every, receive, grades)
