"""rules.md 7: grading periods are read, merged and written whole."""

import itertools
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from classbridge.bridge.outcome import Code
from classbridge.bridge.periods import PeriodPlan, as_classrooms, merge_grading_periods
from classbridge.classroom.models import Date, GradingPeriod, GradingPeriodSettings
from classbridge.oneroster.models import AcademicSession
from tests.bridge.builders import term


def day(month: int, number: int) -> Date:
    return Date(year=2026, month=month, day=number)


def period(title: str, first: int, last: int, period_id: str = "p1") -> GradingPeriod:
    return GradingPeriod(title=title, start_date=day(first, 1), end_date=day(last, 28), id=period_id)


def session(title: str, first: int, last: int, sourced_id: str = "g1") -> AcademicSession:
    return term(date(2026, first, 1), date(2026, last, 28), sourced_id, "gradingPeriod", title)


def merge(existing: list[GradingPeriod], *sessions: AcademicSession) -> PeriodPlan:
    settings = GradingPeriodSettings(grading_periods=existing, apply_to_existing_coursework=True)
    return merge_grading_periods(settings, as_classrooms(sessions))


def test_new_periods_are_put_in_order_beside_a_teachers_own() -> None:
    own = period("My spring", 4, 6)
    plan = merge([own], session("Q3", 7, 9, "g2"), session("Q1", 1, 3))
    assert [p.title for p in plan.settings.grading_periods] == ["Q1", "My spring", "Q3"]
    assert own in plan.settings.grading_periods
    assert [p.id for p in plan.settings.grading_periods] == ["", "p1", ""]
    assert (plan.changed, plan.outcomes, plan.settings.apply_to_existing_coursework) == (True, (), True)


def test_a_second_import_changes_nothing() -> None:
    assert not merge([period("Q1", 1, 3)], session("q1 ", 1, 3)).changed


def test_a_period_that_has_other_dates_in_the_sis_since_is_named_and_stays() -> None:
    existing = [period("Q1", 1, 3)]
    plan = merge(existing, session("Q1", 1, 4))
    assert (plan.settings.grading_periods, plan.changed) == (existing, False)
    assert [(o.code, o.params) for o in plan.outcomes] == [(Code.PERIOD_TITLE_TAKEN, {"title": "Q1"})]


def test_overlapping_dates_and_taken_titles_are_reported_and_left_out() -> None:
    existing = [period("Own", 1, 3)]
    overlap, taken = merge(existing, session("Q1", 3, 5)), merge(existing, session("OWN", 8, 9))
    assert [o.code for o in overlap.outcomes] == [Code.PERIOD_OVERLAPS]
    assert [o.code for o in taken.outcomes] == [Code.PERIOD_TITLE_TAKEN]
    assert not overlap.changed
    assert not taken.changed


def test_a_period_that_is_gone_from_the_sis_stays() -> None:
    assert not merge([period("Q1", 1, 3)]).changed


def test_terms_and_deleted_periods_are_no_grading_periods() -> None:
    gone = session("Q1", 1, 3)
    gone.status = "tobedeleted"
    assert not merge([], gone, term(date(2026, 1, 1), date(2026, 6, 1))).changed


spans = st.tuples(st.integers(0, 300), st.integers(0, 60), st.sampled_from(["A", "a", "B", "C", "D"]))


def _session(n: int, span: tuple[int, int, str]) -> AcademicSession:
    start = date(2026, 1, 1) + timedelta(days=span[0])
    return term(start, start + timedelta(days=span[1]), f"g{n}", "gradingPeriod", span[2])


@given(st.lists(spans, max_size=6), st.lists(spans, max_size=6))
def test_merging_drops_nothing_and_keeps_titles_unique_and_dates_apart(
    teachers: list[tuple[int, int, str]], theirs: list[tuple[int, int, str]]
) -> None:
    made = merge([], *(_session(n, s) for n, s in enumerate(teachers)))
    own = [
        GradingPeriod(title=p.title, start_date=p.start_date, end_date=p.end_date, id=f"p{n}")
        for n, p in enumerate(made.settings.grading_periods)
    ]
    plan = merge(own, *(_session(n, s) for n, s in enumerate(theirs)))
    found = plan.settings.grading_periods
    assert all(p in found for p in own)
    assert len({p.title.casefold() for p in found}) == len(found)
    assert all(a.end_date.plain() < b.start_date.plain() for a, b in itertools.pairwise(found))
