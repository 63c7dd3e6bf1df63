"""The district's policy for exports: what becomes of grades that differ, when nights begin, when it is quiet."""

import re
from datetime import datetime

from msgspec import Struct

from classbridge.bridge import schedule
from classbridge.bridge.decision import DriftPolicy
from classbridge.bridge.outcome import Code
from classbridge.bridge.policy import Action, Actor, may
from classbridge.bridge.schedule import MOST_QUIET, Hours
from classbridge.service.context import Context, allow, local_now, note
from classbridge.service.errors import refuse
from classbridge.store import accounts, class_settings, policies
from classbridge.store.policies import DistrictPolicy
from classbridge.store.rows import Rows

DRIFTS = tuple(map(str, DriftPolicy))

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")

effective_drift = class_settings.drift_of
"""The drift policy that holds for a class (rows, side, course id): its own, or else the district's."""


class PolicyView(Struct, frozen=True, kw_only=True):
    """The policy in force. Times are of the district, as "02:00"; without quiet hours both ends are empty."""

    drift: str
    nightly_at: str
    quiet_from: str
    quiet_until: str
    begins_at: str
    """When nights really begin: the nightly time, or the end of the quiet hours that it lies in."""
    changed_by: str
    """The name of whoever decided; empty where the defaults hold."""
    changed_at: datetime | None
    may_change: bool


def view(ctx: Context, actor: Actor) -> PolicyView:
    """The district's policy; everybody of the district may know it."""
    allow(actor, Action.VIEW_STATUS)
    with ctx.district(actor).read() as rows:
        kept, hours, drift = policies.get(rows), policies.hours(rows), policies.drift(rows)
    person = accounts.get(ctx.database, kept.changed_by) if kept else None
    return PolicyView(
        drift=str(drift),
        nightly_at=clock(hours.nightly_at),
        quiet_from=clock(hours.quiet_from),
        quiet_until=clock(hours.quiet_until),
        begins_at=clock(hours.begins_at),
        changed_by=person.name if person else "",
        changed_at=kept.changed_at if kept else None,
        may_change=may(actor, Action.SET_POLICY).allowed,
    )


def save(
    ctx: Context, actor: Actor, *, drift: str, nightly_at: str, quiet_from: str = "", quiet_until: str = ""
) -> PolicyView:
    """Decide anew; it holds from the next run. Raises `RefusedError` naming the field that does not fit."""
    allow(actor, Action.SET_POLICY)
    if drift not in DRIFTS:
        raise refuse(Code.SETTING_INVALID, field="drift")
    hours = _hours(nightly_at, quiet_from, quiet_until)
    decided = DistrictPolicy(
        drift=drift,
        nightly_at=hours.nightly_at,
        quiet_from=hours.quiet_from,
        quiet_until=hours.quiet_until,
        changed_by=actor.account_id,
        changed_at=ctx.now(),
    )
    quiet = f"{clock(hours.quiet_from)}-{clock(hours.quiet_until)}" if hours.quiet_minutes else "none"
    with ctx.district(actor).write() as rows:
        policies.save(rows, decided)
        told = {"drift": drift, "nightly_at": clock(hours.nightly_at), "quiet": quiet}
        note(rows, actor, "policy.change", "", ctx.now(), **told)
    return view(ctx, actor)


def _hours(nightly_at: str, quiet_from: str, quiet_until: str) -> Hours:
    at = _minute(nightly_at, "nightly_at")
    if not quiet_from and not quiet_until:
        return Hours(nightly_at=at)
    start, end = _minute(quiet_from, "quiet_from"), _minute(quiet_until, "quiet_until")
    hours = Hours(nightly_at=at, quiet_from=start, quiet_until=end)
    if not 0 < hours.quiet_minutes <= MOST_QUIET:
        raise refuse(Code.TIME_INVALID, field="quiet_until")
    return hours


def _minute(text: str, field: str) -> int:
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise refuse(Code.TIME_INVALID, field=field)
    return int(found[1]) * 60 + int(found[2])


def clock(minute: int | None) -> str:
    """A minute of the day as "02:00"; empty for None."""
    return "" if minute is None else "{:02}:{:02}".format(*divmod(minute, 60))


def quiet_until(ctx: Context, rows: Rows) -> datetime | None:
    """When the quiet hours end that it is now; None: it is not quiet."""
    return schedule.quiet_end(local_now(ctx, rows.district_id), policies.hours(rows))
