"""Each negative case is found by its own rule, and by no other but those that it cannot help breaking too."""

from pathlib import Path

import pytest

from classbridge.oneroster.csv.check import check
from classbridge.oneroster.csv.finding import RULES
from tests.csv_packages.patches import CASES, spoilt

EXPECTED = {
    "no-manifest": "manifest-missing",
    "manifest-wrong-version": "manifest-version",
    "manifest-header": "manifest-header",
    "manifest-bad-mode": "manifest-mode",
    "manifest-missing-row": "manifest-property-missing",
    "manifest-declares-missing-file": "file-missing",
    "file-not-declared": "file-not-declared",
    "header-case": "header",
    "header-order": "header",
    "extra-column": "header-extension",
    "no-data-rows": "no-rows",
    "bulk-with-status": "bulk-status",
    "bulk-with-date": "bulk-status",
    "delta-without-status": "delta-status",
    "delta-inactive": "vocabulary",
    "delta-date-only": "datetime",
    "missing-required": "required",
    "bad-guid": "guid",
    "bad-enum-case": "vocabulary",
    "bad-boolean": "boolean",
    "bad-enum": "vocabulary",
    "bad-ext-token": "vocabulary",
    "role-type-not-extensible": "vocabulary",
    "bad-date": "date",
    "bad-year": "year",
    "dangling-course": "reference",
    "dangling-term-in-list": "reference",
    "bad-float": "float",
    "ext-in-1.1": "vocabulary",
    "sex-other-in-1.1": "vocabulary",
    "role-missing-in-1.1": "required",
    "duplicate-sourcedId": "duplicate-id",
    "school-is-district": "not-a-school",
    "subjects-codes-length": "subject-codes",
    "two-primary-roles": "two-primary-roles",
    "userids-form": "user-ids",
    "score-above-max": "score-range",
    "files-in-folder": "files-in-folder",
    "not-utf8": "encoding",
}
CONSEQUENCES = {
    "header-order": {"vocabulary": 3},  # the names now stand below `type`
    "extra-column": {"row-length": 3},  # the rows have no field for the new column
    "bad-guid": {"reference": 1},  # the others still refer to the id as it was
    "duplicate-sourcedId": {"reference": 1},
}


def test_every_negative_case_has_an_expectation() -> None:
    assert len(CASES) == 39
    assert EXPECTED.keys() == CASES.keys()


@pytest.mark.parametrize("name", CASES)
def test_a_negative_case_is_found_once_by_its_own_rule(name: str, tmp_path: Path) -> None:
    report = check(spoilt(CASES[name], tmp_path))
    assert report.counts == {EXPECTED[name]: 1, **CONSEQUENCES.get(name, {})}


@pytest.mark.parametrize("name", CASES)
def test_a_finding_names_the_changed_file(name: str, tmp_path: Path) -> None:
    report = check(spoilt(CASES[name], tmp_path))
    change = CASES[name]["change"]
    found = next(one for one in report.findings if one.rule == EXPECTED[name])
    expected = change.get("file", change.get("removeFile", change.get("zipPrefix")))
    if name == "file-not-declared":
        expected = "users.csv"
    assert found.file.startswith(expected)


def test_only_the_score_range_is_a_warning_among_them() -> None:
    assert {name for name, rule in EXPECTED.items() if RULES[rule].severity == "warning"} == {"score-above-max"}
