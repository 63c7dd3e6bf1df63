"""What an admin puts otherwise than a profile says: every setting can be read, changed and taken back."""

import pytest

from classbridge.oneroster.models import Version
from classbridge.sis.registry import profile, profiles
from classbridge.sis.tuning import GRADEBOOK, READING, TuningError, overridden, tunables
from classbridge.web.words import sis as sis_words

CAMPUS = profile("infinite-campus")


@pytest.mark.parametrize("vendor", profiles())
def test_every_setting_of_every_sis_is_offered_with_words_and_how_sure_it_is(vendor: str) -> None:
    known = profile(vendor)
    for version in known.versions:
        found = tunables(known, version, {})
        assert [one.name for one in found] == [*READING, *(f"gradebook.{name}" for name in GRADEBOOK)]
        for one in found:
            assert one.name in sis_words.SETTINGS
            assert set(one.choices) <= set(sis_words.SETTING_CHOICES)
            assert one.confidence == known.confidence(one.name)
            assert not one.overridden


def test_every_unverified_fact_about_behaviour_can_be_put_otherwise() -> None:
    offered = {*READING, *(f"gradebook.{name}" for name in GRADEBOOK)}
    entered = {"base_url", "token_url", "example", "forms", "also"}
    """Addresses are what the admin enters anyway."""
    for known in profiles().values():
        for fact in known.unverified:
            assert set(fact.settings) <= offered | entered, (known.id, fact.about)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("gradebook.title_max", "49", 49),
        ("gradebook.title_max", "", None),
        ("gradebook.delete_results", "no", False),
        ("gradebook.above_maximum", "clamp", "clamp"),
        ("gradebook.score_statuses", "exempt, not submitted", ("exempt", "not submitted")),
        ("gradebook.score_decimals", "0", 0),
        ("client_auth", "body", "body"),
        ("page_size", "250", 250),
        ("scopes", "one, two", ("one", "two")),
    ],
)
def test_a_value_is_taken_over_and_taken_back(name: str, text: str, value: object) -> None:
    known = profile("generic")
    changed = overridden(known, Version.V1_2, {"name": "Ours"}, {name: text})
    assert changed["name"] == "Ours"
    [found] = [one for one in tunables(known, Version.V1_2, changed) if one.name == name]
    assert found.value == value
    assert found.overridden == (value != found.profile_value)
    assert known.with_overrides(changed).edition(Version.V1_2) is not None
    original = found.profile_value
    back = (
        ", ".join(original) if isinstance(original, tuple) else {True: "yes", False: "no", None: ""}.get(original)
    )
    back = str(original) if back is None else back
    assert overridden(known, Version.V1_2, changed, {name: back}) == {"name": "Ours"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("gradebook.title_max", "many"),
        ("gradebook.title_max", "0"),
        ("gradebook.title_max", "-3"),
        ("gradebook.delete_results", "perhaps"),
        ("gradebook.above_maximum", "double"),
        ("page_size", ""),
        ("concurrency", "0"),
        ("no.such.setting", "1"),
        ("auth", "none"),
    ],
)
def test_what_does_not_fit_is_named(name: str, text: str) -> None:
    with pytest.raises(TuningError) as wrong:
        overridden(CAMPUS, Version.V1_2, {}, {name: text})
    assert wrong.value.name == name
