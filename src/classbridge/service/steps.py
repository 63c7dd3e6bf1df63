"""The steps in a SIS's own menus as a link that needs no account: for whoever runs the SIS.

The link names the SIS and its last day, under a seal of the installation; it holds no secret and nothing of the
district.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import date, timedelta

import msgspec
from msgspec import Struct

from classbridge.bridge.policy import Action, Actor
from classbridge.service import choices
from classbridge.service.connections import find
from classbridge.service.context import Context, allow
from classbridge.service.views import SisChoice

DAYS = 14
"""How long a link works."""


class Steps(Struct, frozen=True):
    """What a link shows, and its last day."""

    choice: SisChoice
    until: date


def link(ctx: Context, actor: Actor, connection_id: str) -> str:
    """The address of a connection's steps, good for `DAYS` days."""
    allow(actor, Action.VIEW_CONNECTION)
    with ctx.district(actor).read() as rows:
        vendor = find(rows, connection_id).vendor
    until = ctx.now().date() + timedelta(days=DAYS)
    body = msgspec.json.encode([vendor, until])
    token = urlsafe_b64encode(_seal(ctx, body) + body).decode().rstrip("=")
    return f"{ctx.settings.base_url}/steps/{token}"


def shown(ctx: Context, token: str, language: str) -> Steps | None:
    """What a link shows; None for one that is not ours or no longer good."""
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        mark, body = raw[:16], raw[16:]
        if not hmac.compare_digest(mark, _seal(ctx, body)):
            return None
        vendor, until = msgspec.json.decode(body, type=tuple[str, date])
    except ValueError:
        return None
    return Steps(choices.one(vendor, language), until) if ctx.now().date() <= until else None


def _seal(ctx: Context, body: bytes) -> bytes:
    return hmac.digest(ctx.sealer.derived("steps"), body, "sha256")[:16]
