"""The words for outcomes."""

import re
from pathlib import Path
from string import Formatter

import pytest

import classbridge
from classbridge.bridge.outcome import Code, Outcome, Owner
from classbridge.bridge.outcome import catalogue as domain
from classbridge.text import outcomes
from classbridge.text.outcomes import LANGUAGES, Text, explain


def _params(text: Text) -> set[str]:
    whole = f"{text.happened} {text.meaning} {text.fix}"
    return {name for _, name, _, _ in Formatter().parse(whole) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_its_words_and_no_words_are_without_a_code(language: str) -> None:
    assert set(outcomes.catalogue(language).texts) == {code.value for code in Code}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_show_exactly_the_parameters_of_the_domain(language: str) -> None:
    shown = {code: _params(text) for code, text in outcomes.catalogue(language).texts.items()}
    assert shown == {code.value: set(entry.params) for code, entry in domain.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_owner_in_the_words_is_the_domains(language: str) -> None:
    owners = {code: text.owner for code, text in outcomes.catalogue(language).texts.items()}
    assert owners == {code.value: entry.owner.value for code, entry in domain.items()}
    assert set(outcomes.catalogue(language).owners) == {owner.value for owner in Owner}


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_calm_sentences(language: str) -> None:
    for code, text in outcomes.catalogue(language).texts.items():
        for sentence in (text.happened, text.meaning, text.fix):
            assert sentence.endswith((".", ".”")), (code, sentence)
            assert "!" not in sentence
            assert sentence[0].isupper() or sentence[0] in "“”{", (code, sentence)


def test_both_languages_know_the_same_owners_and_values() -> None:
    english, swedish = outcomes.catalogue("en"), outcomes.catalogue("sv")
    assert english.owners.keys() == swedish.owners.keys()
    assert {k: v.keys() for k, v in english.values.items()} == {k: v.keys() for k, v in swedish.values.items()}


def test_swedish_is_written_and_not_left_in_english() -> None:
    english, swedish = outcomes.catalogue("en").texts, outcomes.catalogue("sv").texts
    assert [c for c in english if english[c].happened == swedish[c].happened] == []


def test_an_unreachable_sis_says_the_known_sentences() -> None:
    english, swedish = explain("SIS_UNREACHABLE", {}, "en"), explain("SIS_UNREACHABLE", {}, "sv")
    assert f"{english.happened} {english.meaning}" == (
        "Export failed. The SIS can't be reached. Contact your IT administrator if you need help. "
        "Your grades are kept and will be sent when the SIS answers."
    )
    assert f"{swedish.happened} {swedish.meaning}" == (
        "Exporten misslyckades. Det går inte att nå SIS. Kontakta IT-administratören om du behöver hjälp. "
        "Dina betyg är sparade och skickas när SIS svarar."
    )


def test_an_outcome_is_filled_in_with_its_parameters_and_its_owner() -> None:
    outcome = Outcome.of(Code.TITLE_TOO_LONG, title="Ekosystem #a3f9", title_max=30)
    told = explain(outcome.code, outcome.params, "sv")
    assert told.happened == "Titeln kortas till ”Ekosystem #a3f9”."
    assert "30 tecken" in told.meaning
    assert told.owner == "ingen behöver göra något"


def test_a_parameters_value_is_put_into_the_readers_language() -> None:
    outcome = Outcome.of(Code.REMOVALS_HELD, count=12, people=40, scope="school")
    assert "the school" in explain(outcome.code, outcome.params, "en").meaning
    assert "skolan" in explain(outcome.code, outcome.params, "sv").meaning


def test_braces_in_a_parameter_are_shown_as_they_are() -> None:
    assert explain("URL_INVALID", {"url": "{host}"}).happened == "“{host}” is not a web address."


def test_a_parameter_that_was_not_stored_shows_as_a_dash() -> None:
    assert explain("WRONG_HOST", {}).happened == "There is no server called –."


def test_a_language_we_do_not_speak_is_answered_in_english() -> None:
    assert explain("PROVED", {}, "fi") == explain("PROVED", {}, "en")
    assert explain("PROVED", {}, "sv-SE") == explain("PROVED", {}, "sv")


def test_an_unknown_code_is_an_error() -> None:
    with pytest.raises(KeyError):
        explain("NO_SUCH_CODE", {})


def test_grades_are_written_as_the_language_writes_numbers_and_other_parameters_stay() -> None:
    grades = {"classroom": "12.5", "sis": "11.25 (exempt)"}
    assert "12,5" in explain("DRIFTED_HELD", grades, "sv").meaning
    assert "11,25 (exempt)" in explain("DRIFTED_HELD", grades, "sv").meaning
    assert "12.5" in explain("DRIFTED_HELD", grades, "en").meaning
    assert "7,5" in explain("NOT_VERIFIED", {"sent": "8", "found": "7.5"}, "sv").meaning
    assert "1.1" in explain("WRONG_VERSION", {"found": "1.1", "expected": "1.2"}, "sv").happened


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_that_may_be_missing_has_a_name(language: str) -> None:
    code = "".join(path.read_text("utf-8") for path in Path(classbridge.__file__).parent.rglob("*.py"))
    asked = set(re.findall(r'FIELD_MISSING, field="(\w+)"', code))
    assert {"classes", "kinds"} <= asked <= set(outcomes.catalogue(language).values["field"])
