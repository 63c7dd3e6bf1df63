"""Time between Classroom, the SIS and the district. No clock is read here: times and zones are arguments.

Classroom writes due dates in UTC, a SIS thinks in local days. Its `dueTime` "must be specified if dueDate is
specified" (Classroom API v1, courses.courseWork). Where it is absent all the same, the date is a plain calendar
day that no one moved to UTC, and we read it as the end of that day where the school is.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from classbridge.classroom.models import CourseWork
from classbridge.oneroster.models import AcademicSession

END_OF_DAY = time(23, 59)
SCHOOL_DAY = (time(6), time(18))
"""When people work in a SIS, at most schools: our own choice, on the safe side of every bell schedule."""


def due_moment(work: CourseWork, zone: ZoneInfo) -> datetime | None:
    """Return when the work is due, in the local zone; None without a (whole) due date."""
    day = _due_day(work)
    if day is None:
        return None
    if work.due_time is None:
        # fold=1: where the hour before midnight comes twice, the day ends with the second one
        return datetime.combine(day, END_OF_DAY, zone).replace(fold=1)
    at = time(work.due_time.hours, work.due_time.minutes, work.due_time.seconds, tzinfo=UTC)
    return datetime.combine(day, at).astimezone(zone)


def _due_day(work: CourseWork) -> date | None:
    if work.due_date is None:
        return None
    try:
        return work.due_date.plain()
    except ValueError:
        return None


def due_date(work: CourseWork, zone: ZoneInfo) -> date | None:
    """Return the local day on which the work is due."""
    moment = due_moment(work, zone)
    return None if moment is None else moment.date()


def planned_day(
    work: CourseWork, zone: ZoneInfo, due_on: date | None = None, period: AcademicSession | None = None
) -> date | None:
    """Return the local day to send: the chosen one, else Classroom's, moved as little as needed into the period.

    Work without a due date is due on the chosen period's last day.
    """
    day = due_on or due_date(work, zone)
    if period is None or due_on is not None:
        return day
    return period.end_date if day is None else min(max(day, period.start_date), period.end_date)


def sis_due_moment(work: CourseWork, zone: ZoneInfo, day: date | None = None) -> datetime | None:
    """Return the due moment to send to a SIS, in UTC, with the local due day as its date.

    Many SIS keep only the date, and read it as written, in UTC. 23:59 in Los Angeles is already tomorrow there, so
    the moment is moved, as little as needed, into the UTC day of the same date; it stays in that local day too.
    `day` is another day than Classroom's: the work is then due at its end.
    """
    moment = due_moment(work, zone)
    if day is not None and (moment is None or moment.date() != day):
        moment = datetime.combine(day, END_OF_DAY, zone).replace(fold=1)
    if moment is None:
        return None
    day = moment.date()
    first, last = datetime.combine(day, time.min, UTC), datetime.combine(day, END_OF_DAY, UTC)
    return min(max(moment.astimezone(UTC), first), last)


def same_due(ours: datetime | None, theirs: datetime | None, zone: ZoneInfo) -> bool:
    """Whether two due moments name one day: the same where the school is, or the same as written in UTC."""
    if ours is None or theirs is None:
        return ours is theirs
    return (
        ours.astimezone(zone).date() == theirs.astimezone(zone).date()
        or ours.astimezone(UTC).date() == theirs.astimezone(UTC).date()
    )


def in_school_hours(moment: datetime, zone: ZoneInfo) -> bool:
    """Whether it is a weekday from 6:00 until before 18:00 where the school is; holidays are not known."""
    local = moment.astimezone(zone)
    first, end = SCHOOL_DAY
    return local.weekday() < 5 and first <= local.time() < end


def session_on(day: date, sessions: Iterable[AcademicSession]) -> AcademicSession | None:
    """Return the active session that holds the day; of several the shortest, then the first by sourcedId."""
    holding = [s for s in sessions if s.active and s.start_date <= day <= s.end_date]
    return min(holding, key=lambda s: (s.end_date - s.start_date, s.sourced_id), default=None)
