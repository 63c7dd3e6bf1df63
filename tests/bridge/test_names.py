"""Names as people look for them, and in a list's order."""

import pytest

from classbridge.bridge.names import in_order, plain, sought


@pytest.mark.parametrize(
    ("text", "bare"),
    [("Åsa  MUÑOZ", "asa munoz"), ("Søren Łęcki", "soren lecki"), ("Zoe\u0308", "zoe"), ("O'Neill", "o'neill")],
)
def test_a_name_without_case_and_accents(text: str, bare: str) -> None:
    assert plain(text) == bare


@pytest.mark.parametrize(
    "wanted", ["åsa", "ÅSA", "asa", "Asa berg", "berg åsa", "A\u030asa", "asa.berg@", "  åsa   öberg "]
)
def test_a_person_is_found_however_the_name_is_typed(wanted: str) -> None:
    assert sought(wanted, "Åsa Öberg", "asa.berg@skola.example")


@pytest.mark.parametrize("wanted", ["", "  ", "åsa lind", "äsa"])
def test_nobody_is_found_by_nothing_or_by_another_letter(wanted: str) -> None:
    assert not sought(wanted, "Åsa Öberg", "asa.berg@skola.example")


def test_the_alphabet_is_the_reader_s() -> None:
    names = ["Öberg", "Zorn", "Åberg", "Ärlig", "Aalto"]
    assert sorted(names, key=lambda one: in_order(one, "", "sv")) == ["Aalto", "Zorn", "Åberg", "Ärlig", "Öberg"]
    assert sorted(names, key=lambda one: in_order(one, "", "en")) == ["Aalto", "Åberg", "Ärlig", "Öberg", "Zorn"]
