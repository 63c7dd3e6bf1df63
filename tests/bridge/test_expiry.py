"""When keys run out, and when to warn."""

from datetime import date, timedelta

import pytest

from classbridge.bridge.expiry import WARN_DAYS, Life, due_warning, last_day

TODAY = date(2026, 11, 23)


def day(offset: int) -> date:
    return TODAY + timedelta(days=offset)


@pytest.mark.parametrize(
    ("keys", "last"),
    [
        ([Life()], None),
        ([Life(expires_on=day(5))], day(5)),
        ([Life(expires_on=day(5)), Life(effective_on=day(3), expires_on=day(40))], day(40)),
        ([Life(effective_on=day(6), expires_on=day(40)), Life(expires_on=day(5))], day(40)),
        ([Life(expires_on=day(5)), Life(effective_on=day(7), expires_on=day(40))], day(5)),
        ([Life(expires_on=day(5)), Life(effective_on=day(5))], None),
        ([Life(expires_on=day(-3))], day(-1)),
        ([Life(effective_on=day(2))], day(-1)),
        ([], day(-1)),
    ],
)
def test_keys_that_overlap_or_touch_cover_together_and_a_gap_ends(keys: list[Life], last: date | None) -> None:
    assert last_day(keys, TODAY) == last


def test_a_warning_comes_once_for_each_of_the_days_and_never_after_the_last_one() -> None:
    last, sent, warned = day(40), set[int](), []
    for offset in range(45):
        days = due_warning(last, day(offset), sent)
        if days is not None:
            sent.add(days)
            warned.append(((last - day(offset)).days, days))
    assert warned == [(days, days) for days in WARN_DAYS]


def test_after_a_sleep_only_the_nearest_warning_is_due() -> None:
    assert due_warning(day(5), TODAY, set()) == 7
    assert due_warning(day(5), TODAY, {7}) is None
    assert due_warning(None, TODAY, set()) is None
