"""Two packages compared, a delta made of the difference, and the command."""

import csv
import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classbridge.cli import main
from classbridge.oneroster.csv.check import check
from classbridge.oneroster.csv.compare import Change, DifferentVersionsError, compare
from classbridge.oneroster.csv.delta import Delta, NotBulkError
from classbridge.oneroster.csv.package import Package, PackageError
from tests.csv_packages.conftest import SAMPLES

Copy = Callable[[str], Path]
NAMES = "csv-1.1-bulk", "csv-1.2-bulk"
NOW = datetime(2026, 11, 1, 8, tzinfo=UTC)
Rows = dict[str, dict[str, str]]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["csv", "diff", *map(str, arguments)])


def compared(a: Path, b: Path) -> list[Change]:
    found: list[Change] = []
    with Package.open(a) as before, Package.open(b) as after:
        compare(before, after, found.append)
    return found


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_bytes().decode()
    assert old in text
    path.write_bytes(text.replace(old, new, 1).encode())


def drop(path: Path, start: str) -> None:
    lines = path.read_bytes().decode().split("\r\n")
    path.write_bytes("\r\n".join(line for line in lines if not line.startswith(start)).encode())


@pytest.fixture
def changed(copy_of: Copy) -> Path:
    """A copy of the golden package with one person renamed, one enrolment gone and one org new."""
    folder = copy_of("csv-1.2-bulk")
    edit(folder / "users.csv", "María,García López", "Maria,García")
    drop(folder / "enrollments.csv", "enr-3,")
    with (folder / "orgs.csv").open("ab") as stream:
        stream.write(b"org-new,,,New School,school,,org-d-1\r\n")
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_a_package_equals_its_zip(name: str) -> None:
    assert compared(SAMPLES / name, SAMPLES / f"{name}.zip") == []
    assert run(SAMPLES / name, SAMPLES / f"{name}.zip").exit_code == 0


def test_added_removed_and_changed_records_are_found_with_their_columns(changed: Path) -> None:
    found = [
        (one.kind, one.file, one.sourced_id, one.columns) for one in compared(SAMPLES / "csv-1.2-bulk", changed)
    ]
    assert found == [
        ("removed", "enrollments", "enr-3", ()),
        ("added", "orgs", "org-new", ()),
        ("changed", "users", "usr-t-1", ("givenName", "familyName")),
    ]


def test_the_order_of_rows_is_no_difference(copy_of: Copy) -> None:
    folder = copy_of("csv-1.2-bulk")
    head, *rows = (folder / "users.csv").read_bytes().decode().strip().split("\r\n")
    (folder / "users.csv").write_bytes("\r\n".join([head, *reversed(rows)]).encode())
    assert compared(SAMPLES / "csv-1.2-bulk", folder) == []


def test_a_column_that_is_missing_counts_as_blank(copy_of: Copy) -> None:
    folder = copy_of("csv-1.2-bulk")
    with (folder / "users.csv").open(encoding="utf-8", newline="") as stream:
        rows = [[*row, "" if number else "metadata.more"] for number, row in enumerate(csv.reader(stream))]
    with (folder / "users.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)
    assert compared(SAMPLES / "csv-1.2-bulk", folder) == []


def test_a_whole_file_may_be_new_or_gone(copy_of: Copy) -> None:
    folder = copy_of("csv-1.2-bulk")
    (folder / "userResources.csv").unlink()
    assert [one.kind for one in compared(SAMPLES / "csv-1.2-bulk", folder)] == ["removed"]
    assert [one.kind for one in compared(folder, SAMPLES / "csv-1.2-bulk")] == ["added"]


def test_an_id_that_is_there_twice_is_refused_in_either_package(copy_of: Copy) -> None:
    folder = copy_of("csv-1.2-bulk")
    with (folder / "orgs.csv").open("ab") as stream:
        stream.write(b"org-s-1,,,Again,school,,org-d-1\r\n")
    for pair in ((folder, SAMPLES / "csv-1.2-bulk"), (SAMPLES / "csv-1.2-bulk", folder)):
        with pytest.raises(PackageError) as caught:
            compared(*pair)
        assert [(one.rule, one.file, one.line) for one in caught.value.findings] == [
            ("duplicate-id", "orgs.csv", 5)
        ]
    assert run(folder, SAMPLES / "csv-1.2-bulk").exit_code == 2


def test_packages_of_two_versions_are_not_compared() -> None:
    with pytest.raises(DifferentVersionsError):
        compared(SAMPLES / NAMES[0], SAMPLES / NAMES[1])
    assert run(SAMPLES / NAMES[0], SAMPLES / NAMES[1]).exit_code == 2


def test_the_report_names_columns_and_shows_values_only_when_asked(changed: Path) -> None:
    plain = run(SAMPLES / "csv-1.2-bulk", changed)
    assert plain.exit_code == 1
    assert "~ usr-t-1 givenName, familyName" in plain.stdout
    assert "Garc" not in plain.stdout
    assert "New School" not in run(SAMPLES / "csv-1.2-bulk", changed, "--json").stdout
    assert "givenName: 'María' -> 'Maria'" in run(SAMPLES / "csv-1.2-bulk", changed, "--values").stdout


def test_the_json_report_counts_what_it_does_not_list(changed: Path) -> None:
    report = json.loads(run(SAMPLES / "csv-1.2-bulk", changed, "--json", "--limit", "1").stdout)
    assert report["equal"] is False
    assert len(report["changes"]) == 1
    assert report["files"]["users.csv"] == {"added": 0, "removed": 0, "changed": 1, "same": 5}
    assert report["files"]["orgs.csv"]["added"] == 1


def test_a_broken_package_cannot_be_compared(tmp_path: Path) -> None:
    (tmp_path / "bad.zip").write_bytes(b"PK\x03\x04 not a zip")
    done = run(SAMPLES / "csv-1.2-bulk", tmp_path / "bad.zip")
    assert (done.exit_code, done.stdout) == (2, "")


def state(folder: Path) -> dict[str, Rows]:
    """The rows of each file by sourcedId, without blank cells."""
    found = {}
    for path in folder.glob("*.csv"):
        if path.name != "manifest.csv":
            with path.open(encoding="utf-8", newline="") as stream:
                rows = [{name: text for name, text in row.items() if text} for row in csv.DictReader(stream)]
            found[path.name] = {row["sourcedId"]: row for row in rows}
    return found


def applied(base: Path, delta: Path) -> dict[str, Rows]:
    """What a consumer holds after a bulk package and a delta (CSV binding, record states), worked out by hand."""
    held = state(base)
    for name, rows in state(delta).items():
        for sourced_id, row in rows.items():
            assert row.pop("dateLastModified") == "2026-11-01T08:00:00.000Z"
            if row.pop("status") == "tobedeleted":
                del held[name][sourced_id]
            else:
                held.setdefault(name, {})[sourced_id] = row
    return {name: rows for name, rows in held.items() if rows}


def delta_of(a: Path, b: Path, out: Path) -> Path:
    with Package.open(a) as before, Package.open(b) as after, Delta(out, before, after, now=NOW) as delta:
        compare(before, after, delta.write)
    return out


def test_a_bulk_package_and_the_delta_make_the_other_bulk_package(changed: Path, tmp_path: Path) -> None:
    base = SAMPLES / "csv-1.2-bulk"
    delta = delta_of(base, changed, tmp_path / "delta")
    assert applied(base, delta) == state(changed)
    report = check(delta)
    assert (report.findings, report.rows) == ([], {"enrollments.csv": 1, "orgs.csv": 1, "users.csv": 1})


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_that_holds_for_any_two_packages(tmp_path: Path, data: st.DataObject) -> None:
    shutil.rmtree(tmp_path)
    tmp_path.mkdir()
    for name in ("a", "b"):
        folder = Path(shutil.copytree(SAMPLES / "csv-1.2-bulk", tmp_path / name))
        for file in ("users", "roles", "enrollments"):
            head, *rows = (folder / f"{file}.csv").read_bytes().decode().strip().split("\r\n")
            kept = data.draw(st.lists(st.sampled_from(rows), min_size=1, unique=True))
            spoilt = data.draw(st.sets(st.sampled_from(kept)))
            rows = [row.replace("student", "teacher") if row in spoilt else row for row in kept]
            (folder / f"{file}.csv").write_bytes("\r\n".join([head, *rows]).encode())
    delta = delta_of(tmp_path / "a", tmp_path / "b", tmp_path / "delta")
    assert applied(tmp_path / "a", delta) == state(tmp_path / "b")


def test_equal_packages_make_a_delta_of_a_manifest_alone(tmp_path: Path) -> None:
    delta = delta_of(SAMPLES / "csv-1.2-bulk", SAMPLES / "csv-1.2-bulk.zip", tmp_path / "delta")
    assert [path.name for path in delta.iterdir()] == ["manifest.csv"]
    assert check(delta).findings == []


def test_a_password_is_not_copied_into_a_delta(copy_of: Copy, tmp_path: Path) -> None:
    folder = copy_of("csv-1.2-bulk")
    edit(folder / "userProfiles.csv", "sso,mgarcia,", "sso,mgarcia,s3cret-of-theirs")
    delta = delta_of(SAMPLES / "csv-1.2-bulk", folder, tmp_path / "delta")
    assert "s3cret" not in (delta / "userProfiles.csv").read_text("utf-8")


def test_only_bulk_packages_make_a_delta(tmp_path: Path) -> None:
    bulk, delta = SAMPLES / "csv-1.2-bulk", SAMPLES / "csv-1.2-delta"
    with pytest.raises(NotBulkError):
        delta_of(bulk, delta, tmp_path / "delta")
    assert run(bulk, delta, "--delta", tmp_path / "delta").exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_the_delta_and_overwrites_nothing(changed: Path, tmp_path: Path) -> None:
    out = tmp_path / "delta.zip"
    assert run(SAMPLES / "csv-1.2-bulk", changed, "--delta", out).exit_code == 1
    assert check(out).findings == []
    assert run(SAMPLES / "csv-1.2-bulk", changed, "--delta", out).exit_code == 2
