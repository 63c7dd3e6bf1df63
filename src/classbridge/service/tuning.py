"""What an admin sets otherwise than a SIS's profile says, for one connection; and whom to ask at the SIS."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from classbridge.bridge.outcome import Code
from classbridge.bridge.policy import Action, Actor
from classbridge.oneroster.models import Version
from classbridge.service.choices import contact
from classbridge.service.connections import find
from classbridge.service.context import Context, allow, note
from classbridge.service.errors import refuse
from classbridge.service.views import Contact
from classbridge.sis.profile import Fact
from classbridge.sis.registry import profile
from classbridge.sis.tuning import Tunable, TuningError, overridden, tunables
from classbridge.store import connections

LONGEST = 300
"""Characters that a part of a contact may have."""


class Tuning(Struct, frozen=True, kw_only=True):
    """A connection's settings, the profile's facts that nobody has confirmed, and the contact."""

    settings: tuple[Tunable, ...]
    unverified: tuple[Fact, ...]
    contact: Contact
    contact_overridden: bool


def view(ctx: Context, actor: Actor, connection_id: str) -> Tuning:
    """The settings of a connection, and where each comes from."""
    allow(actor, Action.VIEW_CONNECTION)
    with ctx.district(actor).read() as rows:
        connection = find(rows, connection_id)
    known = profile(connection.vendor)
    return Tuning(
        settings=tunables(known, Version(connection.version), connection.overrides),
        unverified=known.unverified,
        contact=contact(known.with_overrides(connection.overrides)),
        contact_overridden="support" in connection.overrides,
    )


def save(ctx: Context, actor: Actor, connection_id: str, changed: Mapping[str, str]) -> Tuning:
    """Put settings otherwise, by name; one that is as the profile says goes with the profile again.

    Raises `RefusedError` naming the setting that does not fit; nothing is changed then.
    """
    allow(actor, Action.CONNECT)
    with ctx.district(actor).write() as rows:
        connection = find(rows, connection_id)
        known, version = profile(connection.vendor), Version(connection.version)
        try:
            wanted = overridden(known, version, connection.overrides, changed)
        except TuningError as error:
            raise refuse(Code.SETTING_INVALID, field=error.name) from None
        connections.save_overrides(rows, connection_id, wanted)
        names = [one.name for one in tunables(known, version, wanted) if one.overridden]
        note(rows, actor, "connection.settings", connection_id, ctx.now(), settings=names)
    return view(ctx, actor, connection_id)


def save_contact(ctx: Context, actor: Actor, connection_id: str, wanted: Contact) -> Tuning:
    """Say whom to ask at the SIS; without a name it is as the profile says again."""
    allow(actor, Action.CONNECT)
    given = {name: str(part).strip()[:LONGEST] for name, part in msgspec.structs.asdict(wanted).items()}
    if given["url"] and not given["url"].startswith(("https://", "http://")):
        raise refuse(Code.SETTING_INVALID, field="url")
    with ctx.district(actor).write() as rows:
        connection = find(rows, connection_id)
        kept = {name: value for name, value in connection.overrides.items() if name != "support"}
        connections.save_overrides(rows, connection_id, {**kept, **({"support": given} if given["name"] else {})})
        note(rows, actor, "connection.contact", connection_id, ctx.now())
    return view(ctx, actor, connection_id)
