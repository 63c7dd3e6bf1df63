"""`classbridge csv check`."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from classbridge.cli import main
from classbridge.cli.csv import opening
from tests.csv_packages.conftest import SAMPLES, zipped
from tests.csv_packages.patches import CASES, spoilt

Copy = Callable[[], Path]


def test_a_sound_package_ends_with_success_and_its_size() -> None:
    answer = CliRunner().invoke(main, ["csv", "check", str(SAMPLES / "csv-1.2-bulk.zip")])
    assert answer.exit_code == 0
    assert "OneRoster 1.2, 21 files, 46 rows." in answer.stdout
    assert "Errors: 0. Warnings: 0." in answer.stdout


def test_an_error_ends_with_failure_its_place_rule_and_fix(tmp_path: Path) -> None:
    answer = CliRunner().invoke(main, ["csv", "check", str(spoilt(CASES["bad-boolean"], tmp_path))])
    assert answer.exit_code == 1
    assert "error boolean (1): A true or false value is written" in answer.stdout
    assert "Fix: Write true or false" in answer.stdout
    assert "users.csv, line 2, enabledUser: found 4 characters: capital letters" in answer.stdout


def test_a_warning_alone_is_success(tmp_path: Path) -> None:
    answer = CliRunner().invoke(main, ["csv", "check", str(spoilt(CASES["score-above-max"], tmp_path))])
    assert answer.exit_code == 0
    assert "warning score-range (1)" in answer.stdout


def test_a_rule_can_be_taken_for_a_warning(tmp_path: Path) -> None:
    path = spoilt(CASES["bad-boolean"], tmp_path)
    answer = CliRunner().invoke(main, ["csv", "check", str(path), "--warn", "boolean", "--json"])
    found = json.loads(answer.stdout)
    assert (answer.exit_code, found["errors"], found["warnings"]) == (0, 0, 1)
    assert {one["severity"] for one in found["findings"] + found["rules"]} == {"warning"}


def test_a_refused_zip_is_a_failure_with_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(b"no zip")
    answer = CliRunner().invoke(main, ["csv", "check", str(path)])
    assert answer.exit_code == 1
    assert "error zip-damaged (1)" in answer.stdout


def test_json_is_one_document_with_true_counts_and_the_findings_that_were_kept(copy_of: Copy) -> None:
    folder = copy_of()
    file = folder / "enrollments.csv"
    file.write_bytes(file.read_bytes().replace(b"student", b"pupil"))
    answer = CliRunner().invoke(main, ["csv", "check", str(zipped(folder)), "--json", "--limit", "1"])
    found = json.loads(answer.stdout)
    assert (answer.exit_code, found["ok"], found["version"], found["errors"]) == (1, False, "1.2", 3)
    assert found["rows"]["enrollments.csv"] == 5
    assert [(one["id"], one["count"], one["severity"]) for one in found["rules"]] == [("vocabulary", 3, "error")]
    assert [(one["rule"], one["line"], one["column"]) for one in found["findings"]] == [("vocabulary", 3, "role")]


def test_a_path_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    assert CliRunner().invoke(main, ["csv", "check", str(tmp_path / "none")]).exit_code == 2


def test_a_long_file_is_reported_on_standard_error(copy_of: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "_PROGRESS_EVERY", 2)
    answer = CliRunner().invoke(main, ["csv", "check", str(copy_of()), "--json"])
    assert "enrollments.csv: 5 rows ..." in answer.stderr
    assert json.loads(answer.stdout)["ok"] is True


def test_the_check_loads_neither_the_web_nor_the_job_engine() -> None:
    code = "import sys, classbridge.cli.csv.check; print({'dbos', 'litestar', 'sqlalchemy'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout == "set()\n"
