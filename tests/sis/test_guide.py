"""The guides hold what an admin needs, the same in both languages."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from classbridge.sis.guide import CommonGuide, Step, menus, segments
from classbridge.sis.registry import LANGUAGES, common_guide, guide, profiles

EVERY = tuple(profiles())

STEPS: dict[str, dict[str, dict[str, Any]]] = tomllib.loads(
    Path(__file__).with_name("guide_steps.toml").read_text("utf-8")
)

# Per SIS: the menu path, in order.
PATHS = {
    "infinite-campus": [
        "Digital Learning Applications",
        "Add application",
        "Browse Applications",
        "Google Classroom",
        "Browse Applications",
        "Campus Learning Licensing",
        "Generate New OneRoster Connection",
        "OneRoster 1.2",
        "consumer key",
        "consumer secret",
        "OneRoster base URL",
    ],
    "skyward-sms": [
        "Skyward Product Setup",
        "Product Setup (PS)",
        "Contact Access (CA)",
        "Security (SE)",
        "Subgroup Users (US)",
        "Secured User (SU)",
        "Add",
        "Add Secured User",
        "Add Entered Name to Secured Users",
        "Security Information",
        "Account Information",
        "Save",
        "Secured Users",
        "Active Secured User (Y)",
        "API",
        "API Access",
        "Generate a New Secret",
        "Skyward Product Setup",
        "Product Setup (PS)",
        "Contact Access (CA)",
        "District Setup (DS)",
        "Configuration (CF)",
        "API Configuration (AP)",
        "application URL",
        "authentication URL",
        "OneRoster API Line Item Configuration",
        "Default Category",
        "Save",
    ],
    "skyward-qmlativ": [
        *("Administrative Access", "API", "Vendor"),
        *("Administrative Access", "API", "One Roster Configuration"),
        *("Allow Grade Pass Back", "Default Category for Grade Pass Back", "Save"),
        *("Administrative Access", "API", "Integration", "Open", "Integration Accesses"),
        *("Add Integration Access", "Name", "Key", "Authentication Type", "Is Active"),
        *("Effective Date", "Expiration Date"),
        *("OneRoster Configuration", "Save", "Review Results", "Successful Record"),
        *("Generate Secret", "Copy", "Run Process", "Close"),
    ],
    "aspen": [
        *("Community", "Public API connections", "Home"),
        *("Resources", "Configuration", "Aspen configuration"),
    ],
    "powerschool": [
        *("System Management", "Server", "Plugin Configuration"),
        *("Plugin Management Configuration", "Install"),
        *("Plugin Install", "Install"),
        *("ClientID", "ClientSecret"),
    ],
    "stlink": [],
    "blackbaud": [],
    "csv": [],
    "generic": [],
}

# Per SIS: who may use it and whom to ask, in words that no language may lose.
ABOUT = {
    "infinite-campus": (["Campus Learning"], ["Infinite Campus"]),
    "skyward-sms": (["Skyward SMS 2.0", "LMS API"], ["Skyward"]),
    "skyward-qmlativ": (["Skyward Qmlativ", "OneRoster API", "QM OneRoster API with writeback"], ["Skyward"]),
    "aspen": (["Follett Aspen 6.2"], ["Aspen", "Pando"]),
    "powerschool": (["Universal Rostering Connector", "24.5.1.0"], ["PowerSchool"]),
    "stlink": (["STLink", "Education Essential"], ["STLink"]),
    "blackbaud": (["Blackbaud"], ["Blackbaud"]),
    "csv": (["OneRoster", "1.1", "1.2", "CSV"], []),
    "generic": (["OneRoster 1.1", "1.2", "OAuth 2"], []),
}

# Per SIS with a step of its own for it: how a key is replaced.
REPLACING = {
    "infinite-campus": ["Digital Learning Applications"],
    "skyward-sms": ["Secured Users", "API", "Generate a New Secret"],
    "skyward-qmlativ": [
        *("Administrative Access", "API", "Integration", "Open", "Integration Accesses", "Menu"),
        *("Generate Secret", "Copy", "Run Process", "Close"),
    ],
}

both = pytest.mark.parametrize("language", LANGUAGES)
each = pytest.mark.parametrize("vendor", EVERY)


@both
@each
def test_every_step_tip_and_branch_is_there_with_its_words(vendor: str, language: str) -> None:
    expected = {step_id: _counted(wanted) for step_id, wanted in STEPS[vendor].items()}
    steps = {step.id: step for step in guide(vendor, language).steps}
    assert list(steps) == list(expected)
    for step_id, step in steps.items():
        found = (len(step.tips), len(step.if_not_found), len(step.cautions), step.optional, step.google_only)
        assert found == expected[step_id], step_id
        text = step.all_text.replace("**", "")
        assert [word for word in STEPS[vendor][step_id].get("says", []) if word not in text] == [], step_id


def _counted(wanted: dict[str, Any]) -> tuple[object, ...]:
    numbers = (wanted.get(name, 0) for name in ("tips", "branches", "cautions"))
    return (*numbers, wanted.get("optional", False), wanted.get("google_only", False))


def test_every_sis_has_its_steps_in_the_table() -> None:
    assert set(STEPS) == set(EVERY) == set(ABOUT) == set(PATHS)


@both
@each
def test_who_may_use_it_and_whom_to_ask_are_named(vendor: str, language: str) -> None:
    found = guide(vendor, language)
    who, ask = ABOUT[vendor]
    assert [word for word in who if word not in found.who] == []
    assert found.ask
    assert [word for word in ask if word not in found.ask] == []


@both
@pytest.mark.parametrize("vendor", REPLACING)
def test_a_new_key_is_made_by_the_sis_s_own_menus(vendor: str, language: str) -> None:
    assert [name for step in guide(vendor, language).replace_key for name in menus(step.text)] == REPLACING[vendor]


@both
@each
def test_the_menu_path_is_the_sis_s_own_in_every_language(vendor: str, language: str) -> None:
    assert [name for step in guide(vendor, language).steps for name in menus(step.text)] == PATHS[vendor]


@each
def test_both_languages_tell_the_same_steps(vendor: str) -> None:
    english, swedish = (guide(vendor, language) for language in LANGUAGES)
    for one, other in zip(english.steps + english.replace_key, swedish.steps + swedish.replace_key, strict=True):
        assert _shape(one) == _shape(other)
        assert one.text != other.text
    assert english.header_labels.keys() == swedish.header_labels.keys()


def _shape(step: Step) -> tuple[object, ...]:
    plain = (step.id, step.gives, step.optional, step.google_only, menus(step.text))
    return (*plain, len(step.tips), len(step.if_not_found), len(step.cautions))


@each
def test_the_steps_yield_every_entry_of_the_form(vendor: str) -> None:
    given = {entry for step in guide(vendor).steps for entry in step.gives}
    asked = {"base_url", "client_id", "client_secret"} if profiles()[vendor].reach == "api" else set()
    assert asked <= given


@both
def test_a_sis_whose_credentials_cannot_be_had_unaided_says_so_and_what_works_meanwhile(language: str) -> None:
    for one in profiles().values():
        found = guide(one.id, language)
        if not one.credentials_unaided:
            assert found.notice
            assert found.meanwhile
        assert bool(found.meanwhile) == (not one.credentials_unaided)


@both
def test_every_part_of_an_extra_header_has_a_name_for_the_admin(language: str) -> None:
    for one in profiles().values():
        asked = {part for e in one.editions.values() for h in e.headers for part in _parts(h.value)}
        assert set(guide(one.id, language).header_labels) == asked


def _parts(template: str) -> list[str]:
    return [piece.partition("}")[0] for piece in template.split("{")[1:]]


def test_the_steps_on_our_side_are_the_eight_of_google_s_page_and_the_admin_s_other_tasks() -> None:
    for language in LANGUAGES:
        found = common_guide(language)
        assert [len(steps) for steps in _tasks(found)] == [8, 3, 1, 2]
        assert (len(found.before), len(found.unreachable), len(found.not_listed)) == (4, 3, 3)
    swedish = [name for steps in _tasks(common_guide("sv")) for step in steps for name in menus(step.text)]
    assert swedish == [
        "Välj system för elevinformation",
        "Anslut till Google",
        "Konfiguration av system för elevinformation",
        "Anslut",
        "Aktivera stöd i SIS",
        "Auktorisera",
        "Spara och bekräfta",
        "Aktivera stöd i SIS",
        "Ta bort",
        "Koppla från",
    ]
    assert "Det går inte att nå SIS. Kontakta IT-administratören" in common_guide("sv").unreachable[0]


def _tasks(found: CommonGuide) -> tuple[tuple[Step, ...], ...]:
    return found.connect, found.data_exchange, found.support, found.disconnect


def test_a_language_that_we_do_not_speak_gives_english() -> None:
    assert guide("aspen", "fi") == guide("aspen", "en")


def test_menu_names_are_told_apart_from_the_text_around_them() -> None:
    assert segments("Choose **Add**, then **Save**.") == [
        ("Choose ", False),
        ("Add", True),
        (", then ", False),
        ("Save", True),
        (".", False),
    ]
