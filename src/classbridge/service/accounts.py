"""The district's accounts and their roles, as its admin sees and changes them."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from classbridge.bridge.outcome import Code
from classbridge.bridge.policy import Action, Actor, Role
from classbridge.service import setup
from classbridge.service.context import Context, allow, note
from classbridge.service.errors import refuse
from classbridge.store import accounts
from classbridge.store.accounts import Account, LastAdminError
from classbridge.store.cursors import Page

ROLES = (Role.ADMIN, Role.AUDITOR, Role.TEACHER)
"""The roles of a district, in the order of the pages."""


class AccountView(Struct, frozen=True, kw_only=True):
    """Somebody who signs in to the district, with their roles there."""

    id: str
    email: str
    name: str
    roles: tuple[Role, ...]
    disabled_at: datetime | None
    """Barred from signing in since then, by the operator."""


class NewAccount(Struct, frozen=True, kw_only=True):
    """An account that was added; `password` is shown this once, and empty for somebody who had an account."""

    account: AccountView
    password: str


def listed(
    ctx: Context, actor: Actor, *, search: str = "", after: str | None = None, limit: int = 100
) -> Page[AccountView]:
    """Those with a role in the district whose address or name has `search` in it, by e-mail address."""
    allow(actor, Action.VIEW_PEOPLE)
    page = accounts.page(ctx.database, actor.district_id, search=search, after=after, limit=limit)
    return Page(items=[_view(one, roles) for one, roles in page.items], next=page.next)


def _view(one: Account, roles: Iterable[str]) -> AccountView:
    held = frozenset(roles)
    return AccountView(
        id=one.id,
        email=one.email,
        name=one.name,
        roles=tuple(role for role in ROLES if str(role) in held),
        disabled_at=one.disabled_at,
    )


def add(ctx: Context, actor: Actor, *, email: str, name: str, roles: Iterable[str]) -> NewAccount:
    """Give somebody roles here, with an account where they have none; raises `RefusedError` naming the field."""
    allow(actor, Action.MANAGE_ACCOUNTS)
    wanted = _roles(roles)
    if not wanted:
        raise refuse(Code.FIELD_MISSING, field="roles")
    if "@" not in email.strip().strip("@"):
        raise refuse(Code.FIELD_MISSING, field="email")
    if not name.strip():
        raise refuse(Code.FIELD_MISSING, field="name")
    password = setup.create_account(ctx, actor.district_id, email=email, name=name.strip(), roles=wanted)
    made = accounts.by_email(ctx.database, email)
    if made is None:
        raise refuse(Code.ACCOUNT_NOT_FOUND)
    _note(ctx, actor, "account.add", made.id, wanted)
    roles_now = accounts.roles(ctx.database, actor.district_id, made.id)
    return NewAccount(account=_view(made, roles_now), password=password)


def set_roles(ctx: Context, actor: Actor, account_id: str, roles: Iterable[str]) -> AccountView:
    """Give somebody exactly these roles here; none takes them out of the district, the account stays.

    Raises `RefusedError` for somebody without a role here, and where the district would be left without an admin.
    """
    allow(actor, Action.MANAGE_ACCOUNTS)
    wanted = _roles(roles)
    known = accounts.get(ctx.database, account_id)
    if known is None or not accounts.roles(ctx.database, actor.district_id, account_id):
        raise refuse(Code.ACCOUNT_NOT_FOUND)
    try:
        accounts.set_roles(ctx.database, actor.district_id, account_id, [str(role) for role in wanted])
    except LastAdminError:
        raise refuse(Code.LAST_ADMIN) from None
    _note(ctx, actor, "account.roles", account_id, wanted)
    return _view(known, map(str, wanted))


def _roles(names: Iterable[str]) -> tuple[Role, ...]:
    chosen = set(names)
    if not chosen <= {str(role) for role in ROLES}:
        raise refuse(Code.FIELD_MISSING, field="roles")
    return tuple(role for role in ROLES if str(role) in chosen)


def _note(ctx: Context, actor: Actor, action: str, account_id: str, roles: Iterable[Role]) -> None:
    with ctx.district(actor).write() as rows:
        note(rows, actor, action, account_id, ctx.now(), roles=[str(role) for role in roles])
