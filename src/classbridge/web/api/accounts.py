"""Accounts with their roles, and a class's delegates."""

from datetime import date

from litestar import delete, get, post, put
from litestar.params import JSONBody
from msgspec import Struct

from classbridge.service import accounts, delegates
from classbridge.service.accounts import AccountView, NewAccount
from classbridge.service.delegates import ClassDelegates
from classbridge.web.api.shapes import Cursor, Limit, Listed
from classbridge.web.given import Asked, Ctx, Id, Who

DELEGATES = "/classes/{course_id:str}/delegates"


class AddAccount(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody to give roles to: admin, auditor, teacher."""

    email: str
    name: str
    roles: list[str]


class Roles(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All the roles that somebody is to have: admin, auditor, teacher; none takes them out of the district."""

    roles: list[str]


class NameDelegate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to name, and the last day of it."""

    email: str
    last_day: date


@get("/accounts", sync_to_thread=True)
def account_list(
    ctx: Ctx, actor: Who, search: Asked = None, cursor: Cursor = None, limit: Limit = 50
) -> Listed[AccountView]:
    """List the accounts with a role in the district; `search` is a part of the address or the name."""
    page = accounts.listed(ctx, actor, search=search or "", after=cursor, limit=limit)
    return Listed(page.items, page.next)


@post("/accounts", sync_to_thread=True)
def account_add(ctx: Ctx, actor: Who, data: JSONBody[AddAccount]) -> NewAccount:
    """Give somebody roles; a new account's password is in this answer only."""
    return accounts.add(ctx, actor, email=data.email, name=data.name, roles=data.roles)


@put("/accounts/{account_id:str}/roles", sync_to_thread=True)
def account_roles(ctx: Ctx, actor: Who, account_id: Id, data: JSONBody[Roles]) -> AccountView:
    """Give somebody exactly these roles."""
    return accounts.set_roles(ctx, actor, account_id, data.roles)


@get(DELEGATES, sync_to_thread=True)
def delegate_list(ctx: Ctx, actor: Who, course_id: Id) -> ClassDelegates:
    """List a class's delegates."""
    return delegates.of_class(ctx, actor, course_id)


@post(DELEGATES, sync_to_thread=True)
def delegate_name(ctx: Ctx, actor: Who, course_id: Id, data: JSONBody[NameDelegate]) -> ClassDelegates:
    """Name a delegate until a day, or set another day."""
    delegates.name(ctx, actor, course_id, data.email, data.last_day)
    return delegates.of_class(ctx, actor, course_id)


@delete(DELEGATES + "/{account_id:str}", sync_to_thread=True)
def delegate_revoke(ctx: Ctx, actor: Who, course_id: Id, account_id: Id) -> None:
    """End a delegation at once."""
    delegates.revoke(ctx, actor, course_id, account_id)


ROUTES = (account_list, account_add, account_roles, delegate_list, delegate_name, delegate_revoke)
