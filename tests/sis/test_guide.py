"""The guides hold what an admin needs, the same in both languages."""

import pytest

from classbridge.sis.guide import CommonGuide, Guide, Step, menus, segments
from classbridge.sis.registry import LANGUAGES, common_guide, guide, profiles

EVERY = tuple(profiles())

# Per SIS: steps, tips, "if not found" branches, optional steps, steps for Google's own consumer.
COUNTS = {
    "infinite-campus": (8, 0, 2, 1, 1),
    "skyward-sms": (13, 2, 2, 0, 0),
    "skyward-qmlativ": (9, 2, 2, 0, 1),
    "aspen": (5, 1, 0, 0, 0),
    "powerschool": (6, 2, 0, 1, 5),
    "stlink": (2, 0, 1, 0, 1),
    "blackbaud": (2, 0, 0, 0, 0),
    "generic": (3, 0, 2, 1, 0),
}

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
    "generic": [],
}

# Per SIS: words that no guide may lose, whatever the language.
WORDS = {
    "infinite-campus": ["Campus Learning", "45", "1.2"],
    "skyward-sms": [
        "LMS API",
        "GOOGLE",
        "https://esdemo1.skyward.com/api/ims/oneroster/v1p1/",
        "Assignments",
    ],
    "skyward-qmlativ": [
        *("OneRoster API", "Google", "GGLCL", "Google Classroom", "Google Dev Team", "GOOGLE", "OA2", "OAuth 2.0"),
        *("Add One Roster Vendor", "Add One Roster Configuration", "https://demo.skyward.com/demo "),
        *("https://demo.skyward.com/demoAPI/ims/oneroster/v1p1/", "/ims/oneroster/v1p1"),
    ],
    "aspen": ["6.2", "Pando"],
    "powerschool": [
        *("24.5.1.0", "Universal Rostering", "Google Universal Connector", "PowerSchool Community", "Update"),
        "https://sis.powerschool.com/api/ims/oneroster/v1p1",
    ],
    "stlink": ["Education Essential", "bubblecon.io/stlink/google"],
    "blackbaud": ["Blackbaud"],
    "generic": ["OneRoster 1.1", "1.2", "CSV"],
}

both = pytest.mark.parametrize("language", LANGUAGES)
each = pytest.mark.parametrize("vendor", EVERY)


def _all_text(found: Guide) -> str:
    return "\n".join([found.who, found.ask, found.notice, *(step.all_text for step in found.steps)])


@both
@each
def test_every_step_tip_and_branch_is_there(vendor: str, language: str) -> None:
    steps = guide(vendor, language).steps
    counted = (
        len(steps),
        sum(len(step.tips) for step in steps),
        sum(len(step.if_not_found) for step in steps),
        sum(step.optional for step in steps),
        sum(step.google_only for step in steps),
    )
    assert counted == COUNTS[vendor]


@both
@each
def test_the_menu_path_is_the_sis_s_own_in_every_language(vendor: str, language: str) -> None:
    assert [name for step in guide(vendor, language).steps for name in menus(step.text)] == PATHS[vendor]


@both
@each
def test_no_word_of_weight_is_lost(vendor: str, language: str) -> None:
    text = _all_text(guide(vendor, language)).replace("**", "")
    assert [word for word in WORDS[vendor] if word not in text] == []


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
    assert {"base_url", "client_id", "client_secret"} <= given


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
