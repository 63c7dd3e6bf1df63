"""Packages of a SIS without an API: the upload, and the grades as a file."""

from typing import Any

from litestar import Response, get, post

from classbridge.service import connections, packages
from classbridge.service.errors import RefusedError
from classbridge.service.packages import LARGEST
from classbridge.web.given import Asked, Ctx, Id, Sent, Who
from classbridge.web.pages import render, see
from classbridge.web.reader import PageRequest, language_of

SIS = "/admin/sis/{connection_id:str}"
FORM = 1_000_000
"""Bytes that a form has beside its file."""


@post(SIS + "/packages", sync_to_thread=True, request_max_body_size=LARGEST + FORM)
def package_send(request: PageRequest, ctx: Ctx, actor: Who, connection_id: Id, form: Sent) -> Response[Any]:
    """Take an uploaded package in; what is wrong with the file is said beside it."""
    content, name = form.upload("package"), form.file_name("package")
    try:
        run_id = packages.receive(ctx, actor, connection_id, content, name, anyway=form.ticked("anyway"))
    except RefusedError as error:
        if not error.field:
            raise
        return render(
            request,
            "admin/packages.html",
            error.status,
            view=connections.view(ctx, actor, connection_id, language_of(request)),
            packages=packages.listed(ctx, actor, connection_id),
            said=error.said,
            field=error.field,
        )
    return see(f"/runs/{run_id}")


@get(SIS + "/packages", sync_to_thread=True)
def package_page(request: PageRequest, ctx: Ctx, actor: Who, connection_id: Id) -> Response[bytes]:
    """The packages that came, and the way for the next."""
    return render(
        request,
        "admin/packages.html",
        view=connections.view(ctx, actor, connection_id, language_of(request)),
        packages=packages.listed(ctx, actor, connection_id),
    )


@get(SIS + "/grades.zip", sync_to_thread=True)
def package_grades(ctx: Ctx, actor: Who, connection_id: Id, version: Asked = None) -> Response[bytes]:
    """The gradebook as a package, for the SIS to import."""
    content = packages.grades(ctx, actor, connection_id, version or "1.2")
    headers = {"content-disposition": f'attachment; filename="grades-{version or "1.2"}.zip"'}
    return Response(content, media_type="application/zip", headers=headers)


ROUTES = (package_send, package_page, package_grades)
