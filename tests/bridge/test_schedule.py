"""When a nightly run begins: once a night, never too late, never in quiet hours, when clocks change too."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classbridge.bridge.schedule import MOST_QUIET, Hours, begin, begun, due, following, quiet_end

STOCKHOLM, CHICAGO, LONDON = (ZoneInfo(name) for name in ("Europe/Stockholm", "America/Chicago", "Europe/London"))
TICK = timedelta(minutes=5)
MONDAY = date(2026, 11, 23)


def at(hour: int, minute: int = 0, *, day: date = MONDAY, zone: ZoneInfo = STOCKHOLM, fold: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone, fold=fold)


def m(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


TWO = Hours()
QUIET = Hours(nightly_at=m("02:00"), quiet_from=m("22:00"), quiet_until=m("06:00"))


def test_it_is_due_from_its_time_on_once_a_night() -> None:
    before = MONDAY - timedelta(days=1)
    assert due(at(1, 59), TWO, before) is None
    assert due(at(2), TWO, before) == due(at(2, 5), TWO, None) == MONDAY
    assert due(at(2, 5), TWO, MONDAY) is None


def test_a_worker_that_slept_makes_it_late_but_not_more_than_six_hours() -> None:
    assert due(at(7, 55), TWO, None) == MONDAY
    assert due(at(8), TWO, None) is None
    assert following(at(8), TWO, None) == at(2, day=MONDAY + timedelta(days=1))


def test_late_in_the_evening_it_may_begin_after_midnight_and_is_still_that_evening_s() -> None:
    late, tuesday = Hours(nightly_at=m("23:59")), MONDAY + timedelta(days=1)
    assert due(at(23, 58), late, None) is None
    assert due(at(23, 59), late, None) == MONDAY
    assert due(at(0, 4, day=tuesday), late, None) == MONDAY
    assert due(at(0, 4, day=tuesday), late, MONDAY) is None
    assert following(at(0, 4, day=tuesday), late, MONDAY) == at(23, 59, day=tuesday)


def test_in_quiet_hours_it_begins_when_they_end_across_midnight_too() -> None:
    assert QUIET.begins_at == m("06:00")
    assert due(at(2), QUIET, None) is None
    assert due(at(6), QUIET, None) == MONDAY
    evening = Hours(nightly_at=m("23:00"), quiet_from=m("22:00"), quiet_until=m("06:00"))
    assert due(at(6), evening, None) == MONDAY - timedelta(days=1)
    assert begin(MONDAY, evening, STOCKHOLM) == at(6, day=MONDAY + timedelta(days=1))


def test_quiet_hours_that_come_between_are_not_counted() -> None:
    morning = Hours(nightly_at=m("06:30"), quiet_from=m("07:00"), quiet_until=m("17:00"))
    assert due(at(7), morning, None) is None
    assert due(at(17), morning, None) == MONDAY
    assert due(at(22, 25), morning, None) == MONDAY
    assert due(at(22, 30), morning, None) is None


def test_the_end_of_quiet_hours_is_today_s_or_tomorrow_s() -> None:
    assert quiet_end(at(23), QUIET) == at(6, day=MONDAY + timedelta(days=1))
    assert quiet_end(at(5, 59), QUIET) == at(6)
    assert quiet_end(at(6), QUIET) is None
    assert quiet_end(at(2), TWO) is None


SPRING = {STOCKHOLM: date(2026, 3, 29), CHICAGO: date(2026, 3, 8), LONDON: date(2026, 3, 29)}
AUTUMN = {STOCKHOLM: date(2026, 10, 25), CHICAGO: date(2026, 11, 1), LONDON: date(2026, 10, 25)}


def ticks(first: date, days: int, zone: ZoneInfo) -> Iterator[datetime]:
    moment = datetime(first.year, first.month, first.day, tzinfo=zone).astimezone(UTC)
    for step in range(days * 24 * 12):
        yield (moment + step * TICK).astimezone(zone)


def nights(hours: Hours, first: date, days: int, zone: ZoneInfo) -> list[tuple[date, datetime]]:
    """The runs of a clock that ticks every five minutes: the night and the moment of each."""
    made: list[tuple[date, datetime]] = []
    for local in ticks(first, days, zone):
        night = due(local, hours, made[-1][0] if made else first - timedelta(days=1))
        if night is not None:
            made.append((night, local))
    return made


@pytest.mark.parametrize("zone", [STOCKHOLM, CHICAGO], ids=str)
@pytest.mark.parametrize("time", ["02:00", "02:30", "23:59"])
def test_a_spring_night_is_run_once_though_an_hour_is_left_out(zone: ZoneInfo, time: str) -> None:
    first = SPRING[zone] - timedelta(days=1)
    made = nights(Hours(nightly_at=m(time)), first, 3, zone)
    days = [first + timedelta(days=one) for one in range(3)]
    assert [night for night, _ in made] == days  # three times 24 hours: a tick after midnight belongs to it
    if time == "02:30":
        assert made[1][1] == at(3, 30, day=SPRING[zone], zone=zone)


@pytest.mark.parametrize("zone", [STOCKHOLM, CHICAGO], ids=str)
@pytest.mark.parametrize("time", ["01:30", "02:00", "02:30", "23:59"])
def test_an_autumn_night_is_run_once_though_an_hour_comes_twice(zone: ZoneInfo, time: str) -> None:
    first = AUTUMN[zone] - timedelta(days=1)
    made = nights(Hours(nightly_at=m(time)), first, 4, zone)
    assert len({night for night, _ in made}) == len(made)
    assert [night for night, _ in made][:3] == [first + timedelta(days=one) for one in range(3)]
    (moment,) = [local for night, local in made if night == AUTUMN[zone]]
    assert moment.fold == 0


@pytest.mark.parametrize(("zone", "hour"), [(STOCKHOLM, 2), (CHICAGO, 1)], ids=str)
def test_both_hours_that_a_clock_shows_twice_are_quiet(zone: ZoneInfo, hour: int) -> None:
    quiet = Hours(nightly_at=hour * 60, quiet_from=hour * 60, quiet_until=hour * 60 + 60)
    assert all(due(at(hour, 30, day=AUTUMN[zone], zone=zone, fold=fold), quiet, None) is None for fold in (0, 1))
    assert due(at(hour + 1, day=AUTUMN[zone], zone=zone), quiet, None) == AUTUMN[zone]


def policies() -> st.SearchStrategy[Hours]:
    minute = st.integers(0, 24 * 60 - 1)

    def made(nightly_at: int, quiet_from: int, length: int) -> Hours:
        if not length:
            return Hours(nightly_at=nightly_at)
        return Hours(nightly_at=nightly_at, quiet_from=quiet_from, quiet_until=(quiet_from + length) % (24 * 60))

    return st.builds(made, minute, minute, st.integers(0, MOST_QUIET))


YEAR = {zone: list(ticks(date(2026, 1, 10), 400, zone)) for zone in (STOCKHOLM, CHICAGO, LONDON)}


@pytest.mark.parametrize("zone", list(YEAR), ids=str)
@settings(max_examples=3, deadline=None)
@given(hours=policies())
def test_whatever_the_hours_each_night_is_run_once_and_no_quiet_one(zone: ZoneInfo, hours: Hours) -> None:
    """Every five minutes for 400 days. A night without any time outside quiet hours cannot be run."""
    last, made, open_nights = None, [], set()
    for local in YEAR[zone]:
        awake = not hours.quiet(local)
        if awake and begun(local, hours) not in open_nights:
            open_nights.add(begun(local, hours))
        night = due(local, hours, last)
        if night is not None:
            assert awake
            made.append(night)
            last = night
    assert all(one < two for one, two in pairwise(made))
    # The clock starts in the middle of a night, maybe too late for it.
    assert set(made) | {min(open_nights)} == open_nights
