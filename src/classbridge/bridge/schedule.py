"""When a nightly run begins: once a night, never within quiet hours (rule 10). No clock is read here.

Times of day are minutes after local midnight. A night is named by the local day on which its planned time falls.
Moments are compared in UTC: two local times of one zone would be compared as the clock shows them, and the hour
that comes twice would look like one.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

DAY = 24 * 60
"""Minutes of a day."""

LATEST = timedelta(hours=6)
"""So long after its time a night may still begin, quiet hours not counted: a worker may have slept."""

MOST_QUIET = 23 * 60
"""Quiet hours leave an hour of the day, or no night would ever begin."""


class Hours(Struct, frozen=True, kw_only=True):
    """The nightly time and the quiet hours, both or neither of their ends; they may cross midnight."""

    nightly_at: int = 2 * 60
    quiet_from: int | None = None
    quiet_until: int | None = None

    @property
    def quiet_minutes(self) -> int:
        """How long it is quiet; 0: never."""
        if self.quiet_from is None or self.quiet_until is None:
            return 0
        return (self.quiet_until - self.quiet_from) % DAY

    def quiet(self, local: datetime) -> bool:
        """Whether it is quiet, as the clock shows the time; the end itself is not."""
        return (_minute(local) - (self.quiet_from or 0)) % DAY < self.quiet_minutes

    @property
    def begins_at(self) -> int:
        """The minute at which nights begin: the nightly time, or the end of the quiet hours that it lies in."""
        inside = (self.nightly_at - (self.quiet_from or 0)) % DAY < self.quiet_minutes
        return self.quiet_until if inside and self.quiet_until is not None else self.nightly_at


def quiet_end(local: datetime, hours: Hours) -> datetime | None:
    """When the quiet hours end that it is now; None: it is not quiet."""
    if hours.quiet_until is None or not hours.quiet(local):
        return None
    zone = _zone(local)
    tomorrow = hours.quiet_until <= _minute(local)
    return _at(local.date() + timedelta(days=tomorrow), hours.quiet_until, zone)


def begin(night: date, hours: Hours, zone: ZoneInfo) -> datetime:
    """The moment of a night, local: the first at or after its time that is not quiet.

    A time in the hour that a spring day leaves out is as much later; of one that comes twice the first is meant.
    """
    planned = _at(night, hours.nightly_at, zone)
    return quiet_end(planned, hours) or planned


def begun(local: datetime, hours: Hours) -> date:
    """The last night whose moment has come, whether or not anything ran in it."""
    days = (local.date() - timedelta(days=ago) for ago in range(3))
    return next(day for day in days if _reached(local, begin(day, hours, _zone(local))))


def due(local: datetime, hours: Hours, last: date | None) -> date | None:
    """The night that is to be run now, after the last one that was; None: not now."""
    night = begun(local, hours)
    if hours.quiet(local) or (last is not None and night <= last):
        return None
    return night if _awake_since(begin(night, hours, _zone(local)), local, hours) < LATEST else None


def following(local: datetime, hours: Hours, last: date | None) -> datetime:
    """When the next night begins, local: now, where one is due."""
    if due(local, hours, last) is not None:
        return local
    night = begun(local, hours) + timedelta(days=1)
    while last is not None and night <= last:
        night += timedelta(days=1)
    return begin(night, hours, _zone(local))


def _awake_since(start: datetime, local: datetime, hours: Hours) -> timedelta:
    """The time since a moment without the quiet hours that lay between, of which there is one part a day."""
    passed = local.astimezone(UTC) - start.astimezone(UTC)
    to_quiet = timedelta(minutes=((hours.quiet_from or 0) - _minute(start)) % DAY)
    quiet = timedelta(minutes=hours.quiet_minutes)
    return passed - quiet if quiet and passed >= to_quiet + quiet else passed


def _at(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """A local time, in UTC and back: one that a day leaves out becomes one that is."""
    wall = datetime.combine(day, time(*divmod(minute, 60)), zone)
    return wall.astimezone(UTC).astimezone(zone)


def _reached(local: datetime, moment: datetime) -> bool:
    return local.astimezone(UTC) >= moment.astimezone(UTC)


def _minute(local: datetime) -> int:
    return local.hour * 60 + local.minute


def _zone(local: datetime) -> ZoneInfo:
    if not isinstance(local.tzinfo, ZoneInfo):
        raise TypeError("A local time carries the district's zone.")
    return local.tzinfo
