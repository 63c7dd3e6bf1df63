"""rules.md 10: local days, at both edges of summer time, at 23:59, and without a time."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classbridge.bridge.clock import (
    due_date,
    due_moment,
    in_school_hours,
    same_due,
    session_on,
    sis_due_moment,
)
from tests.bridge.builders import STOCKHOLM, term, work

LOS_ANGELES = ZoneInfo("America/Los_Angeles")
AUCKLAND = ZoneInfo("Pacific/Auckland")


@pytest.mark.parametrize(
    ("day", "at", "zone", "local"),
    [
        # 23:59 in winter and in summer
        ((2026, 1, 15), (22, 59), STOCKHOLM, "2026-01-15T23:59:00+01:00"),
        ((2026, 6, 15), (21, 59), STOCKHOLM, "2026-06-15T23:59:00+02:00"),
        ((2026, 1, 16), (7, 59), LOS_ANGELES, "2026-01-15T23:59:00-08:00"),
        ((2026, 1, 15), (10, 59), AUCKLAND, "2026-01-15T23:59:00+13:00"),
        # a minute later it is the next day
        ((2026, 6, 15), (22, 0), STOCKHOLM, "2026-06-16T00:00:00+02:00"),
        # the nights on which the clock changes
        ((2026, 3, 29), (0, 59), STOCKHOLM, "2026-03-29T01:59:00+01:00"),
        ((2026, 3, 29), (1, 0), STOCKHOLM, "2026-03-29T03:00:00+02:00"),
        ((2026, 3, 28), (22, 59), STOCKHOLM, "2026-03-28T23:59:00+01:00"),
        ((2026, 3, 29), (21, 59), STOCKHOLM, "2026-03-29T23:59:00+02:00"),
        ((2026, 10, 25), (0, 30), STOCKHOLM, "2026-10-25T02:30:00+02:00"),
        ((2026, 10, 25), (1, 30), STOCKHOLM, "2026-10-25T02:30:00+01:00"),
        ((2026, 10, 24), (21, 59), STOCKHOLM, "2026-10-24T23:59:00+02:00"),
        ((2026, 10, 25), (22, 59), STOCKHOLM, "2026-10-25T23:59:00+01:00"),
        # midnight in UTC is a time, not the lack of one
        ((2026, 1, 16), (0, 0), LOS_ANGELES, "2026-01-15T16:00:00-08:00"),
    ],
)
def test_a_due_time_in_utc_becomes_the_local_one(
    day: tuple[int, int, int], at: tuple[int, int], zone: ZoneInfo, local: str
) -> None:
    due = work(due=day, at=at)
    moment = due_moment(due, zone)
    assert moment is not None
    assert moment.isoformat() == local
    assert due_date(due, zone) == moment.date()


@pytest.mark.parametrize("zone", [STOCKHOLM, LOS_ANGELES, AUCKLAND])
def test_without_a_time_the_day_is_meant_as_it_stands(zone: ZoneInfo) -> None:
    due = work(due=(2026, 3, 29))
    moment = due_moment(due, zone)
    assert moment is not None
    assert (moment.date(), moment.hour, moment.minute) == (date(2026, 3, 29), 23, 59)


def test_where_the_last_hour_of_a_day_comes_twice_the_day_ends_with_the_second() -> None:
    moment = due_moment(work(due=(2026, 4, 4)), ZoneInfo("America/Santiago"))
    assert moment is not None
    assert moment.astimezone(UTC) == datetime(2026, 4, 5, 3, 59, tzinfo=UTC)


def test_work_without_a_due_date_or_with_half_a_one_has_none() -> None:
    assert due_moment(work(), STOCKHOLM) is None
    assert due_date(work(due=(2026, 0, 0)), STOCKHOLM) is None
    assert sis_due_moment(work(), STOCKHOLM) is None


days = st.dates(date(2020, 1, 2), date(2035, 12, 30))
zones = st.sampled_from(
    [STOCKHOLM, LOS_ANGELES, AUCKLAND, ZoneInfo("Pacific/Kiritimati"), ZoneInfo("Etc/GMT+12"), ZoneInfo("UTC")]
)


@given(days, st.one_of(st.none(), st.tuples(st.integers(0, 23), st.integers(0, 59))), zones)
def test_what_is_sent_has_the_local_due_day_read_either_way(
    day: date, at: tuple[int, int] | None, zone: ZoneInfo
) -> None:
    due = work(due=(day.year, day.month, day.day), at=at)
    sent = sis_due_moment(due, zone)
    assert sent is not None
    assert sent.tzinfo is UTC
    assert sent.date() == sent.astimezone(zone).date() == due_date(due, zone)


def test_a_due_time_that_needs_no_moving_is_sent_as_it_is() -> None:
    assert sis_due_moment(work(due=(2026, 1, 15), at=(13, 30)), STOCKHOLM) == datetime(
        2026, 1, 15, 13, 30, tzinfo=UTC
    )


def test_the_same_day_is_the_same_due_whatever_the_time() -> None:
    sent = datetime(2026, 1, 15, 22, 59, tzinfo=UTC)
    assert same_due(sent, datetime(2026, 1, 15, tzinfo=UTC), STOCKHOLM)
    assert same_due(sent, datetime(2026, 1, 14, 23, 0, tzinfo=UTC), STOCKHOLM)
    assert not same_due(sent, datetime(2026, 1, 16, 12, tzinfo=UTC), STOCKHOLM)
    assert same_due(None, None, STOCKHOLM)
    assert not same_due(sent, None, STOCKHOLM)
    assert not same_due(None, sent, STOCKHOLM)


def test_both_ends_belong_to_a_term() -> None:
    spring = term(date(2026, 1, 8), date(2026, 6, 12))
    assert session_on(date(2026, 1, 8), [spring]) is spring
    assert session_on(date(2026, 6, 12), [spring]) is spring
    assert session_on(date(2026, 6, 13), [spring]) is None


def test_of_several_sessions_the_shortest_holds_the_day_and_a_deleted_one_none() -> None:
    year, month = term(date(2026, 1, 1), date(2026, 12, 31), "y"), term(date(2026, 5, 1), date(2026, 5, 31), "m")
    assert session_on(date(2026, 5, 5), [year, month]) is month
    month.status = "tobedeleted"
    assert session_on(date(2026, 5, 5), [month]) is None


def test_2359_on_the_last_day_is_inside_the_term_in_the_local_zone_only() -> None:
    last_evening = work(due=(2026, 6, 13), at=(6, 59))
    day = due_date(last_evening, LOS_ANGELES)
    assert day is not None
    assert session_on(day, [term(date(2026, 1, 8), date(2026, 6, 12))]) is not None


@pytest.mark.parametrize(
    ("moment", "zone", "inside"),
    [
        # a Wednesday in winter and one in summer, at both ends
        ("2026-01-14T04:59:59", STOCKHOLM, False),
        ("2026-01-14T05:00", STOCKHOLM, True),
        ("2026-01-14T16:59:59", STOCKHOLM, True),
        ("2026-01-14T17:00", STOCKHOLM, False),
        ("2026-06-10T03:59", STOCKHOLM, False),
        ("2026-06-10T04:00", STOCKHOLM, True),
        ("2026-06-10T15:59", STOCKHOLM, True),
        ("2026-06-10T16:00", STOCKHOLM, False),
        # the Friday before the clock changes and the Monday after it, in spring and in autumn
        ("2026-03-27T05:00", STOCKHOLM, True),
        ("2026-03-27T04:59", STOCKHOLM, False),
        ("2026-03-30T04:00", STOCKHOLM, True),
        ("2026-03-30T03:59", STOCKHOLM, False),
        ("2026-10-23T15:59", STOCKHOLM, True),
        ("2026-10-23T16:00", STOCKHOLM, False),
        ("2026-10-26T16:59", STOCKHOLM, True),
        ("2026-10-26T17:00", STOCKHOLM, False),
        # the weekend, also where it is a weekday in UTC
        ("2026-01-17T11:00", STOCKHOLM, False),
        ("2026-01-18T11:00", STOCKHOLM, False),
        ("2026-01-16T18:00", AUCKLAND, False),
        ("2026-01-18T18:00", AUCKLAND, True),
        ("2026-01-17T01:59", LOS_ANGELES, True),
        ("2026-01-17T02:00", LOS_ANGELES, False),
    ],
)
def test_school_hours_are_those_of_a_weekday_where_the_school_is(
    moment: str, zone: ZoneInfo, inside: bool
) -> None:
    assert in_school_hours(datetime.fromisoformat(moment).replace(tzinfo=UTC), zone) is inside
