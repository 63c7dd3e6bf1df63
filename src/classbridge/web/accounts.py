"""Who may do what: the district's accounts and their roles, and a class's delegates."""

from litestar import Response, get, post
from litestar.response import Redirect

from classbridge.service import accounts, delegates
from classbridge.service.errors import RefusedError
from classbridge.web.forms import Form
from classbridge.web.given import Ctx, Id, Sent, Who
from classbridge.web.pages import render, see
from classbridge.web.reader import PageRequest

LIST = "admin/accounts.html"
CLASS = "classes/delegates.html"


@get("/admin/accounts", sync_to_thread=True)
def account_list(request: PageRequest, ctx: Ctx, actor: Who) -> Response[bytes]:
    """Everybody who signs in to the district, with their roles."""
    return render(request, LIST, accounts=accounts.listed(ctx, actor), roles_there=accounts.ROLES)


@post("/admin/accounts", sync_to_thread=True)
def account_add(request: PageRequest, ctx: Ctx, actor: Who, form: Sent) -> Response[bytes]:
    """Give somebody roles; a new account's password is shown on this answer and never again."""
    try:
        made = accounts.add(ctx, actor, email=form.text("email"), name=form.text("name"), roles=form.all("roles"))
    except RefusedError as error:
        if not error.field:
            raise
        return _list_with(request, ctx, actor, error, form)
    listed = accounts.listed(ctx, actor)
    return render(request, LIST, accounts=listed, roles_there=accounts.ROLES, made=made)


def _list_with(request: PageRequest, ctx: Ctx, actor: Who, error: RefusedError, form: Form) -> Response[bytes]:
    """The list again, with what was entered and what is wrong beside its field."""
    listed = accounts.listed(ctx, actor)
    entered = {"email": form.text("email"), "name": form.text("name"), "roles": form.all("roles")}
    values = {"roles_there": accounts.ROLES, "said": error.said, "field": error.field, "entered": entered}
    return render(request, LIST, error.status, accounts=listed, **values)


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
