"""Packages converted between 1.1 and 1.2, and the command."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from classbridge.cli import main
from classbridge.oneroster.csv.check import check
from classbridge.oneroster.csv.compare import compare
from classbridge.oneroster.csv.convert import UnreadableRowsError, convert
from classbridge.oneroster.csv.package import Package
from classbridge.oneroster.models import Version
from tests.csv_packages.conftest import GOLDEN, SAMPLES
from tests.csv_packages.patches import CASES, spoilt

Copy = Callable[[str], Path]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["csv", "convert", *map(str, arguments)])


def converted(source: Path, out: Path, to: Version) -> dict[tuple[str, str, str], int]:
    with Package.open(source) as package:
        done = convert(package, out, to)
    return {(one.kind, one.file, one.column): one.count for one in done.losses}


@pytest.mark.parametrize("to", list(Version))
@pytest.mark.parametrize("name", GOLDEN)
def test_what_a_good_package_becomes_passes_the_check(name: str, to: Version, tmp_path: Path) -> None:
    converted(SAMPLES / name, tmp_path / "out.zip", to)
    report = check(tmp_path / "out.zip")
    assert report.findings == []
    assert report.version is to


@pytest.mark.parametrize("kind", ["bulk", "delta", "rostering-bulk"])
def test_1_1_to_1_2_and_back_is_the_same_package(kind: str, tmp_path: Path) -> None:
    source = SAMPLES / f"csv-1.1-{kind}"
    forth = converted(source, tmp_path / "1.2", Version.V1_2)
    back = converted(tmp_path / "1.2", tmp_path / "1.1", Version.V1_1)
    with Package.open(source) as before, Package.open(tmp_path / "1.1") as after:
        differences: list[object] = []
        compare(before, after, differences.append)
    assert differences == []
    assert forth.keys() <= {("value", "roles", "role")}
    assert back.keys() <= {("value", "roles", "role"), ("column", "lineItems", "schoolSourcedId")}


def test_every_thing_that_1_1_cannot_say_is_named_and_counted(tmp_path: Path) -> None:
    assert converted(SAMPLES / "csv-1.2-bulk", tmp_path / "out", Version.V1_1) == {
        ("column", "categories", "weight"): 2,
        ("column", "lineItems", "schoolSourcedId"): 2,
        ("column", "results", "classSourcedId"): 1,
        ("column", "results", "inProgress"): 1,
        ("column", "results", "incomplete"): 1,
        ("column", "results", "late"): 2,
        ("column", "results", "missing"): 1,
        ("column", "results", "textScore"): 1,
        ("column", "users", "preferredGivenName"): 1,
        ("column", "users", "primaryOrgSourcedId"): 2,
        ("column", "users", "pronouns"): 1,
        ("column", "users", "userMasterIdentifier"): 1,
        ("file", "lineItemLearningObjectiveIds", ""): 1,
        ("file", "lineItemScoreScales", ""): 1,
        ("file", "resultLearningObjectiveIds", ""): 1,
        ("file", "resultScoreScales", ""): 1,
        ("file", "roles", "beginDate"): 3,
        ("file", "roles", "userProfileSourcedId"): 1,
        ("file", "scoreScales", ""): 1,
        ("file", "userProfiles", ""): 1,
        ("file", "userResources", ""): 1,
        ("value", "roles", "role"): 1,
    }


def test_ids_titles_and_contexts_of_links_are_kept(tmp_path: Path) -> None:
    converted(SAMPLES / "csv-1.1-bulk", tmp_path / "out", Version.V1_2)
    for name in ("classResources.csv", "courseResources.csv"):
        assert (tmp_path / "out" / name).read_bytes() == (SAMPLES / "csv-1.1-bulk" / name).read_bytes()


def test_an_enrolment_of_a_person_that_a_delta_cannot_say_is_kept(tmp_path: Path) -> None:
    losses = converted(SAMPLES / "csv-1.2-delta", tmp_path / "out", Version.V1_1)
    assert losses[("required", "users", "orgSourcedIds")] == 1
    enrolments = (tmp_path / "out" / "enrollments.csv").read_text("utf-8")
    assert "usr-s-2" in enrolments


def test_rows_that_cannot_be_read_stop_the_conversion_unless_it_is_lenient(copy_of: Copy, tmp_path: Path) -> None:
    folder = copy_of("csv-1.2-rostering-bulk")
    with (folder / "enrollments.csv").open("a") as stream:
        stream.write("enr-x,,\r\n")
    out = tmp_path / "out.zip"
    with Package.open(folder) as package, pytest.raises(UnreadableRowsError):
        convert(package, out, Version.V1_1)
    assert not out.exists()
    refused = run(folder, "--to", "1.1", "--out", out)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "line 7" in refused.stderr
    assert run(folder, "--to", "1.1", "--out", out, "--lenient").exit_code == 0
    assert check(out).rows["enrollments.csv"] == 5
    assert sorted(path.name for path in tmp_path.iterdir()) == [folder.name, "out.zip"]


def test_the_command_reports_as_one_document_and_lists_every_loss_in_a_file(tmp_path: Path) -> None:
    losses = tmp_path / "losses.csv"
    done = run(SAMPLES / "csv-1.2-bulk.zip", "--to", "1.1", "--out", tmp_path / "o", "--losses", losses, "--json")
    assert done.exit_code == 0
    report = json.loads(done.stdout)
    assert (report["from"], report["to"], report["rows"]["users.csv"]) == ("1.2", "1.1", 6)
    with losses.open(encoding="utf-8", newline="") as stream:
        listed = list(csv.DictReader(stream))
    assert len(listed) == sum(one["count"] for one in report["losses"])
    assert ["users.csv", "pronouns", "usr-t-1"] in [
        [row["file"], row["column"], row["sourcedId"]] for row in listed
    ]


def test_a_report_shows_no_value_of_a_person(tmp_path: Path) -> None:
    done = run(SAMPLES / "csv-1.2-bulk", "--to", "1.1", "--out", tmp_path / "o")
    assert done.exit_code == 0
    assert "users.csv, pronouns: 1." in done.stdout
    assert "she/her" not in done.stdout + done.stderr
    assert "Annie" not in done.stdout + done.stderr


@pytest.mark.parametrize("name", CASES)
def test_a_spoilt_package_is_converted_leniently_or_refused_clearly(name: str, tmp_path: Path) -> None:
    path = spoilt(CASES[name], tmp_path)
    out = tmp_path / "out"
    done = run(path, "--to", "1.1", "--out", out, "--lenient")
    assert done.exit_code in (0, 1), done.exception
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert out.exists() == (done.exit_code == 0)
    assert done.exit_code == 0 or "What to do:" in done.stderr
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []


def test_a_header_of_thousands_of_columns_is_refused(copy_of: Copy, tmp_path: Path) -> None:
    folder = copy_of("csv-1.2-rostering-bulk")
    orgs = folder / "orgs.csv"
    wide = ",".join(f"metadata.{number}" for number in range(5000))
    orgs.write_bytes(orgs.read_bytes().replace(b"parentSourcedId", f"parentSourcedId,{wide}".encode(), 1))
    done = run(folder, "--to", "1.1", "--out", tmp_path / "o")
    assert done.exit_code == 1
    assert "limit of columns" in done.stderr


def test_an_existing_package_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "o").mkdir()
    assert run(SAMPLES / "csv-1.2-bulk", "--to", "1.1", "--out", tmp_path / "o").exit_code == 2
    assert list((tmp_path / "o").iterdir()) == []


def test_a_damaged_zip_gives_a_clear_error_and_nothing_else(tmp_path: Path) -> None:
    bad = tmp_path / "bad.zip"
    whole = (SAMPLES / "csv-1.2-bulk.zip").read_bytes()
    bad.write_bytes(whole[: len(whole) // 2])
    done = run(bad, "--to", "1.1", "--out", tmp_path / "o")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "Make the zip again" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["bad.zip"]


def test_a_package_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    assert run(tmp_path / "none", "--to", "1.1", "--out", tmp_path / "o").exit_code == 2


def test_a_package_cannot_be_written_into_a_folder_that_is_not_there(tmp_path: Path) -> None:
    out = tmp_path / "none" / "o"
    assert run(SAMPLES / "csv-1.2-bulk", "--to", "1.1", "--out", out).exit_code == 2
