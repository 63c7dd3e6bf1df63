"""Outcomes and their catalogue."""

import pytest

from classbridge.bridge.outcome import Code, Kind, Outcome, Owner, catalogue


def test_every_code_is_in_the_catalogue() -> None:
    assert set(catalogue) == set(Code)


def test_a_code_is_stored_under_its_own_name() -> None:
    assert [code for code in Code if code.name != code.value] == []


def test_an_outcome_takes_exactly_its_parameters_as_words() -> None:
    outcome = Outcome.of(Code.SCORE_CLAMPED, score=7, maximum=5)
    assert outcome.params == {"score": "7", "maximum": "5"}
    with pytest.raises(TypeError):
        Outcome.of(Code.SCORE_CLAMPED, score=7)
    with pytest.raises(TypeError):
        Outcome.of(Code.VERIFIED, score=7)


def test_what_is_skipped_failed_or_held_blocks_and_the_rest_is_a_notice() -> None:
    assert Outcome.of(Code.DUE_DATE_MISSING).blocks
    assert Outcome.of(Code.SKIPPED_UNGRADED).blocks
    assert Outcome.of(Code.IDS_LOST).blocks
    assert not Outcome.of(Code.CATEGORY_DEFAULTED).blocks
    assert not Outcome.of(Code.VERIFIED).blocks


def test_what_is_held_always_waits_for_someone() -> None:
    assert [c for c, e in catalogue.items() if e.kind is Kind.HELD and e.owner is Owner.NOBODY] == []
