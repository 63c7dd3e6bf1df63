"""What the SIS would say, said before."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from classbridge.bridge.gradebook import GradebookRules
from classbridge.bridge.outcome import Code
from classbridge.bridge.preflight import Gradebook, Prepared, plan_titles, prepare, shorten
from classbridge.classroom.models import CourseWork, GradeCategory
from classbridge.oneroster.models import Category
from tests.bridge.builders import STOCKHOLM, term, work

HOMEWORK, TESTS = Category(sourced_id="cat-h", title="Homework"), Category(sourced_id="cat-t", title="Tests")
PLACEHOLDER = Category(sourced_id="1111", title="Placeholder")


def check(
    rules: GradebookRules, item: CourseWork | None = None, category: str | None = None, **more: object
) -> Prepared:
    item = item or CourseWork(
        id="w1",
        title="Essay",
        max_points=Decimal(10),
        grade_category=None if category is None else GradeCategory(id="g1", name=category),
    )
    book = Gradebook(rules=rules, zone=STOCKHOLM, categories=(HOMEWORK, TESTS, PLACEHOLDER), **more)  # type: ignore[arg-type]
    return prepare(item, plan_titles([item], rules)[item.id], book)


def codes(prepared: Prepared) -> list[Code]:
    return [outcome.code for outcome in prepared.outcomes]


def test_work_that_breaks_no_rule_has_no_outcome() -> None:
    prepared = check(GradebookRules())
    assert prepared.outcomes == ()
    assert prepared.blocking is None
    assert (prepared.title, prepared.maximum, prepared.due) == ("Essay", Decimal(10), None)


@pytest.mark.parametrize("points", [None, 0])
def test_ungraded_work_is_not_exported_and_says_so(points: int | None) -> None:
    prepared = check(GradebookRules(), work(points=points))
    assert prepared.blocking is not None
    assert prepared.blocking.code is Code.SKIPPED_UNGRADED


def test_a_category_is_found_by_mapping_then_by_name_then_by_default() -> None:
    rules = GradebookRules(category="required")
    assert check(rules, category="homework ").category_sourced_id == "cat-h"
    assert check(rules, category="Homework", mapping={"homework": "tests"}).category_sourced_id == "cat-t"
    assert check(rules, category="Läxor", default_category="Tests").category_sourced_id == "cat-t"
    assert check(rules, default_category="Tests").category_sourced_id == "cat-t"


def test_a_default_category_that_is_used_is_named_and_lets_the_work_go_on() -> None:
    rules = GradebookRules(category="required")
    for item in (check(rules, default_category="Tests"), check(rules, category="Läxor", default_category="Tests")):
        assert codes(item) == [Code.CATEGORY_CHOSEN]
        assert item.outcomes[0].params == {"category": "Tests"}
        assert item.blocking is None
    assert codes(check(rules, category="Homework", default_category="Tests")) == []


def test_a_required_category_that_is_not_there_blocks_and_names_those_that_are() -> None:
    rules = GradebookRules(category="required", categories_forbidden=("1111",))
    unknown = check(rules, category="Läxor")
    assert unknown.blocking is not None
    assert unknown.blocking.code is Code.CATEGORY_NOT_FOUND
    assert unknown.blocking.params == {"category": "Läxor", "available": "Homework, Tests"}
    assert codes(check(rules)) == [Code.CATEGORY_MISSING]


@pytest.mark.parametrize("more", [{"category": "Placeholder"}, {"default_category": "Placeholder"}])
def test_a_placeholder_category_is_never_sent(more: dict[str, str]) -> None:
    rules = GradebookRules(category="required", categories_forbidden=("1111",))
    prepared = check(rules, **more)  # type: ignore[arg-type]
    assert prepared.category_sourced_id is None
    assert prepared.blocking is not None


def test_a_mapping_to_a_category_that_is_gone_is_not_followed() -> None:
    prepared = check(GradebookRules(category="required"), category="Homework", mapping={"homework": "gone"})
    assert prepared.category_sourced_id is None
    assert prepared.blocking is not None


def test_a_sis_with_a_default_category_takes_work_without_one_as_a_notice() -> None:
    prepared = check(GradebookRules(category="default"))
    assert (codes(prepared), prepared.blocking) == ([Code.CATEGORY_DEFAULTED], None)


def test_a_sis_that_wants_no_category_loses_an_unknown_one_as_a_notice() -> None:
    prepared = check(GradebookRules(), category="Läxor")
    assert (codes(prepared), prepared.blocking) == ([Code.CATEGORY_LEFT_OUT], None)


def test_a_missing_due_date_blocks_only_where_one_is_required() -> None:
    assert codes(check(GradebookRules(due_date_required=True))) == [Code.DUE_DATE_MISSING]
    assert codes(check(GradebookRules(due_date_in_term=True))) == []


def test_a_due_date_outside_the_open_terms_blocks_and_names_them() -> None:
    rules = GradebookRules(due_date_in_term=True)
    terms = (term(date(2026, 1, 8), date(2026, 6, 12)),)
    # 22:59 in UTC is 00:59 of the next day in Stockholm's summer
    late = check(rules, work(due=(2026, 6, 12), at=(22, 59)), terms=terms)
    assert late.blocking is not None
    assert late.blocking.code is Code.DUE_DATE_OUTSIDE_TERM
    assert late.blocking.params == {"due_date": "2026-06-13", "terms": "2026-01-08–2026-06-12"}
    in_time = check(rules, work(due=(2026, 6, 12), at=(21, 59)), terms=terms)
    assert in_time.outcomes == ()
    assert in_time.due == datetime(2026, 6, 12, 21, 59, tzinfo=UTC)


def test_unknown_terms_block_nothing() -> None:
    assert codes(check(GradebookRules(due_date_in_term=True), work(due=(2026, 6, 12)))) == []


def test_points_must_be_whole_only_where_the_sis_says_so() -> None:
    item = work(points=Decimal("10.5"))
    assert codes(check(GradebookRules(whole_points=True), item)) == [Code.POINTS_NOT_WHOLE]
    assert codes(check(GradebookRules(), item)) == []
    assert codes(check(GradebookRules(whole_points=True), work(points=Decimal("10.00")))) == []


def test_a_long_title_is_cut_at_a_word_with_a_tag_and_a_notice() -> None:
    prepared = check(GradebookRules(title_max=30), work(title="An essay on the causes of the French Revolution"))
    assert prepared.title.startswith("An essay on the causes #")
    assert len(prepared.title) <= 30
    assert (codes(prepared), prepared.blocking) == ([Code.TITLE_TOO_LONG], None)
    assert prepared.outcomes[0].params == {"title": prepared.title, "title_max": "30"}


def test_a_title_that_just_fits_stays() -> None:
    assert check(GradebookRules(title_max=30), work(title="x" * 30)).title == "x" * 30


def test_a_shortened_title_does_not_change_when_other_work_comes() -> None:
    rules = GradebookRules(title_max=20)
    long = "The very same beginning, first part"
    alone = plan_titles([work("2", long)], rules)["2"]
    together = plan_titles([work("1", long), work("2", long), work("3", "The very same")], rules)
    assert together["2"] == alone
    assert len(set(together.values())) == 3


def test_equal_titles_stay_unless_the_sis_wants_them_unique_and_then_the_oldest_keeps_its_own() -> None:
    works = [work("10", "Quiz"), work("9", "quiz"), work("11", "Quiz")]
    assert plan_titles(works, GradebookRules()) == {"10": "Quiz", "9": "quiz", "11": "Quiz"}
    titles = plan_titles(works, GradebookRules(unique_title=True))
    assert titles["9"] == "quiz"
    assert titles["10"].startswith("Quiz #")
    made_first = replace(works[2], creation_time=datetime(2026, 1, 1, tzinfo=UTC))
    made_later = replace(works[1], creation_time=datetime(2026, 1, 2, tzinfo=UTC))
    assert plan_titles([made_later, made_first], GradebookRules(unique_title=True))["11"] == "Quiz"
    assert codes(check(GradebookRules(unique_title=True), works[0])) == []


def test_a_cut_never_parts_a_letter_from_its_accent() -> None:
    assert shorten("Livs\u0061\u030askadning i mellanstadiet", "w", 11, set()).partition(" #")[0] == "Livs"


def test_a_tag_that_is_taken_grows() -> None:
    first = shorten("A title that is too long", "w", 14, set())
    second = shorten("A title that is too long", "w", 14, {first.casefold()})
    assert second != first
    assert max(len(first), len(second)) <= 14
    assert second.partition("#")[2].startswith(first.partition("#")[2])


def test_a_limit_without_room_for_a_tag_is_an_error() -> None:
    with pytest.raises(ValueError, match="at most 4"):
        shorten("Too long", "w", 4, set())


titles = st.text(st.sampled_from("ab å\u0301,-#1"), min_size=1, max_size=60)


@given(
    st.dictionaries(st.integers(1, 999).map(str), titles, max_size=12),
    st.integers(12, 40),
    st.booleans(),
    st.randoms(),
)
def test_titles_always_fit_and_never_meet(
    by_id: dict[str, str], title_max: int, unique: bool, random: object
) -> None:
    rules = GradebookRules(title_max=title_max, unique_title=unique)
    works = [work(work_id, title) for work_id, title in by_id.items()]
    planned = plan_titles(works, rules)
    assert planned == plan_titles(works[::-1], rules)
    assert all(len(title) <= title_max for title in planned.values())
    shortened = [t for i, t in planned.items() if t != " ".join(by_id[i].split())]
    assert len({t.casefold() for t in shortened}) == len(shortened)
    if unique:
        assert len({t.casefold() for t in planned.values()}) == len(planned)
