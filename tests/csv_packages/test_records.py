"""Rows as records of the model, and records as rows again."""

import filecmp
import tempfile
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from classbridge.oneroster.csv.layout import Mode, layout
from classbridge.oneroster.csv.loss import Loss
from classbridge.oneroster.csv.package import Package, PackageError
from classbridge.oneroster.csv.records import Reader, records
from classbridge.oneroster.csv.rows import Rows
from classbridge.oneroster.csv.writer import Writer
from classbridge.oneroster.models import (
    AcademicSession,
    Class,
    LineItem,
    Record,
    Ref,
    Result,
    Role,
    ScoreScale,
    User,
    Version,
    type_of,
)
from tests.csv_packages import sayable
from tests.csv_packages.conftest import SAMPLES

FOLDERS = sorted(path.name for path in SAMPLES.iterdir() if path.is_dir())
BULK = {Version.V1_1: "csv-1.1-bulk", Version.V1_2: "csv-1.2-bulk"}
QUICK = [Phase.explicit, Phase.reuse, Phase.generate]
"""Without shrinking: a record is small, and a package of each takes too long to try hundreds."""
Copy = Callable[[str], Path]


def read(path: Path) -> tuple[list[Record], list[Loss]]:
    losses: list[Loss] = []
    with Package.open(path) as package:
        return list(records(package, losses.append)), losses


def write(path: Path, version: Version, mode: Mode, given: Iterable[Record]) -> list[Loss]:
    losses: list[Loss] = []
    modes: dict[str, Mode] = dict.fromkeys(layout(version).files, mode)
    rows = Rows(version, modes, losses.append, now=datetime(2026, 8, 1, tzinfo=UTC))
    with Writer(path, version, modes) as writer:
        for record in given:
            for line in rows.of(record):
                writer.write(line.file, line.cells, line.extensions)
    return losses


def one(found: Iterable[Record], sourced_id: str) -> Record:
    return next(record for record in found if record.sourced_id == sourced_id)


@pytest.mark.parametrize("name", FOLDERS)
def test_a_golden_package_comes_back_byte_for_byte_from_its_records(name: str, tmp_path: Path) -> None:
    losses: list[Loss] = []
    out = tmp_path / name
    with Package.open(SAMPLES / name) as package, Reader(package, losses.append) as reader:
        source = {"system_name": "Sample SIS", "system_code": "sample"}
        rows = Rows(reader.version, reader.modes, losses.append)
        with Writer(out, reader.version, reader.modes, extensions=reader.extensions, **source) as writer:
            for found in reader:
                for line in rows.of(found.record, found.links):
                    writer.write(line.file, line.cells, line.extensions)
    names = sorted(path.name for path in (SAMPLES / name).iterdir())
    assert sorted(path.name for path in out.iterdir()) == names
    assert filecmp.cmpfiles(SAMPLES / name, out, names, shallow=False) == (names, [], [])
    assert losses == []


@pytest.mark.parametrize(
    ("entity", "version", "mode"),
    [
        (entity, version, mode)
        for version, entities in sayable.ENTITIES.items()
        for entity in entities
        for mode in ("bulk", "delta")
    ],
)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), phases=QUICK)
@given(data=st.data())
def test_records_come_back_from_a_package_as_they_were(
    entity: str, version: Version, mode: Mode, data: st.DataObject
) -> None:
    kind = sayable.strategy(entity, version)
    made = data.draw(st.lists(kind, min_size=1, max_size=4, unique_by=lambda record: record.sourced_id))
    if mode == "bulk":
        for record in made:
            record.status, record.date_last_modified = "active", None
    with tempfile.TemporaryDirectory() as folder:
        assert write(Path(folder) / "package", version, mode, made) == []
        assert read(Path(folder) / "package") == (made, [])


def test_every_entity_of_the_model_has_a_file_but_those_that_csv_does_not_know() -> None:
    assert type_of.keys() - set(sayable.ENTITIES[Version.V1_2]) == {"assessmentLineItem", "assessmentResult"}


def test_files_of_links_become_part_of_their_owner() -> None:
    found, losses = read(SAMPLES / BULK[Version.V1_2])
    teacher, student = one(found, "usr-t-1"), one(found, "usr-s-1")
    class_, item, result = one(found, "cls-math-9-a"), one(found, "li-1"), one(found, "res-1")
    assert isinstance(teacher, User)
    assert isinstance(student, User)
    assert isinstance(class_, Class)
    assert isinstance(item, LineItem)
    assert isinstance(result, Result)
    assert teacher.roles == [Role(role="teacher", org=Ref(sourced_id="org-s-1"), user_profile="up-1")]
    assert teacher.user_profiles[0]["credentials"] == [{"type": "sso", "username": "mgarcia"}]
    assert student.resources == class_.resources == [Ref(sourced_id="rsc-1")]
    assert item.score_scale == result.score_scale == Ref(sourced_id="ss-1")
    assert item.learning_objective_set[0].source == "case"
    assert result.learning_objective_set[0].learning_objective_results[0].score == Decimal("3.5")
    assert losses == []


def test_the_traps_between_csv_and_rest_are_minded() -> None:
    found, _ = read(SAMPLES / BULK[Version.V1_2])
    item, student, scale = one(found, "li-1"), one(found, "usr-s-1"), one(found, "ss-1")
    assert isinstance(item, LineItem)
    assert isinstance(student, User)
    assert isinstance(scale, ScoreScale)
    assert item.due_date == datetime(2026, 9, 8, tzinfo=UTC)
    assert (student.preferred_first_name, student.primary_org) == ("Annie", Ref(sourced_id="org-s-1"))
    assert scale.org == Ref(sourced_id="org-s-1")
    assert (scale.score_scale_value[0].left, scale.score_scale_value[0].right) == ("A", "90-100")


def test_a_person_of_1_1_has_its_role_at_each_of_its_organisations(copy_of: Copy) -> None:
    folder = copy_of("csv-1.1-bulk")
    users = folder / "users.csv"
    users.write_bytes(users.read_bytes().replace(b"true,org-s-1,teacher", b'true,"org-s-1,org-s-2",teacher'))
    teacher = one(read(folder)[0], "usr-t-1")
    assert isinstance(teacher, User)
    assert [(role.role, role.org.sourced_id) for role in teacher.roles] == [
        ("teacher", "org-s-1"),
        ("teacher", "org-s-2"),
    ]


def test_the_older_layout_of_users_gives_their_resources(copy_of: Copy) -> None:
    folder = copy_of("csv-1.2-rostering-bulk")
    users = folder / "users.csv"
    head, *rows = users.read_text("utf-8").splitlines()
    names = head.split(",")
    at = names.index("userMasterIdentifier") + 1
    names.insert(at, "resourceSourcedIds")
    plain = [row.split(",") for row in rows if '"' not in row]
    made = [",".join([*row[:at], "rsc-9", *row[at:]]) for row in plain]
    users.write_text("\r\n".join([",".join(names), *made]) + "\r\n", "utf-8")
    people = [record for record in read(folder)[0] if isinstance(record, User)]
    assert people
    assert all(person.resources == [Ref(sourced_id="rsc-9")] for person in people)


@pytest.mark.parametrize(("version", "file"), [("1.1", "users"), ("1.2", "users"), ("1.2", "userProfiles")])
def test_a_password_is_never_read_and_is_told_of(copy_of: Copy, version: str, file: str) -> None:
    folder = copy_of(f"csv-{version}-bulk")
    path = folder / f"{file}.csv"
    head, *rows = path.read_text("utf-8").splitlines()
    at = head.split(",").index("password")
    row = rows[-1].split(",")
    row[at] = "s3cret-of-theirs"
    path.write_text("\r\n".join([head, *rows[:-1], ",".join(row)]) + "\r\n", "utf-8")
    found, losses = read(folder)
    assert "s3cret-of-theirs" not in repr(found) + repr(losses)
    assert [(loss.kind, loss.file, loss.column) for loss in losses] == [("password", file, "password")]


def test_a_link_that_is_gone_leaves_its_owner_unless_that_is_gone_too(copy_of: Copy) -> None:
    folder = copy_of("csv-1.2-delta")
    assert [user.roles != [] for user in read(folder)[0] if isinstance(user, User)] == [False, True]
    users = folder / "users.csv"
    users.write_bytes(users.read_bytes().replace(b"tobedeleted", b"active"))
    assert [user.roles for user in read(folder)[0] if isinstance(user, User)] == [[], []]


def test_links_of_owners_that_a_delta_does_not_have_are_left_over(copy_of: Copy) -> None:
    folder = copy_of("csv-1.2-delta")
    roles = folder / "roles.csv"
    roles.write_bytes(roles.read_bytes().replace(b",usr-s-3,", b",usr-x,"))
    with Package.open(folder) as package, Reader(package, print) as reader:
        assert [found.links for found in reader] == [{}] * 7
        assert [(file, row["userSourcedId"]) for file, row in reader.left_over()] == [("roles", "usr-x")]


def test_a_row_that_cannot_be_read_is_told_of_and_the_next_one_is_read(copy_of: Copy) -> None:
    folder = copy_of("csv-1.2-rostering-bulk")
    sessions = folder / "academicSessions.csv"
    text = sessions.read_bytes().replace(b"2027-06-30", b"Midsummer", 1)
    sessions.write_bytes(text + b"as-short,,\r\n")
    found, losses = read(folder)
    assert len([record for record in found if isinstance(record, AcademicSession)]) == 3
    told = [(loss.kind, loss.line, loss.column) for loss in losses]
    assert sorted(told) == [("unreadable", 2, "endDate"), ("unreadable", 6, "")]
    assert "Midsummer" not in repr(losses)


def test_days_are_neither_shifted_nor_given_a_time() -> None:
    found, _ = read(SAMPLES / BULK[Version.V1_1])
    session = one(found, "as-g-1")
    assert isinstance(session, AcademicSession)
    assert (session.start_date, session.end_date) == (date(2026, 8, 15), date(2026, 10, 31))


def test_a_package_that_names_no_version_is_refused(copy_of: Copy) -> None:
    folder = copy_of("csv-1.2-rostering-bulk")
    (folder / "manifest.csv").unlink()
    with pytest.raises(PackageError):
        read(folder)


def test_a_file_without_the_identifying_column_is_refused(copy_of: Copy) -> None:
    folder = copy_of("csv-1.2-rostering-bulk")
    orgs = folder / "orgs.csv"
    orgs.write_bytes(orgs.read_bytes().replace(b"sourcedId", b"id", 1))
    with pytest.raises(PackageError):
        read(folder)
