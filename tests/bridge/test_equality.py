"""rules.md 5: equal is what the profile predicts, and nothing looser."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classbridge.bridge.equality import EXEMPT, Value, equal, predict, show
from classbridge.bridge.gradebook import GradebookRules
from classbridge.bridge.outcome import Code

D = Decimal


def test_scores_are_equal_as_numbers_and_not_as_words() -> None:
    assert equal(Value(D("7.50")), Value(D("7.5")))
    assert not equal(Value(D("7.5")), Value(D("7.49")))
    assert not equal(Value(D(0)), Value(None))


@pytest.mark.parametrize("spelling", ["fully graded", "fully-graded", "Fully Graded", "FULLY_GRADED"])
def test_the_spellings_of_a_status_are_one(spelling: str) -> None:
    assert equal(Value(D(1)), Value(D(1), spelling))


def test_another_status_is_another_grade() -> None:
    assert not equal(Value(D(1)), Value(D(1), EXEMPT))
    assert not equal(Value(D(1)), Value(D(1), "submitted"))


def test_a_comment_counts_only_when_we_sent_one() -> None:
    assert equal(Value(D(1)), Value(D(1), comment="by the teacher in the SIS"))
    assert equal(Value(D(1), comment=""), Value(D(1), comment="x"))
    assert equal(Value(D(1), comment="good "), Value(D(1), comment="good"))
    assert not equal(Value(D(1), comment="good"), Value(D(1)))


def test_extra_credit_is_kept_where_the_sis_keeps_it() -> None:
    prediction = predict(GradebookRules(), D(300), D(100))
    assert (prediction.value.score, prediction.losses) == (D(300), ())


def test_a_sis_that_clamps_is_predicted_and_said() -> None:
    prediction = predict(GradebookRules(above_maximum="clamp"), D("105.50"), D(100))
    assert prediction.value.score == D(100)
    assert [(o.code, o.params) for o in prediction.losses] == [
        (Code.SCORE_CLAMPED, {"score": "105.5", "maximum": "100"})
    ]
    assert not prediction.blocked


def test_a_sis_that_refuses_extra_credit_is_not_sent_any() -> None:
    rules = GradebookRules(above_maximum="refuse")
    assert predict(rules, D(101), D(100)).blocked
    assert not predict(rules, D(100), D(100)).blocked


@pytest.mark.parametrize(
    ("score", "stored"), [("7.25", "7.3"), ("7.24", "7.2"), ("7.35", "7.4"), ("9.95", "10.0")]
)
def test_a_sis_that_rounds_is_predicted_half_up_and_said(score: str, stored: str) -> None:
    prediction = predict(GradebookRules(score_decimals=1), D(score), D(100))
    assert prediction.value.score == D(stored)
    assert [o.code for o in prediction.losses] == [Code.SCORE_ROUNDED]


def test_rounding_that_loses_nothing_says_nothing() -> None:
    prediction = predict(GradebookRules(score_decimals=0), D("7.00"), D(100))
    assert (prediction.value.score, prediction.losses) == (D(7), ())


def test_excused_survives_where_the_sis_keeps_it_and_is_refused_where_not() -> None:
    kept = predict(GradebookRules(), None, D(100), EXEMPT)
    assert (kept.value, kept.blocked) == (Value(None, EXEMPT), False)
    refused = predict(GradebookRules(score_statuses=("fully graded",)), None, D(100), EXEMPT)
    assert [o.code for o in refused.losses] == [Code.SKIPPED_EXCUSED]
    assert refused.blocked


scores = st.decimals(0, 1000, places=2)
rules = st.builds(
    GradebookRules,
    score_decimals=st.one_of(st.none(), st.integers(0, 2)),
    above_maximum=st.sampled_from(["keep", "clamp", "refuse"]),
)


@given(rules, scores, st.integers(1, 500))
def test_what_is_predicted_without_a_loss_is_what_was_sent(rules: GradebookRules, score: D, maximum: int) -> None:
    prediction = predict(rules, score, D(maximum))
    assert equal(prediction.sent, prediction.value) or prediction.losses


@given(rules, scores, st.integers(1, 500))
def test_a_prediction_sent_again_changes_no_more(rules: GradebookRules, score: D, maximum: int) -> None:
    once = predict(rules, score, D(maximum)).value
    assert equal(predict(rules, once.score, D(maximum)).value, once)


@pytest.mark.parametrize(
    ("score", "shown"), [("7.50", "7.5"), ("100", "100"), ("1E+2", "100"), ("0.00", "0"), ("10.0", "10")]
)
def test_a_score_is_shown_the_shortest_way(score: str, shown: str) -> None:
    assert show(D(score)) == shown


def test_a_grade_is_shown_with_a_status_only_where_it_says_more() -> None:
    assert str(Value(D("7.50"))) == "7.5"
    assert str(Value(None, EXEMPT)) == "exempt"
    assert str(Value(D(3), EXEMPT)) == "3 (exempt)"
