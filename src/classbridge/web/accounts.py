"""Who may do what: the district's accounts and their roles, and a class's delegates."""

from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from classbridge.service import accounts, delegates
from classbridge.service.errors import RefusedError
from classbridge.web.given import Ctx, Id, Sent, Who
from classbridge.web.pages import render, see
from classbridge.web.reader import PageRequest

LIST = "admin/accounts.html"
CLASS = "classes/delegates.html"


@get("/admin/accounts", sync_to_thread=True)
def account_list(request: PageRequest, ctx: Ctx, actor: Who) -> Response[bytes]:
    """Everybody who signs in to the district, with their roles; `q` is a part of the address or the name."""
    return _list(request, ctx, actor)


@post("/admin/accounts", sync_to_thread=True)
def account_add(request: PageRequest, ctx: Ctx, actor: Who, form: Sent) -> Response[bytes]:
    """Give somebody roles; a new account's password is shown on this answer and never again."""
    entered = {"email": form.text("email"), "name": form.text("name"), "roles": form.all("roles")}
    try:
        made = accounts.add(ctx, actor, email=form.text("email"), name=form.text("name"), roles=form.all("roles"))
    except RefusedError as error:
        if not error.field:
            raise
        wrong = {"said": error.said, "field": error.field, "entered": entered}
        return _list(request, ctx, actor, error.status, **wrong)
    return _list(request, ctx, actor, made=made)


def _list(request: PageRequest, ctx: Ctx, actor: Who, status: int = 200, **values: Any) -> Response[bytes]:
    """The list, with what has just been added or with what is wrong beside its field."""
    asked = request.query_params
    search = asked.get("q", "").strip()
    page = accounts.listed(ctx, actor, search=search, after=asked.get("cursor"))
    return render(request, LIST, status, page=page, search=search, roles_there=accounts.ROLES, **values)


@post("/admin/accounts/{account_id:str}/roles", sync_to_thread=True)
def account_roles(ctx: Ctx, actor: Who, account_id: Id, form: Sent) -> Redirect:
    """Give somebody exactly the ticked roles."""
    accounts.set_roles(ctx, actor, account_id, form.all("roles"))
    return see("/admin/accounts", "roles")


@get("/classes/{course_id:str}/delegates", sync_to_thread=True)
def delegate_list(request: PageRequest, ctx: Ctx, actor: Who, course_id: Id) -> Response[bytes]:
    """Who acts in the class for its primary teacher."""
    return render(request, CLASS, view=delegates.of_class(ctx, actor, course_id))


@post("/classes/{course_id:str}/delegates", sync_to_thread=True)
def delegate_name(
    request: PageRequest, ctx: Ctx, actor: Who, course_id: Id, form: Sent
) -> Response[bytes] | Redirect:
    """Name somebody until a day."""
    try:
        delegates.name(ctx, actor, course_id, form.text("email"), form.day("last_day"))
    except RefusedError as error:
        if not error.field:
            raise
        entered = {"email": form.text("email"), "last_day": form.text("last_day")}
        view = delegates.of_class(ctx, actor, course_id)
        return render(request, CLASS, error.status, view=view, said=error.said, field=error.field, entered=entered)
    return see(f"/classes/{course_id}/delegates", "delegate")


@post("/classes/{course_id:str}/delegates/{account_id:str}/revoke", sync_to_thread=True)
def delegate_revoke(ctx: Ctx, actor: Who, course_id: Id, account_id: Id) -> Redirect:
    """End a delegation at once."""
    delegates.revoke(ctx, actor, course_id, account_id)
    return see(f"/classes/{course_id}/delegates", "delegate-revoked")


ROUTES = (account_list, account_add, account_roles, delegate_list, delegate_name, delegate_revoke)
