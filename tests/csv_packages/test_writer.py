"""Packages written whole or not at all, and what a version cannot say told of."""

import csv
import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from msgspec.structs import replace

from classbridge.oneroster.csv.check import check
from classbridge.oneroster.csv.layout import Mode, layout
from classbridge.oneroster.csv.loss import Kind, Loss
from classbridge.oneroster.csv.rows import Rows
from classbridge.oneroster.csv.writer import Writer
from classbridge.oneroster.models import (
    AcademicSession,
    Category,
    Class,
    Course,
    Demographics,
    Enrollment,
    LineItem,
    Org,
    Record,
    Ref,
    Result,
    Role,
    ScoreScale,
    ScoreScaleValue,
    User,
    UserId,
    Version,
)

ORG = Org(sourced_id="o", name="Elm Street", type="school", identifier="1")
COURSE = Course(sourced_id="c", title="Algebra", org=Ref(sourced_id="o"))
TERM = AcademicSession(
    sourced_id="t",
    title="Fall",
    type="gradingPeriod",
    start_date=date(2026, 8, 1),
    end_date=date(2027, 1, 1),
    school_year="2027",
)
CLASS = Class(
    sourced_id="k",
    title="Algebra A",
    class_type="scheduled",
    course=Ref(sourced_id="c"),
    school=Ref(sourced_id="o"),
    terms=[Ref(sourced_id="t")],
)
PERSON = User(
    sourced_id="u",
    given_name="Ana",
    family_name="O'Brien",
    username="ana",
    roles=[Role(role="student", org=Ref(sourced_id="o"))],
)
PLACE = Enrollment(
    sourced_id="e",
    user=Ref(sourced_id="u"),
    class_=Ref(sourced_id="k"),
    school=Ref(sourced_id="o"),
    role="student",
)
CATEGORY = Category(sourced_id="g", title="Homework")
ITEM = LineItem(
    sourced_id="l",
    title="Set 1",
    class_=Ref(sourced_id="k"),
    assign_date=datetime(2026, 9, 1, tzinfo=UTC),
    due_date=datetime(2026, 9, 8, tzinfo=UTC),
    category=Ref(sourced_id="g"),
    academic_session=Ref(sourced_id="t"),
    result_value_min=Decimal(0),
    result_value_max=Decimal(10),
)
RESULT = Result(
    sourced_id="r",
    line_item=Ref(sourced_id="l"),
    student=Ref(sourced_id="u"),
    score_status="fully graded",
    score=Decimal(9),
    score_date=date(2026, 9, 9),
)
COLON = UserId(type="a:b", identifier="1")
LATE = datetime(2026, 9, 8, 23, 59, tzinfo=UTC)
SCALE = ScoreScale(
    sourced_id="s", title="Marks", type="x", score_scale_value=[ScoreScaleValue(left="A", right="9")]
)
ALL: list[Record] = [ORG, TERM, COURSE, CLASS, PERSON, PLACE, CATEGORY, ITEM, RESULT]


def package(
    path: Path, records: Iterable[Record], version: Version = Version.V1_2, mode: Mode = "bulk", **options: Any
) -> list[Loss]:
    losses: list[Loss] = []
    modes: dict[str, Mode] = dict.fromkeys(layout(version).files, mode)
    rows = Rows(version, modes, losses.append, now=datetime(2026, 11, 1, 8, tzinfo=UTC))
    with Writer(path, version, modes, **options) as writer:
        for record in records:
            for line in rows.of(record):
                writer.write(line.file, line.cells, line.extensions)
    return losses


def rows(path: Path, name: str) -> list[dict[str, str]]:
    with (path / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def told(losses: list[Loss]) -> list[tuple[Kind, str, str]]:
    return [(loss.kind, loss.file, loss.column) for loss in losses]


@pytest.mark.parametrize("name", ["package", "package.zip"])
@pytest.mark.parametrize("mode", ["bulk", "delta"])
@pytest.mark.parametrize("version", list(Version))
def test_what_is_written_passes_the_check(tmp_path: Path, version: Version, mode: Mode, name: str) -> None:
    assert package(tmp_path / name, ALL, version, mode) == []
    report = check(tmp_path / name)
    assert report.findings == []
    assert sum(report.rows.values()) == len(ALL) + (version is Version.V1_2)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_the_manifest_names_the_source_and_declares_files_without_rows_absent(tmp_path: Path) -> None:
    package(tmp_path / "p", [ORG], system_name="Sample, SIS", system_code="s")
    text = (tmp_path / "p" / "manifest.csv").read_bytes().decode()
    assert text.startswith("propertyName,value\r\nmanifest.version,1.0\r\noneroster.version,1.2\r\n")
    assert "file.orgs,bulk\r\n" in text
    assert text.count(",absent\r\n") == len(layout(Version.V1_2).files) - 1
    assert text.endswith('source.systemName,"Sample, SIS"\r\nsource.systemCode,s\r\n')


def test_the_same_records_give_the_same_zip(tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        package(tmp_path / name, ALL)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with ZipFile(tmp_path / "a.zip") as archive:
        assert archive.namelist()[0] == "manifest.csv"


def test_people_are_written_in_the_corrected_layout_of_1_2(tmp_path: Path) -> None:
    package(tmp_path / "p", [PERSON])
    header = (tmp_path / "p" / "users.csv").read_text("utf-8").splitlines()[0]
    assert "resourceSourcedIds" not in header
    assert header.endswith("userMasterIdentifier,preferredGivenName,preferredMiddleName,preferredFamilyName,"
                           "primaryOrgSourcedId,pronouns")  # fmt: skip


def test_bulk_rows_have_no_status_and_delta_rows_always_do(tmp_path: Path) -> None:
    when = datetime(2026, 10, 2, 7, 30, tzinfo=UTC)
    records = [replace(ORG, date_last_modified=when), replace(ORG, sourced_id="x", status="tobedeleted")]
    losses = package(tmp_path / "bulk", records)
    package(tmp_path / "delta", records, mode="delta")
    assert [(row["status"], row["dateLastModified"]) for row in rows(tmp_path / "bulk", "orgs")] == [("", "")]
    assert told(losses) == [("deleted", "orgs", "")]
    assert [(row["status"], row["dateLastModified"]) for row in rows(tmp_path / "delta", "orgs")] == [
        ("active", "2026-10-02T07:30:00.000Z"),
        ("tobedeleted", "2026-11-01T08:00:00.000Z"),
    ]


def test_extensions_get_columns_as_they_come(tmp_path: Path) -> None:
    many = [
        replace(ORG, sourced_id="a"),
        replace(ORG, sourced_id="b", metadata={"x": "1"}),
        replace(ORG, sourced_id="c", metadata={"jp.y": 'a "b", c'}),
        replace(ORG, sourced_id="d"),
        replace(ORG, sourced_id="e", metadata={"x": "2", "n": 3}),
    ]
    losses = package(tmp_path / "p", many)
    found = rows(tmp_path / "p", "orgs")
    assert [(row["metadata.x"], row["metadata.jp.y"], row["metadata.n"]) for row in found] == [
        ("", "", ""),
        ("1", "", ""),
        ("", 'a "b", c', ""),
        ("", "", ""),
        ("2", "", "3"),
    ]
    assert check(tmp_path / "p").counts.keys() <= {"reference", "reference-file"}
    assert told(losses) == [("text", "orgs", "metadata.n")]


def test_a_new_link_gets_the_same_id_each_time(tmp_path: Path) -> None:
    for name in ("a", "b"):
        package(tmp_path / name, [PERSON])
    ids = [row["sourcedId"] for name in ("a", "b") for row in rows(tmp_path / name, "roles")]
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_what_must_be_there_is_never_made_up(tmp_path: Path) -> None:
    without = replace(ITEM, result_value_max=None, result_value_min=None)
    losses = package(tmp_path / "p", [ORG, TERM, COURSE, CLASS, CATEGORY, without, RESULT], Version.V1_1)
    assert told(losses) == [
        ("filled", "lineItems", "resultValueMin"),
        ("required", "lineItems", "resultValueMax"),
        ("reference", "results", "lineItemSourcedId"),
    ]
    assert not (tmp_path / "p" / "lineItems.csv").exists()
    assert not (tmp_path / "p" / "results.csv").exists()


def test_a_grade_that_1_1_cannot_say_is_left_out_instead_of_becoming_zero(tmp_path: Path) -> None:
    losses = package(tmp_path / "p", [*ALL[:-1], replace(RESULT, score=None, text_score="A")], Version.V1_1)
    assert told(losses) == [("column", "results", "textScore"), ("required", "results", "score")]
    assert not (tmp_path / "p" / "results.csv").exists()


@pytest.mark.parametrize(
    ("record", "version", "expected"),
    [
        (replace(ORG, type="ext:team"), Version.V1_1, ("value", "orgs", "type")),
        (replace(ORG, type="ext:team"), Version.V1_2, None),
        (replace(ORG, name="Elm\r\nStreet"), Version.V1_2, ("text", "orgs", "name")),
        (replace(TERM, type="ext:block"), Version.V1_1, ("value", "academicSessions", "type")),
        (Demographics(sourced_id="u", sex="other"), Version.V1_1, ("value", "demographics", "sex")),
        (Demographics(sourced_id="u", sex="other"), Version.V1_2, None),
        (replace(CATEGORY, weight=Decimal("33.5")), Version.V1_2, ("value", "categories", "weight")),
        (replace(CATEGORY, weight=Decimal(0)), Version.V1_1, ("column", "categories", "weight")),
        (replace(COURSE, subjects=["Arts, Music"]), Version.V1_2, ("text", "courses", "subjects")),
        (replace(PERSON, pronouns="she/her"), Version.V1_1, ("column", "users", "pronouns")),
        (replace(PERSON, user_ids=[COLON]), Version.V1_2, ("text", "users", "userIds")),
        (replace(PERSON, agents=[Ref(sourced_id="a,b")]), Version.V1_2, ("text", "users", "agentSourcedIds")),
        (replace(PERSON, roles=[]), Version.V1_1, ("required", "users", "orgSourcedIds")),
        (replace(PERSON, user_profiles=[{"profileId": "p"}]), Version.V1_1, ("file", "userProfiles", "")),
        (replace(ITEM, due_date=LATE), Version.V1_1, ("column", "lineItems", "dueDate")),
        (ITEM, Version.V1_2, ("required", "lineItems", "schoolSourcedId")),
        (replace(ITEM, score_scale=Ref(sourced_id="s")), Version.V1_1, ("file", "lineItemScoreScales", "")),
        (SCALE, Version.V1_1, ("file", "scoreScales", "")),
    ],
)
def test_what_a_version_cannot_say_is_told_of(
    tmp_path: Path, record: Record, version: Version, expected: tuple[str, str, str] | None
) -> None:
    assert told(package(tmp_path / "p", [record], version)) == ([expected] if expected else [])


def test_a_session_that_is_no_grading_period_is_told_of_in_1_1(tmp_path: Path) -> None:
    records = [replace(TERM, type="term") if one is TERM else one for one in ALL]
    assert told(package(tmp_path / "p", records, Version.V1_1)) == [
        ("value", "lineItems", "gradingPeriodSourcedId")
    ]
    assert package(tmp_path / "q", records) == []


def test_a_word_that_1_1_lacks_becomes_the_one_that_allows_least(tmp_path: Path) -> None:
    substitute = replace(PERSON, roles=[Role(role="ext:substitute", org=Ref(sourced_id="o"))])
    guest = replace(PLACE, role="ext:guest")
    package(tmp_path / "p", [substitute, guest], Version.V1_1)
    assert [row["role"] for row in rows(tmp_path / "p", "users")] == ["aide"]
    assert [row["role"] for row in rows(tmp_path / "p", "enrollments")] == ["proctor"]


def test_a_person_of_several_roles_keeps_the_primary_one_and_all_organisations_in_1_1(tmp_path: Path) -> None:
    roles = [
        Role(role="teacher", org=Ref(sourced_id="a"), role_type="secondary"),
        Role(role="principal", org=Ref(sourced_id="b"), begin_date=date(2026, 8, 1)),
    ]
    losses = package(tmp_path / "p", [replace(PERSON, roles=roles)], Version.V1_1)
    [row] = rows(tmp_path / "p", "users")
    assert (row["role"], row["orgSourcedIds"]) == ("administrator", "a,b")
    assert sorted(told(losses)) == [
        ("column", "roles", "role"),
        ("file", "roles", "beginDate"),
        ("file", "roles", "roleType"),
        ("value", "roles", "role"),
    ]


def test_an_administrator_of_1_1_becomes_the_one_of_the_kind_of_organisation(tmp_path: Path) -> None:
    district = Org(sourced_id="d", name="North", type="district")
    roles = [Role(role="administrator", org=Ref(sourced_id=at)) for at in ("d", "o")]
    losses = package(tmp_path / "p", [ORG, district, replace(PERSON, roles=roles)])
    assert [row["role"] for row in rows(tmp_path / "p", "roles")] == ["districtAdministrator", "siteAdministrator"]
    assert told(losses) == [("value", "roles", "role")] * 2


def test_a_profile_with_several_credentials_keeps_the_first(tmp_path: Path) -> None:
    credentials = [{"type": "sso", "username": name} for name in ("first", "second")]
    profile = {"profileId": "p", "profileType": "LMS", "vendorId": "v", "credentials": credentials}
    losses = package(tmp_path / "p", [replace(PERSON, user_profiles=[profile])])
    assert [row["username"] for row in rows(tmp_path / "p", "userProfiles")] == ["first"]
    assert told(losses) == [("column", "userProfiles", "credentialType")]


def test_an_error_leaves_nothing_behind(tmp_path: Path) -> None:
    def broken() -> Iterable[Record]:
        yield ORG
        raise RuntimeError

    with pytest.raises(RuntimeError):
        package(tmp_path / "p.zip", broken())
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "p.zip").write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        package(tmp_path / "p.zip", [ORG])
    assert (tmp_path / "p.zip").read_bytes() == b"mine"


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.csv_packages import test_writer as made
def records():
    yield from made.ALL
    os.kill(os.getpid(), signal.SIGKILL)
made.package(Path(sys.argv[1]), records())
"""


@pytest.mark.parametrize("name", ["package", "package.zip"])
def test_a_kill_leaves_no_half_package_under_its_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    command = [sys.executable, "-c", KILLED, str(path)]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, timeout=60, env={**os.environ, "PYTHONPATH": str(root)})
    assert done.returncode == -signal.SIGKILL
    assert not path.exists()
    assert package(path, ALL) == []
    assert check(path).rows["orgs.csv"] == 1
