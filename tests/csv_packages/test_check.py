"""The check of a package's content: every rule, hostile bytes, and what a report gives away."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from classbridge.oneroster.csv import repeats, unique
from classbridge.oneroster.csv.check import check
from classbridge.oneroster.csv.finding import RULES, shape
from classbridge.oneroster.csv.limits import Limits
from classbridge.oneroster.csv.report import Report
from tests.csv_packages.conftest import GOLDEN, ROSTER, SAMPLES, zipped
from tests.csv_packages.test_negative_cases import EXPECTED

FULL = "csv-1.2-bulk"
Copy = Callable[[str], Path]


def edited(folder: Path, file: str, find: str | bytes, replace: str | bytes) -> Report:
    """The report on a folder after one replacement in a file; an empty `find` appends."""
    find = find.encode() if isinstance(find, str) else find
    replace = replace.encode() if isinstance(replace, str) else replace
    raw = (folder / file).read_bytes()
    assert find in raw
    (folder / file).write_bytes(raw.replace(find, replace, 1) if find else raw + replace)
    return check(folder)


@pytest.mark.parametrize("name", GOLDEN)
def test_a_golden_package_passes_without_findings(name: str) -> None:
    report = check(SAMPLES / name)
    assert report.findings == []
    assert sum(report.rows.values()) > 5


EDITS: list[tuple[str, str, str, str, list[tuple[str, int | None]]]] = [
    # base, file, find, replace, the findings as rule and line
    (ROSTER, "orgs.csv", "Northfield", "North\0field", [("nul", 2)]),
    (ROSTER, "orgs.csv", "Northfield", "North\rfield", [("line-break", 2)]),
    (ROSTER, "orgs.csv", "Northfield District", '"Northfield\r\nDistrict"', [("line-break", 2)]),
    (ROSTER, "orgs.csv", "Northfield District", '"Northfield\nDistrict"', [("line-break", 2)]),
    (ROSTER, "orgs.csv", "Northfield District", '"North" field', [("quoting", 2), ("reference", None)]),
    (ROSTER, "orgs.csv", "sourcedId,status", "\ufeffsourcedId,status", []),
    (ROSTER, "enrollments.csv", "enr-2,", '"enr-2,', [("quoting", 3)]),
    (ROSTER, "enrollments.csv", "enr-2,", '"enr-2"x,', [("quoting", 3)]),
    (ROSTER, "enrollments.csv", "enr-2,", 'a"b,"enr-2,', [("quoting", 3)]),
    (ROSTER, "enrollments.csv", "enr-2,", "enr-2,,", [("row-length", 3)]),
    (ROSTER, "enrollments.csv", "", "\r\n", [("blank-line", 7)]),
    (ROSTER, "enrollments.csv", "enr-2,,", "enr-1,,", [("duplicate-id", 3)]),
    (ROSTER, "enrollments.csv", "student,false", "student,true", [("primary-not-teacher", 3)]),
    (ROSTER, "enrollments.csv", "2027-01-15", "2026-01-15", [("date-order", 2)]),
    (ROSTER, "enrollments.csv", "2027-01-15", "2027-02-30", [("date", 2)]),
    (ROSTER, "enrollments.csv", "2027-01-15", "2027-W01-1", [("date", 2)]),
    (ROSTER, "users.csv", "María", "M" * 256, [("text-long", 2)]),
    (ROSTER, "users.csv", "usr-p-1,09", "usr-x-1,09", [("reference", 4)]),
    (ROSTER, "users.csv", "usr-p-1,09", '"usr-p-1,usr p",09', [("guid", 4)]),
    (
        ROSTER,
        "orgs.csv",
        "district,0612345,",
        "district,0612345,org-s-1",
        [("parent-cycle", 2), ("parent-cycle", 3)],
    ),
    (ROSTER, "manifest.csv", "file.orgs,bulk", "file.orgs,delta", [("delta-status", 2), ("reference-file", None)]),
    (ROSTER, "manifest.csv", "", "file.orgs,bulk\r\n", [("manifest-property-twice", 27)]),
    (ROSTER, "manifest.csv", "", "file.colours,absent\r\n", [("manifest-property-unknown", 27)]),
    (ROSTER, "manifest.csv", "", "one\r\n", [("manifest-row", 27)]),
    (FULL, "categories.csv", "40", "40%", [("integer", 2)]),
    (FULL, "lineItems.csv", "as-g-1", "as-none", [("reference", 2)]),
    (FULL, "lineItems.csv", "50.5,", "50.5.5,", [("float", 3)]),
    (FULL, "courses.csv", "as-y-2027", "as-t-1", [("session-type", 2)]),
    (FULL, "results.csv", "usr-s-1", "usr-t-1", [("not-a-student", 2)]),
    (FULL, "results.csv", "92.5", "-1", [("score-range", 2)]),
    (FULL, "scoreScales.csv", "{A:90-100}", "A:90-100", [("score-scale-values", 2)]),
    (FULL, "lineItemLearningObjectiveIds.csv", "3fa85f64-", "3fa85f64", [("learning-objective", 2)]),
    (FULL, "demographics.csv", "usr-s-1", "usr-x-1", [("reference", 2)]),
    ("csv-1.1-bulk", "lineItems.csv", "as-g-1", "as-t-1", [("session-type", 2)]),
    ("csv-1.1-bulk", "results.csv", "usr-s-1", "usr-t-1", [("not-a-student", 2)]),
    ("csv-1.2-delta", "users.csv", "T07:30:00.000Z", "T24:30:00.000Z", [("datetime", 2)]),
    ("csv-1.2-delta", "users.csv", "T07:30:00.000Z", "T07:30:00.000+02:00", [("datetime", 2)]),
    ("csv-1.2-delta", "users.csv", "usr-s-3,", "usr-s-2,", [("duplicate-id", 3)]),
]


@pytest.mark.parametrize(("base", "file", "find", "replace", "expected"), EDITS)
def test_a_change_is_found_by_its_rule_in_its_line(
    copy_of: Copy, base: str, file: str, find: str, replace: str, expected: list[tuple[str, int | None]]
) -> None:
    report = edited(copy_of(base), file, find, replace)
    found = {(one.rule, one.line) for one in report.findings}
    named = {(rule, line) for rule, line in expected if line is not None}
    loosely = {rule for rule, line in expected if line is None}
    assert named <= found
    assert {rule for rule, _ in found} == {rule for rule, _ in named} | loosely


HOSTILE = {
    "encoding": "sourcedId".encode("utf-16"),
    "line-too-long": b"x" * (2 << 20),
    "too-many-columns": b"a," * 200_000 + b"\r\n",
    "header-missing": b"",
    "no-rows": b"sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId",
}


@pytest.mark.parametrize("rule", HOSTILE)
def test_a_hostile_file_ends_its_own_check_and_no_other(copy_of: Copy, rule: str) -> None:
    folder = copy_of(ROSTER)
    (folder / "orgs.csv").write_bytes(HOSTILE[rule])
    report = check(folder)
    assert [(one.rule, one.file) for one in report.findings] == [(rule, "orgs.csv")]
    assert report.rows["users.csv"] == 6


def test_a_row_of_a_million_columns_is_one_finding(copy_of: Copy) -> None:
    report = edited(copy_of(ROSTER), "enrollments.csv", "enr-2,", "," * 1_000_000)
    assert [(one.rule, one.line) for one in report.findings] == [("row-length", 3)]


def test_a_field_beyond_the_limit_of_characters_is_one_finding(copy_of: Copy) -> None:
    report = edited(copy_of(ROSTER), "enrollments.csv", "enr-2,", "x" * 200_000 + ",")
    assert [(one.rule, one.line) for one in report.findings] == [("line-too-long", 3)]


def test_a_quote_that_is_never_closed_costs_only_its_own_row(copy_of: Copy) -> None:
    folder = copy_of(ROSTER)
    more = "".join(f"enr-x{n},,,cls-math-9-a,org-s-1,usr-s-{1 + n % 3},student,,,\r\n" for n in range(500))
    (folder / "enrollments.csv").write_bytes((folder / "enrollments.csv").read_bytes() + more.encode())
    report = edited(folder, "enrollments.csv", "enr-2,", '"enr-2,')
    assert report.counts == {"quoting": 1}
    assert report.rows["enrollments.csv"] == 504


def test_two_rows_with_an_open_quote_each_are_not_taken_for_one(copy_of: Copy) -> None:
    folder = copy_of(ROSTER)
    edited(folder, "enrollments.csv", "enr-2,", '"enr-2,')
    report = edited(folder, "enrollments.csv", "enr-4,", '"enr-4,')
    assert [(one.rule, one.line) for one in report.findings] == [("quoting", 3), ("quoting", 5)]
    assert report.rows["enrollments.csv"] == 3


def test_a_damaged_file_in_a_zip_is_told_and_the_others_are_checked(copy_of: Copy) -> None:
    path = zipped(copy_of(ROSTER))
    raw = bytearray(path.read_bytes())
    at = raw.index(b"orgs.csv") + len("orgs.csv")
    raw[at + 20] ^= 0xFF
    path.write_bytes(raw)
    report = check(path)
    assert [(one.rule, one.file) for one in report.findings] == [("zip-damaged", "orgs.csv")]
    assert report.rows["users.csv"] == 6


def test_a_file_of_another_version_is_a_warning(copy_of: Copy) -> None:
    folder = copy_of("csv-1.1-rostering-bulk")
    shutil.copy(SAMPLES / FULL / "roles.csv", folder)
    report = check(folder)
    assert [(one.rule, one.file) for one in report.findings] == [("unknown-file", "roles.csv")]
    assert (report.errors, report.warnings) == (0, 1)


def test_both_layouts_of_users_are_read(copy_of: Copy) -> None:
    folder = copy_of(FULL)
    lines = (folder / "users.csv").read_text("utf-8").splitlines()
    header = lines[0].replace("userMasterIdentifier,", "userMasterIdentifier,resourceSourcedIds,")
    person = "usr-s-1,,,true,a,,Ana,B,,,,,,,,,,rsc-1" + "," * 7
    people = [
        f"{user},,,true,a,,Ana,B" + "," * 17 for user in ("usr-t-1", "usr-a-1", "usr-s-2", "usr-s-3", "usr-p-1")
    ]
    (folder / "users.csv").write_text("\r\n".join([header, person, *people]))
    assert check(folder).findings == []
    report = edited(folder, "users.csv", "rsc-1", "rsc-2")
    assert [(one.rule, one.column) for one in report.findings] == [("reference", "resourceSourcedIds")]


def test_a_bulk_file_is_told_once_which_bulk_files_it_lacks(copy_of: Copy) -> None:
    folder = copy_of(ROSTER)
    (folder / "roles.csv").unlink()
    (folder / "orgs.csv").unlink()
    manifest = (folder / "manifest.csv").read_bytes().replace(b"file.orgs,bulk", b"file.orgs,absent")
    (folder / "manifest.csv").write_bytes(manifest.replace(b"file.roles,bulk", b"file.roles,absent"))
    lacking = {"classes.csv": 1, "courses.csv": 1, "enrollments.csv": 1, "users.csv": 2}
    report = check(folder)
    assert Counter((one.rule, one.file) for one in report.findings) == {
        ("reference-file", file): count for file, count in lacking.items()
    }


def test_an_optional_reference_to_a_file_that_is_absent_is_told_once(copy_of: Copy) -> None:
    folder = copy_of(FULL)
    (folder / "userProfiles.csv").unlink()
    report = edited(folder, "manifest.csv", "file.userProfiles,bulk", "file.userProfiles,absent")
    assert [(one.rule, one.line, one.column) for one in report.findings] == [
        ("reference-file", 2, "userProfileSourcedId")
    ]


def test_what_is_deleted_may_refer_to_what_is_gone(copy_of: Copy) -> None:
    folder = copy_of(FULL)
    delta = (SAMPLES / "csv-1.2-delta" / "enrollments.csv").read_text().replace("usr-s-1", "usr-gone")
    (folder / "enrollments.csv").write_text(delta.replace("usr-s-2", "usr-lost"))
    report = edited(folder, "manifest.csv", "file.enrollments,bulk", "file.enrollments,delta")
    assert [(one.rule, one.line) for one in report.findings] == [("reference", 2)]


def test_without_a_usable_mode_the_rows_say_whether_they_are_changes(copy_of: Copy) -> None:
    folder = copy_of("csv-1.2-delta")
    report = edited(folder, "manifest.csv", "file.users,delta", "file.users,changes")
    assert report.counts == {"manifest-mode": 1}


def test_findings_beyond_the_limit_are_counted_and_not_kept(copy_of: Copy) -> None:
    folder = copy_of(ROSTER)
    rows = "".join(f"enr-x{n},,,cls,org-s-1,usr-s-1,boss,,,\r\n" for n in range(1000))
    edited(folder, "enrollments.csv", "", rows)
    report = check(folder, limit=3)
    assert report.counts == {"reference": 1000, "vocabulary": 1000}
    assert [one.line for one in report.findings] == [7, 8, 9] * 2


def test_more_repeated_ids_than_are_compared_are_counted_all_the_same(
    copy_of: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = copy_of(ROSTER)
    rows = "".join(f"enr-x{n},,,cls-math-9-a,org-s-1,usr-s-1,student,,,\r\n" for n in range(6000))
    monkeypatch.setattr(repeats, "BYTES_PER_PART", 10_000)
    monkeypatch.setattr(repeats, "SUSPECTS", 50)
    monkeypatch.setattr(unique, "SUSPECTS", 50)
    report = edited(folder, "enrollments.csv", "", rows * 3)
    assert report.counts == {"duplicate-id": 12_000}


def test_a_hash_that_two_ids_share_is_no_finding(copy_of: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "hash", lambda _key: 1, raising=False)
    monkeypatch.setattr(unique, "hash", lambda _key: 1, raising=False)
    folder = copy_of(ROSTER)
    assert check(folder).findings == []
    report = edited(folder, "enrollments.csv", "enr-2,", "enr-1,")
    assert [(one.rule, one.line, one.detail) for one in report.findings] == [
        ("duplicate-id", 3, "First in line 2.")
    ]


def test_every_rule_is_broken_by_a_test() -> None:
    refused = {
        *("zip-damaged", "zip-bomb", "zip-encrypted", "zip-method", "zip-path", "zip-nested"),
        *("files-in-folder", "duplicate-file", "not-a-file", "unknown-file"),  # test_package.py
    }
    edits = {rule for *_, expected in EDITS for rule, _ in expected}
    assert refused | edits | {*EXPECTED.values()} | {*HOSTILE} == RULES.keys()


@pytest.mark.parametrize("name", [ROSTER, FULL, "csv-1.1-bulk", "csv-1.2-delta"])
def test_a_folder_and_its_zip_give_the_same_report(copy_of: Copy, name: str) -> None:
    folder = copy_of(name)
    edited(folder, "users.csv", "usr-s-2,", "usr s-2,")
    edited(folder, "orgs.csv", "school", "School")
    loose, packed = check(folder), check(zipped(folder))
    assert loose == packed
    assert loose.errors > 1


def test_a_report_holds_no_value_of_the_package(copy_of: Copy) -> None:
    folder = copy_of(ROSTER)
    for file in sorted(folder.glob("*.csv")):
        if file.name != "manifest.csv":
            header, *rows = file.read_text("utf-8").splitlines()
            odd = [",".join(f"Zq{number}~Wvx{cell}" for cell in row.split(",")) for number, row in enumerate(rows)]
            file.write_text("\r\n".join([header, *odd]), "utf-8")
    report = check(folder, limit=1000)
    assert report.errors > 50
    told = repr(report.findings)
    assert "Zq" not in told
    assert "Wvx" not in told


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", "blank"),
        ("7", "1 character: digits"),
        ("TRUE", "4 characters: capital letters"),
        ("org s 2", "7 characters: digits, letters, spaces"),
        ("92,5", "4 characters: digits, punctuation"),
        ("Øre–", "4 characters: capital letters, letters, other characters"),
    ],
)
def test_the_shape_of_a_value_is_its_length_and_kinds_of_characters(value: str, expected: str) -> None:
    assert shape(value) == expected


@st.composite
def mutations(draw: st.DrawFn) -> tuple[str, str, list[tuple[int, int, bytes]]]:
    """A golden package, one of its files, and pieces of it to be cut out and replaced."""
    name = draw(st.sampled_from([name for name in GOLDEN if not name.endswith(".zip")]))
    file = draw(st.sampled_from(sorted(path.name for path in (SAMPLES / name).iterdir())))
    some = st.sampled_from(
        [b'"', b"\r", b"\n", b",", b"\0", b"\xff", b"\xef\xbb\xbf", b"\r\n", b"{", b":", b"ext:", b"-"]
    )
    piece = st.tuples(st.integers(0, 900), st.integers(0, 40), st.one_of(some, st.binary(max_size=8)))
    return name, file, draw(st.lists(piece, min_size=1, max_size=6))


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mutations())
@example((ROSTER, "users.csv", [(0, 900, b"")]))
@example((ROSTER, "orgs.csv", [(60, 0, b'"')]))
def test_random_bytes_in_a_golden_package_never_stop_the_check(
    tmp_path: Path, mutation: tuple[str, str, list[tuple[int, int, bytes]]]
) -> None:
    name, file, pieces = mutation
    folder = tmp_path / "spoilt"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(SAMPLES / name, folder)
    raw = (folder / file).read_bytes()
    for at, length, by in pieces:
        raw = raw[:at] + by + raw[at + length :]
    (folder / file).write_bytes(raw)
    report = check(folder, limit=10_000)
    assert report.errors + report.warnings == len(report.findings)
    assert report == check(zipped(folder), limit=10_000)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 6200), st.binary(min_size=1, max_size=4)), min_size=1, max_size=4))
def test_random_bytes_in_a_zip_never_stop_the_check(tmp_path: Path, pieces: list[tuple[int, bytes]]) -> None:
    raw = (SAMPLES / f"{FULL}.zip").read_bytes()
    for at, by in pieces:
        raw = raw[:at] + by + raw[at + len(by) :]
    path = tmp_path / "spoilt.zip"
    path.write_bytes(raw)
    report = check(path, limit=10_000, limits=Limits(total_bytes=1 << 24))
    assert report.errors + report.warnings == len(report.findings)
