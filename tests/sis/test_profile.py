"""What the catalogue promises of every SIS."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from classbridge.bridge.gradebook import GradebookRules
from classbridge.oneroster.models import Version
from classbridge.sandbox import registrar
from classbridge.sandbox import sis as sandbox
from classbridge.sis.profile import Edition, Profile, ProfileError, asked_scopes, decode
from classbridge.sis.registry import profile, profiles

SEVEN = ("infinite-campus", "skyward-sms", "skyward-qmlativ", "aspen", "powerschool", "stlink", "blackbaud")
EVERY = tuple(profiles())
PLAIN = Edition(base_url="", example="", forms=())


def _settings(edition: Edition) -> Iterator[str]:
    """The settings of an edition that differ from the defaults."""
    for name in edition.__struct_fields__:
        if name == "gradebook":
            for rule in GradebookRules.__struct_fields__:
                if getattr(edition.gradebook, rule) != getattr(PLAIN.gradebook, rule):
                    yield f"gradebook.{rule}"
        elif getattr(edition, name) != getattr(PLAIN, name):
            yield name


def test_the_seven_products_come_first_then_packages_and_any_other_sis() -> None:
    assert set(profiles()) == {*SEVEN, "csv", "generic"}
    assert EVERY[-2:] == ("csv", "generic")


def test_only_the_sis_of_packages_is_reached_by_packages() -> None:
    assert [one.id for one in profiles().values() if one.reach == "package"] == ["csv"]


def test_infinite_campus_and_the_generic_profile_have_both_versions_with_1_2_recommended() -> None:
    for vendor in ("infinite-campus", "generic"):
        assert profile(vendor).versions == (Version.V1_2, Version.V1_1)
    for vendor in set(SEVEN) - {"infinite-campus"}:
        assert profile(vendor).versions == (Version.V1_1,)


@pytest.mark.parametrize("vendor", EVERY)
def test_every_setting_that_differs_from_the_standard_rests_on_a_fact(vendor: str) -> None:
    found = profile(vendor)
    backed = {setting for fact in found.facts for setting in fact.settings}
    for edition in found.editions.values():
        assert set(_settings(edition)) <= backed


@pytest.mark.parametrize("vendor", EVERY)
def test_every_fact_that_claims_to_be_known_names_a_source(vendor: str) -> None:
    for fact in profile(vendor).facts:
        assert fact.sources or fact.confidence == "unknown", fact.about


@pytest.mark.parametrize("vendor", EVERY)
def test_a_sis_is_called_proved_in_the_sandbox_only_with_a_personality_and_never_live_without_a_day(
    vendor: str,
) -> None:
    found = profile(vendor)
    personalities = {name.partition("@")[0] for name in (*sandbox.names(), registrar.NAME)}
    assert (found.proved.sandbox is not None) == (vendor in personalities)
    assert found.proved.live is None  # nobody has lent a live SIS yet


@pytest.mark.parametrize("vendor", EVERY)
def test_every_quirk_has_a_number_of_the_catalogue(vendor: str) -> None:
    assert all(re.fullmatch(r"Q(0[1-9]|[1-3]\d|4[0-5])", quirk) for quirk in profile(vendor).quirks)


def test_facts_that_nobody_confirmed_are_told_apart() -> None:
    unverified = {fact.about for fact in profile("infinite-campus").unverified}
    assert unverified == {"Base URL 1.1 with OAuth 2", "Token lifetime"}
    assert "Base URL, token URL, paging, gradebook rules" in {f.about for f in profile("stlink").unverified}


def test_a_setting_is_as_sure_as_the_fact_behind_it() -> None:
    found = profile("infinite-campus")
    assert found.confidence("1.2.gradebook.title_max") == "medium"
    assert found.confidence("token_url") == "high"
    assert found.confidence("1.1.also") == "low"
    assert found.confidence("gradebook.whole_points") == "unknown"


def test_infinite_campus_says_that_its_vendor_key_cannot_be_had_unaided() -> None:
    found = profile("infinite-campus")
    assert not found.credentials_unaided
    for edition in found.editions.values():
        [header] = edition.headers
        assert (header.name, header.services) == ("x-vendor-authorization", ("gradebook",))


def test_only_the_sis_with_a_gap_say_that_credentials_cannot_be_had_unaided() -> None:
    assert {one.id for one in profiles().values() if not one.credentials_unaided} == {
        "infinite-campus",
        "powerschool",
    }


def test_the_fixed_addresses_are_those_that_every_customer_has() -> None:
    fixed = {one.id: edition.fixed_url for one in profiles().values() for edition in one.editions.values()}
    assert fixed["powerschool"] == "https://sis.powerschool.com/api/ims/oneroster/v1p1"
    assert fixed["blackbaud"] == "https://api.sky.blackbaud.com/afe-rostr/ims/oneroster/v1p1"
    assert {vendor for vendor, url in fixed.items() if url} == {"powerschool", "blackbaud"}


def test_the_gradebook_rules_of_the_first_two_are_those_of_their_facts() -> None:
    campus = profile("infinite-campus").edition("1.2").gradebook
    assert (campus.category, campus.title_max, campus.due_date_in_term) == ("required", 30, True)
    assert campus.categories_forbidden == ("11111111-1111-1111-1111-111111111111",)
    assert profile("infinite-campus").edition("1.1").gradebook.category == "optional"
    skyward = profile("skyward-sms").edition("1.1").gradebook
    assert (skyward.category, skyward.title_max, skyward.whole_points) == ("default", 49, True)
    assert not skyward.class_categories


def test_a_token_is_asked_for_the_four_scopes_of_the_main_job_in_the_version_s_own_spelling() -> None:
    assert asked_scopes(profile("generic"), Version.V1_2) == (
        "https://purl.imsglobal.org/spec/or/v1p2/scope/roster.readonly",
        "https://purl.imsglobal.org/spec/or/v1p2/scope/gradebook.readonly",
        "https://purl.imsglobal.org/spec/or/v1p2/scope/gradebook.createput",
        "https://purl.imsglobal.org/spec/or/v1p2/scope/gradebook.delete",
    )
    assert all("/v1p1/" in scope for scope in asked_scopes(profile("skyward-sms"), Version.V1_1))


def test_scopes_of_its_own_replace_the_four() -> None:
    given = profile("generic").with_overrides({"editions": {"1.2": {"scopes": ["x"]}}})
    assert asked_scopes(given, Version.V1_2) == ("x",)
    assert len(asked_scopes(given, Version.V1_1)) == 4


def test_an_admin_s_setting_wins_for_its_version_only_and_counts_as_sure() -> None:
    plain = profile("infinite-campus")
    given = plain.with_overrides(
        {"editions": {"1.2": {"gradebook": {"title_max": 49}}}, "support": {"phone": "555 0100"}}
    )
    assert given.edition("1.2").gradebook.title_max == 49
    assert given.edition("1.2").gradebook.category == "required"
    assert given.edition("1.1").gradebook.title_max == 30
    assert given.support.phone == "555 0100"
    assert given.overridden == ("editions.1.2.gradebook.title_max", "support.phone")
    assert given.confidence("1.2.gradebook.title_max") == "high"
    assert plain.edition("1.2").gradebook.title_max == 30
    assert plain.confidence("1.2.gradebook.title_max") == "medium"


@pytest.mark.parametrize(
    "overrides",
    [
        {"nothing": 1},
        {"id": "other"},
        {"facts": []},
        {"editions": {"1.3": {}}},
        {"editions": {"1.2": {"gradebok": {}}}},
        {"editions": {"1.2": {"gradebook": {"title_max": "long"}}}},
        {"editions": {"1.2": {"page_size": None}}},
    ],
)
def test_an_override_that_does_not_fit_is_refused(overrides: dict[str, Any]) -> None:
    with pytest.raises(ProfileError):
        profile("infinite-campus").with_overrides(overrides)


def test_a_profile_with_a_misspelt_setting_or_rule_is_refused() -> None:
    raw = msgspec.to_builtins(profile("skyward-sms"))
    for place, name in ((raw, "licenses"), (raw["editions"]["1.1"]["gradebook"], "title_maximum")):
        place[name] = 1
        with pytest.raises(ProfileError, match=name):
            decode(raw)
        del place[name]
    assert isinstance(decode(raw), Profile)


def test_an_unknown_sis_or_version_is_named_with_those_that_exist() -> None:
    with pytest.raises(ProfileError, match="infinite-campus"):
        profile("infinite")
    with pytest.raises(ProfileError, match=r"1\.1"):
        profile("skyward-sms").edition("1.2")
