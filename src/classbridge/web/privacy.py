"""A person's data: what is kept, all of it as a document, and erasing it."""

import msgspec
from litestar import Response, get, post
from litestar.response import Redirect

from classbridge.service import privacy
from classbridge.service.errors import RefusedError
from classbridge.service.identifying import key_of
from classbridge.web.given import Asked, Ctx, Id, Sent, Who
from classbridge.web.pages import render, see
from classbridge.web.reader import PageRequest

PAGE = "admin/privacy.html"


@get("/admin/privacy", sync_to_thread=True)
def privacy_of_account(actor: Who, account: Asked = None) -> Redirect:
    """Lead on to what is kept of somebody who signs in."""
    privacy.may_see(actor)
    return see(f"/admin/privacy/{key_of(privacy.ACCOUNT, account or '')}")


@get("/admin/privacy/{key:str}", sync_to_thread=True)
def privacy_page(request: PageRequest, ctx: Ctx, actor: Who, key: Id) -> Response[bytes]:
    """How much is kept of a person, and what can be done about it."""
    return render(request, PAGE, key=key, kept=privacy.kept(ctx, actor, key))


@get("/admin/privacy/{key:str}/data.json", sync_to_thread=True)
def privacy_document(ctx: Ctx, actor: Who, key: Id) -> Response[bytes]:
    """Everything that is kept of a person, as a file."""
    content = msgspec.json.format(msgspec.json.encode(privacy.document(ctx, actor, key)), indent=2)
    headers = {"content-disposition": 'attachment; filename="person.json"'}
    return Response(content, media_type="application/json", headers=headers)


@post("/admin/privacy/{key:str}/erase", sync_to_thread=True)
def privacy_erase(request: PageRequest, ctx: Ctx, actor: Who, key: Id, form: Sent) -> Response[bytes]:
    """Erase, when the box is ticked; the answer tells what was done, for the person has no page any more."""
    try:
        done = privacy.erase(ctx, actor, key, confirmed=form.ticked("confirm"))
    except RefusedError as error:
        if not error.field:
            raise
        wrong = {"said": error.said, "field": error.field}
        return render(request, PAGE, error.status, key=key, kept=privacy.kept(ctx, actor, key), **wrong)
    return render(request, "admin/erased.html", done=done)


ROUTES = (privacy_of_account, privacy_page, privacy_document, privacy_erase)
