"""A grade that someone changed in the SIS is seen, shown, and left alone until a person or the policy says so."""

from decimal import Decimal

import pytest

from classbridge.sandbox.sis.state import Grade
from tests.service.conftest import Gradebook, lines, sis_state

OTHER = Decimal("1.5")


@pytest.fixture
def drifted(essay: Gradebook) -> Grade:
    """One grade, changed in the SIS after it was exported."""
    essay.export()
    one = next(grade for grade in essay.held() if grade.score is not None and grade.score != OTHER)
    with essay.made.stage.sis.control() as control:
        control.change_score(one.result_id, OTHER)
    return one


def score_now(book: Gradebook, one: Grade) -> Decimal | None:
    return next(grade.score for grade in book.held() if grade.result_id == one.result_id)


def test_it_is_shown_with_both_values_and_not_overwritten(essay: Gradebook, drifted: Grade) -> None:
    preview = essay.preview()
    (line,) = lines(preview, "drifted")
    assert (line.classroom, line.sis, preview.to_send) == (drifted.score, OTHER, 0)
    assert line.said is not None
    assert line.said.code == "DRIFTED_HELD"
    done = essay.export()
    assert (done.sent, done.skipped, done.failed) == (0, 1 + preview_skips(preview.counts), 0)
    assert score_now(essay, drifted) == OTHER


def preview_skips(counts: dict[str, int]) -> int:
    return counts["skipped"] + counts["held"]


def test_it_is_overwritten_when_the_person_says_so(essay: Gradebook, drifted: Grade) -> None:
    done = essay.export(overwrite=True)
    assert (done.sent, done.verified) == (1, 1)
    assert score_now(essay, drifted) == drifted.score


def test_an_export_without_a_person_skips_it_and_says_so(essay: Gradebook, drifted: Grade) -> None:
    done = essay.export(attended=False)
    assert done.sent == 0
    assert "DRIFTED_SKIPPED" in {line.said.code for line in lines(done, "skipped") if line.said}
    assert score_now(essay, drifted) == OTHER


def test_an_export_without_a_person_overwrites_it_where_the_policy_says_so(
    essay: Gradebook, drifted: Grade
) -> None:
    assert essay.export(attended=False, overwrite=True).verified == 1
    assert score_now(essay, drifted) == drifted.score


def test_a_policy_to_keep_leaves_it_for_good(essay: Gradebook, drifted: Grade) -> None:
    done = essay.export(keep=True)
    assert "DRIFTED_KEPT" in {line.said.code for line in lines(done, "skipped") if line.said}
    assert score_now(essay, drifted) == OTHER
    assert sis_state(essay.made)["writes"]["put_line_item"] == 1
