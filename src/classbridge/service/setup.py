"""What an operator sets up: districts, people, and a district's Classroom."""

import secrets
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from classbridge.bridge.outcome import Code
from classbridge.bridge.policy import Action, Actor, Role
from classbridge.service import sign_in
from classbridge.service.context import Context, allow, note
from classbridge.service.errors import refuse
from classbridge.store import accounts, classrooms, districts
from classbridge.store.districts import DistrictInfo


def create_district(ctx: Context, *, name: str, time_zone: str, domains: tuple[str, ...] = ()) -> str:
    """Add a district with its Workspace domains; answers its id."""
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise refuse(Code.FIELD_MISSING, field="time_zone") from None
    made = districts.create(
        ctx.database, name=name, time_zone=time_zone, language=ctx.settings.default_language, at=ctx.now()
    )
    with ctx.database.district(made.id).write() as rows:
        for domain in domains:
            districts.add_domain(rows, domain)
    return made.id


def create_account(
    ctx: Context, district_id: str, *, email: str, name: str, roles: tuple[Role, ...], password: str = ""
) -> str:
    """Give a person roles in a district, with an account where they have none; answers a new account's password.

    An existing account keeps its password, and the answer is empty.
    """
    account = accounts.by_email(ctx.database, email)
    given = ""
    if account is None:
        given = password or secrets.token_urlsafe(12)
        account = accounts.create(
            ctx.database, email=email, name=name, at=ctx.now(), password_hash=sign_in.hasher.hash(given)
        )
    for role in roles:
        accounts.grant_role(ctx.database, district_id, account.id, str(role))
    return given


def installed(ctx: Context) -> list[DistrictInfo]:
    """Every district of the installation, by name; for its operator."""
    return districts.list_all(ctx.database)


def people(ctx: Context, district_id: str, role: Role) -> list[str]:
    """The e-mail addresses of those who have a role in a district."""
    return [
        account.email for account, roles in accounts.of_district(ctx.database, district_id) if str(role) in roles
    ]


def actor_of(ctx: Context, district_id: str, email: str) -> Actor:
    """The person as they act in a district; raises `RefusedError` for a stranger."""
    account = accounts.by_email(ctx.database, email)
    roles = accounts.roles(ctx.database, district_id, account.id) if account else frozenset()
    if account is None or not roles:
        raise refuse(Code.SIGN_IN_NEEDED)
    return Actor(
        account_id=account.id,
        email=account.email,
        district_id=district_id,
        roles=frozenset(Role(role) for role in roles),
    )


def connect_classroom(
    ctx: Context, actor: Actor, *, side: str, base_url: str, admin_email: str, service_account: Mapping[str, Any]
) -> None:
    """Keep a service account's key, sealed, with which the district's Classroom is reached as this admin."""
    allow(actor, Action.CONNECT_CLASSROOM)
    with ctx.district(actor).write() as rows:
        classrooms.save(
            rows,
            ctx.sealer,
            side,
            {"service_account": dict(service_account)},
            base_url=base_url,
            admin_email=admin_email,
            at=ctx.now(),
        )
        note(rows, actor, "classroom.connect", side, ctx.now())
