"""Signing in: who it is, and in which districts they work."""

import secrets
from datetime import timedelta
from functools import cache

from msgspec import Struct
from pwdlib import PasswordHash

from classbridge.bridge.outcome import Code
from classbridge.bridge.policy import Actor, Role
from classbridge.service.context import Context
from classbridge.service.errors import refuse
from classbridge.store import accounts, districts

WINDOW = timedelta(minutes=15)
MOST_PER_PERSON = 5
MOST_PER_ADDRESS = 30

hasher = PasswordHash.recommended()


class DistrictChoice(Struct, frozen=True, kw_only=True):
    """A district in which a person has roles."""

    id: str
    name: str
    roles: frozenset[str]
    time_zone: str


class SignedIn(Struct, frozen=True, kw_only=True):
    """A person who proved who they are."""

    account_id: str
    name: str
    email: str
    language: str | None
    districts: tuple[DistrictChoice, ...]


def authenticate(ctx: Context, email: str, password: str, address: str) -> SignedIn:
    """Check an e-mail address and a password; raises `RefusedError`, after too many tries for a while.

    A stranger costs the same time as a wrong password, so that nobody can find out who has an account.
    """
    _hold_off(ctx, email, address)
    account = accounts.by_email(ctx.database, email)
    known = accounts.password_hash(ctx.database, account.id) if account else None
    nobody = _nobody()
    correct = hasher.verify(password, known or nobody)
    if account is None or known is None or not correct or account.disabled_at is not None:
        for subject in (email, address):
            accounts.record_failure(ctx.database, subject, ctx.now())
        raise refuse(Code.SIGN_IN_FAILED)
    accounts.clear_failures(ctx.database, [email])
    return SignedIn(
        account_id=account.id,
        name=account.name,
        email=account.email,
        language=account.language,
        districts=choices(ctx, account.id),
    )


@cache
def _nobody() -> str:
    """A hash that no password has; made at the first sign-in, not by commands that need none."""
    return hasher.hash(secrets.token_urlsafe())


def choices(ctx: Context, account_id: str) -> tuple[DistrictChoice, ...]:
    """The districts of a person, by name."""
    found = [
        DistrictChoice(id=district.id, name=district.name, roles=roles, time_zone=district.time_zone)
        for district_id, roles in accounts.districts_of(ctx.database, account_id)
        if (district := districts.get(ctx.database, district_id)) is not None
    ]
    return tuple(sorted(found, key=lambda choice: choice.name))


def actor(ctx: Context, account_id: str, district_id: str) -> Actor:
    """The person as they act in one district, with the roles they have now; raises `RefusedError`."""
    account = accounts.get(ctx.database, account_id)
    roles = accounts.roles(ctx.database, district_id, account_id)
    if account is None or account.disabled_at is not None or not roles:
        raise refuse(Code.SIGN_IN_NEEDED)
    return Actor(
        account_id=account.id,
        email=account.email,
        district_id=district_id,
        roles=frozenset(Role(role) for role in roles),
    )


def set_language(ctx: Context, account_id: str, language: str) -> None:
    """Keep the language a person chose."""
    accounts.set_language(ctx.database, account_id, language)


def _hold_off(ctx: Context, email: str, address: str) -> None:
    since = ctx.now() - WINDOW
    for subject, most in ((email, MOST_PER_PERSON), (address, MOST_PER_ADDRESS)):
        if accounts.count_failures(ctx.database, subject, since) >= most:
            raise refuse(Code.SIGN_IN_PAUSED, minutes=round(WINDOW.total_seconds() / 60))
