"""Whatever depth an address is pasted at, it reaches the endpoint."""

import pytest

from classbridge.oneroster.models import Version
from classbridge.oneroster.roots import Roots
from classbridge.sis.address import AddressError, discovery_urls, normalise, roots, token_urls
from classbridge.sis.registry import profile, profiles

CAMPUS = "https://iacloud2.infinitecampus.org/campus/api/oneroster"
QMLATIV = "https://demo.skyward.com/demoAPI/ims/oneroster/v1p1"

SPELLINGS: dict[tuple[str, str, str], list[str]] = {
    ("infinite-campus", "1.2", f"{CAMPUS}/v1p2/example/ims/oneroster"): [
        f"{CAMPUS}/v1p2/example/ims/oneroster",
        f"{CAMPUS}/v1p2/example/ims/oneroster/",
        f"  {CAMPUS}/v1p2/example/ims/oneroster\n",
        f"{CAMPUS}/v1p2/example/ims/oneroster/rostering/v1p2",
        f"{CAMPUS}/v1p2/example/ims/oneroster/gradebook/v1p2/",
        f"{CAMPUS}/v1p2/example/ims/oneroster/rostering/v1p2/orgs?limit=1",
        f"{CAMPUS}/v1p2/example",
        f"{CAMPUS}/v1p2/example/ims/",
        f"<{CAMPUS}/v1p2/example/ims/oneroster>",
        "iacloud2.infinitecampus.org/campus/api/oneroster/v1p2/example/ims/oneroster",
        "HTTPS://IAcloud2.InfiniteCampus.org:443/campus/api/oneroster/v1p2/example/ims/oneroster",
        "https://iacloud2.infinitecampus.org//campus/api/oneroster/v1p2/example//ims/oneroster",
        "https://iacloud2.infinitecampus.org/campus/oauth2/token?appName=example",
    ],
    ("infinite-campus", "1.1", f"{CAMPUS}/v1p1/example/ims/oneroster/v1p1"): [
        f"{CAMPUS}/v1p1/example/ims/oneroster/v1p1",
        f"{CAMPUS}/v1p1/example/ims/oneroster/v1p1/",
        f"{CAMPUS}/v1p1/example/ims/oneroster",
        f"{CAMPUS}/v1p1/example/ims/oneroster/v1p1/orgs",
        f"{CAMPUS}/v1p1/example",
        f"{CAMPUS}/v1p1/example/ims/oneroster/v1p1#top",
        "iacloud2.infinitecampus.org/campus/api/oneroster/v1p1/example/",
        "https://iacloud2.infinitecampus.org/campus/oauth2/token?appName=example",
    ],
    ("skyward-sms", "1.1", "https://esdemo1.skyward.com/api/ims/oneroster/v1p1"): [
        "https://esdemo1.skyward.com",
        "https://esdemo1.skyward.com/",
        "esdemo1.skyward.com",
        "https://esdemo1.skyward.com/api",
        "https://esdemo1.skyward.com/API/",
        "https://esdemo1.skyward.com/api/ims/oneroster/v1p1/",
        "https://esdemo1.skyward.com/ims/oneroster/v1p1/",
        "https://esdemo1.skyward.com/api/IMS/OneRoster/v1p1/classes",
        "https://ESDEMO1.skyward.com:443/api/ims/oneroster",
        '"https://esdemo1.skyward.com/api/ims"',
    ],
    ("skyward-qmlativ", "1.1", QMLATIV): [
        "https://demo.skyward.com/demo",
        "https://demo.skyward.com/demo/",
        "demo.skyward.com/demo",
        "https://demo.skyward.com/demoAPI",
        "https://demo.skyward.com/demoapi/ims/oneroster/v1p1/",
        "https://demo.skyward.com/demoAPI/ims/oneroster/v1p1/orgs",
        "https://demo.skyward.com/demoAPI/oauth/token",
        "https://demo.skyward.com/demo/ims/oneroster/v1p1",
    ],
    ("aspen", "1.1", "https://example.myfollett.com/ims/oneroster/v1p1"): [
        "https://example.myfollett.com",
        "example.myfollett.com/",
        "https://example.myfollett.com/aspen/logon.do",
        "https://example.myfollett.com/ims",
        "https://example.myfollett.com/ims/oneroster",
        "https://example.myfollett.com/ims/oneroster/v1p1/",
        "https://example.myfollett.com/ims/oneroster/v1p1/users?limit=5",
        "https://example.myfollett.com/oauth/rest/v2.0/auth",
    ],
    ("powerschool", "1.1", "https://sis.powerschool.com/api/ims/oneroster/v1p1"): [
        "",
        "sis.powerschool.com",
        "https://sis.powerschool.com/",
        "https://sis.powerschool.com/api",
        "https://sis.powerschool.com/api/ims/oneroster",
        "https://sis.powerschool.com/api/ims/oneroster/v1p1/",
        "https://sis.powerschool.com/ims/oneroster/v1p1",
        "https://SIS.PowerSchool.com/api/ims/oneroster/v1p1/classes",
    ],
    ("stlink", "1.1", "https://sis.example.org/ims/oneroster/v1p1"): [
        "sis.example.org",
        "https://sis.example.org",
        "https://sis.example.org/",
        "https://sis.example.org/ims",
        "https://sis.example.org/ims/oneroster",
        "https://sis.example.org/ims/oneroster/v1p1/",
        "https://sis.example.org/ims/oneroster/v1p1/schools/7",
        "https://SIS.example.org:443/ims/oneroster/v1p1",
    ],
    ("blackbaud", "1.1", "https://api.sky.blackbaud.com/afe-rostr/ims/oneroster/v1p1"): [
        "",
        "api.sky.blackbaud.com",
        "https://api.sky.blackbaud.com/afe-rostr",
        "https://api.sky.blackbaud.com/afe-rostr/ims/oneroster",
        "https://api.sky.blackbaud.com/afe-rostr/ims/oneroster/v1p1/",
        "https://api.sky.blackbaud.com/afe-rostr/ims/oneroster/v1p1/lineitems",
        "https://oauth2.sky.blackbaud.com/token",
        "HTTPS://API.SKY.BLACKBAUD.COM/afe-rostr/ims/oneroster/v1p1",
    ],
    ("generic", "1.2", "https://sis.example.org/school/ims/oneroster"): [
        "https://sis.example.org/school",
        "sis.example.org/school/",
        "https://sis.example.org/school/ims",
        "https://sis.example.org/school/ims/oneroster",
        "https://sis.example.org/school/ims/oneroster/",
        "https://sis.example.org/school/ims/oneroster/rostering/v1p2",
        "https://sis.example.org/school/ims/oneroster/gradebook/v1p2/lineItems",
        "https://sis.example.org/school/ims/oneroster/v1p1",
        "https://sis.example.org/school/IMS/oneRoster/rostering/v1p2/orgs",
    ],
    ("generic", "1.1", "http://127.0.0.1:8400/ims/oneroster/v1p1"): [
        "http://127.0.0.1:8400",
        "http://127.0.0.1:8400/",
        "http://127.0.0.1:8400/ims",
        "http://127.0.0.1:8400/ims/oneroster",
        "http://127.0.0.1:8400/ims/oneroster/v1p1",
        "http://127.0.0.1:8400/ims/oneroster/v1p1/",
        "http://127.0.0.1:8400/ims/oneroster/v1p1/teachers",
        "http://127.0.0.1:8400//ims/oneroster/v1p1",
    ],
}


ADDRESSED = [one for one in profiles().values() if one.reach == "api"]


@pytest.mark.parametrize(("place", "spellings"), SPELLINGS.items(), ids=lambda value: str(value[0])[:16])
def test_every_spelling_reaches_the_same_endpoint(place: tuple[str, str, str], spellings: list[str]) -> None:
    vendor, version, expected = place
    assert len(set(spellings)) >= 8
    reached = {pasted: normalise(profile(vendor), version, pasted).base_url for pasted in spellings}
    assert reached == dict.fromkeys(spellings, expected)


def test_every_sis_and_version_has_a_table_of_spellings() -> None:
    tabled = {(vendor, version) for vendor, version, _ in SPELLINGS}
    assert tabled == {(one.id, version.value) for one in ADDRESSED for version in one.versions}


@pytest.mark.parametrize("vendor", [one.id for one in ADDRESSED])
def test_the_example_of_a_profile_is_a_base_url_already(vendor: str) -> None:
    for version, edition in profile(vendor).editions.items():
        found = normalise(profile(vendor), version, edition.example)
        assert (found.base_url, found.changed) == (edition.example, False)


@pytest.mark.parametrize(
    ("vendor", "version", "pasted", "token_url"),
    [
        (
            "infinite-campus",
            "1.2",
            f"{CAMPUS}/v1p2/example",
            "https://iacloud2.infinitecampus.org/campus/oauth2/token?appName=example",
        ),
        ("skyward-sms", "1.1", "https://esdemo1.skyward.com", None),
        ("skyward-qmlativ", "1.1", "demo.skyward.com/demo", "https://demo.skyward.com/demoAPI/oauth/token"),
        (
            "aspen",
            "1.1",
            "https://example.myfollett.com/aspen",
            "https://example.myfollett.com/oauth/rest/v2.0/auth",
        ),
        ("powerschool", "1.1", "", None),
        ("stlink", "1.1", "sis.example.org", None),
        ("blackbaud", "1.1", "", "https://oauth2.sky.blackbaud.com/token"),
        ("blackbaud", "1.1", "https://school.example.org", None),
        ("generic", "1.2", "sis.example.org", None),
    ],
)
def test_the_token_url_follows_from_the_paste_or_is_left_to_ask_for(
    vendor: str, version: str, pasted: str, token_url: str | None
) -> None:
    assert normalise(profile(vendor), version, pasted).token_url == token_url


def test_the_older_campus_address_is_taken_and_its_token_url_asked_for() -> None:
    found = normalise(
        profile("infinite-campus"), "1.2", "https://sis.example.gov/campus/api/ims/oneroster/rostering/v1p2"
    )
    assert found.base_url == "https://sis.example.gov/campus/api/ims/oneroster"
    assert found.roots.gradebook == "https://sis.example.gov/campus/api/ims/oneroster/gradebook/v1p2"
    assert found.token_url is None


def test_skyward_without_api_in_its_path_is_the_next_thing_to_try() -> None:
    found = normalise(profile("skyward-sms"), "1.1", "https://esdemo1.skyward.com/ims/oneroster/v1p1/")
    assert found.base_url == "https://esdemo1.skyward.com/api/ims/oneroster/v1p1"
    assert found.alternatives == ("https://esdemo1.skyward.com/ims/oneroster/v1p1",)


@pytest.mark.parametrize(
    ("vendor", "version"),
    [(one.id, at) for one in profiles().values() if one.reach == "api" for at in one.versions],
)
def test_each_address_of_a_sis_can_be_pasted_again(vendor: str, version: Version) -> None:
    known = profile(vendor)
    found = normalise(known, version, known.edition(version).example)
    for address in (found.base_url, *found.alternatives):
        assert normalise(known, version, address).base_url


def test_1_1_has_one_root_and_1_2_one_per_service() -> None:
    one = roots(profile("skyward-sms"), "1.1", "https://a.example/api/ims/oneroster/v1p1")
    assert {one.rostering, one.gradebook, one.resources} == {"https://a.example/api/ims/oneroster/v1p1"}
    assert roots(profile("infinite-campus"), "1.2", "https://a.example/x/ims/oneroster") == Roots(
        rostering="https://a.example/x/ims/oneroster/rostering/v1p2",
        gradebook="https://a.example/x/ims/oneroster/gradebook/v1p2",
        resources="https://a.example/x/ims/oneroster/resources/v1p2",
    )


def test_1_2_without_the_service_segment_is_a_setting_of_the_connection() -> None:
    flat = profile("generic").with_overrides({"editions": {"1.2": {"flat": True}}})
    assert (
        normalise(flat, "1.2", "sis.example.org").roots.gradebook == "https://sis.example.org/ims/oneroster/v1p2"
    )


def test_what_was_changed_is_shown_back_and_space_around_it_is_not_a_change() -> None:
    assert normalise(profile("generic"), "1.2", " https://sis.example.org/ims/oneroster\n").changed is False
    assert normalise(profile("generic"), "1.2", "sis.example.org/ims/oneroster").changed is True


def test_a_version_in_the_paste_other_than_the_chosen_one_is_noticed() -> None:
    found = normalise(profile("generic"), "1.2", "https://sis.example.org/ims/oneroster/v1p1")
    assert found.version_seen is Version.V1_1
    assert normalise(profile("generic"), "1.2", "https://sis.example.org").version_seen is None


@pytest.mark.parametrize(
    ("pasted", "reason"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("ftp://sis.example.org", "scheme"),
        ("javascript://sis.example.org", "scheme"),
        ("https://", "host"),
        ("not an address", "host"),
        ("https://sis.example.org:port", "host"),
        ("https://[::1", "host"),
        ("https://key:secret@sis.example.org", "userinfo"),
    ],
)
def test_what_is_no_address_is_refused_with_the_reason(pasted: str, reason: str) -> None:
    with pytest.raises(AddressError) as caught:
        normalise(profile("generic"), "1.2", pasted)
    assert caught.value.reason == reason
    assert caught.value.example == "https://sis.example.org/ims/oneroster"
    assert "secret" not in str(caught.value)


def test_a_campus_address_without_its_application_s_name_is_refused_with_an_example() -> None:
    with pytest.raises(AddressError) as caught:
        normalise(profile("infinite-campus"), "1.2", "https://iacloud2.infinitecampus.org/campus")
    assert caught.value.reason == "shape"
    assert caught.value.example.endswith("/v1p2/example/ims/oneroster")


def test_an_unknown_token_url_is_looked_for_on_the_named_origin_only() -> None:
    base = "https://esdemo1.skyward.com/api/ims/oneroster/v1p1"
    found = [*token_urls(profile("skyward-sms"), "1.1", base), *discovery_urls(base)]
    assert found[:2] == [
        "https://esdemo1.skyward.com/api/oauth/token",
        "https://esdemo1.skyward.com/oauth/token",
    ]
    assert found[-2:] == [
        "https://esdemo1.skyward.com/.well-known/oauth-authorization-server",
        "https://esdemo1.skyward.com/.well-known/openid-configuration",
    ]
    assert all(url.startswith("https://esdemo1.skyward.com/") for url in found)
    assert len(set(found)) == len(found)
