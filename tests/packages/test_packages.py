"""A SIS without an API: the main job by packages, and packages that are damaged, too small or older than ours."""

import os
import time
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from msgspec.structs import replace

from classbridge.bridge.outcome import Code
from classbridge.cli.main_job import RunFailedError, wait
from classbridge.jobs import package_folder
from classbridge.jobs.runtime import here
from classbridge.oneroster.csv.package import Package
from classbridge.oneroster.csv.records import Reader
from classbridge.oneroster.models import Result, Version
from classbridge.service import connections, packages, people, privacy
from classbridge.service.errors import RefusedError
from classbridge.sis import packages as desks
from tests.packages.office import Office


def code_of(view: packages.PackageView) -> str:
    assert view.run is not None
    return view.run.said.code if view.run.said else ""


def without(content: bytes, name: str, share: float) -> bytes:
    """The package with only a share of a file's rows."""
    changed = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as before, zipfile.ZipFile(changed, "w") as after:
        for one in before.namelist():
            data = before.read(one)
            if one == name:
                lines = data.splitlines(keepends=True)
                data = b"".join(lines[: 1 + int((len(lines) - 1) * share)])
            after.writestr(one, data)
    return changed.getvalue()


def test_every_grade_that_is_sent_is_in_the_package_that_the_registrar_reads(office: Office) -> None:
    done = office.main_job()
    assert done.problems == []
    assert done.grades_verified == done.grades_exported > 0
    assert done.students_imported > 0
    again = office.export()
    assert (again.sent, again.failed) == (0, 0)
    assert again.unchanged == done.grades_exported


def test_an_export_that_is_undone_is_undone_at_the_registrar_s_with_the_next_package(office: Office) -> None:
    exported = office.main_job().grades_exported
    assert len(office.registrar.grades()) == exported
    details = office.undo_last()
    assert (details.undone, details.stayed, details.failed) == (exported, 0, 0)
    office.carry()
    assert office.registrar.grades() == []
    assert office.export().sent == exported
    office.carry()
    assert len(office.registrar.grades()) == exported


@pytest.mark.parametrize("office", ["sqlite"], indirect=True)
class TestWithSqlite:
    def test_a_package_of_version_1_1_is_taken_in_as_well(self, office: Office) -> None:
        taken = office.hand_over(office.package(version=Version.V1_1))
        assert taken.package.state == "taken"
        assert taken.package.records > 200

    def test_what_is_exported_counts_as_unconfirmed_until_the_sis_tells_of_it(self, office: Office) -> None:
        office.main_job()
        details = office.export()
        assert details.unconfirmed is not None
        assert details.unconfirmed.code == Code.PACKAGE_NOT_CONFIRMED
        silent = office.hand_over(office.package())
        assert silent.package.confirmed is None
        grades = office.registrar.grades()
        told = office.hand_over(office.package(results=True))
        assert (told.package.confirmed, told.package.differing) == (len(grades), 0)
        first = next(one for one in office.registrar.imported if isinstance(one, Result))
        assert first.score is not None
        first.score += 1
        other = office.hand_over(office.package(results=True))
        assert (other.package.confirmed, other.package.differing) == (len(grades) - 1, 1)
        assert office.export().sent == 0, "a package may be older than what was exported: it changes no grade"

    def test_a_damaged_package_is_refused_and_the_last_one_holds(self, office: Office) -> None:
        good = office.hand_over(office.package())
        assert good.package.state == "taken"
        users = self._users(office)
        for broken in (b"no zip", office.package()[:5000], without(office.package(), "users.csv", 0.0)):
            refused = office.hand_over(broken)
            assert refused.package.state == "refused"
            assert code_of(refused) == Code.PACKAGE_UNSOUND
            assert refused.findings
        assert self._users(office) == users > 0

    def test_half_an_export_waits_until_somebody_says_that_it_is_right(self, office: Office) -> None:
        whole = office.package()
        office.hand_over(whole)
        users = self._users(office)
        half = without(whole, "enrollments.csv", 0.5)
        held = office.hand_over(half)
        assert held.package.state == "held"
        assert code_of(held) == Code.PACKAGE_HELD
        assert self._enrollments(office) > 0
        before = self._enrollments(office)
        assert office.hand_over(half, anyway=True).package.state == "taken"
        assert self._enrollments(office) < before
        assert self._users(office) == users

    def test_without_a_package_nothing_is_proved(self, office: Office) -> None:
        run_id = connections.authorize(office.ctx, office.admin, office.connection_id)
        with pytest.raises(RunFailedError):
            wait(office.ctx, office.admin, run_id)
        view = connections.view(office.ctx, office.admin, office.connection_id)
        assert view.proof[0].said is not None
        assert view.proof[0].said.code == Code.PACKAGE_MISSING
        with pytest.raises(RefusedError) as refused:
            packages.grades(office.ctx, office.admin, office.connection_id)
        assert refused.value.said.code == Code.PACKAGE_MISSING

    def test_a_package_that_is_too_large_is_not_taken_and_one_that_is_lost_is_told_so(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(packages, "LARGEST", 2**20)
        with pytest.raises(RefusedError) as refused:
            packages.receive(office.ctx, office.admin, office.connection_id, b"x" * (2**20 + 1), "a.zip")
        assert (refused.value.said.code, refused.value.said.params) == (Code.PACKAGE_TOO_LARGE, {"megabytes": "1"})
        office.hand_over(office.package())
        desks.place(office.ctx.settings.data_dir, office.admin.district_id, office.connection_id).unlink()
        with pytest.raises(RefusedError) as gone:
            packages.grades(office.ctx, office.admin, office.connection_id)
        assert gone.value.said.code == Code.PACKAGE_GONE

    def test_a_connection_with_an_api_takes_no_package(self, office: Office) -> None:
        other = connections.start(office.ctx, office.admin, "generic", "1.2")
        with pytest.raises(RefusedError):
            packages.receive(office.ctx, office.admin, other, b"a zip", "a.zip")
        with pytest.raises(RefusedError) as empty:
            packages.receive(office.ctx, office.admin, office.connection_id, b"", "")
        assert empty.value.field == "package"

    def test_grades_come_in_1_1_too_and_only_those_that_changed(self, office: Office, tmp_path: Path) -> None:
        office.main_job()
        file = tmp_path / "old.zip"
        file.write_bytes(packages.grades(office.ctx, office.admin, office.connection_id, "1.1"))
        with Package.open(file) as opened, Reader(opened, print) as reader:
            results = [found.record for found in reader if isinstance(found.record, Result)]
        assert len(results) == len(office.registrar.grades())
        later = office.ctx.now()
        none = packages.grades(office.ctx, office.admin, office.connection_id, since=later)
        with zipfile.ZipFile(BytesIO(none)) as opened_zip:
            assert "results.csv" not in opened_zip.namelist()

    def test_a_package_in_the_watched_folder_is_taken_in_and_grades_are_put_there(
        self, office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        office.main_job()
        watched = tmp_path / "watched"
        place = watched / office.connection_id / "in" / "nightly.zip"
        place.parent.mkdir(parents=True)
        place.write_bytes(office.package())
        monkeypatch.setattr(here(), "settings", replace(office.ctx.settings, packages_dir=str(watched)))
        assert package_folder.look(office.admin.district_id) == 0, "it may still be written"
        long_ago = time.time() - 2 * package_folder.QUIET
        os.utime(place, (long_ago, long_ago))
        assert package_folder.look(office.admin.district_id) == 1
        assert package_folder.look(office.admin.district_id) == 0
        assert not place.exists()
        [newest, *_] = packages.listed(office.ctx, office.admin, office.connection_id)
        assert newest.package.name == "nightly.zip"
        assert newest.package.received_by is None
        office.registrar.import_(watched / office.connection_id / "out" / "grades.zip")
        assert office.registrar.grades()

    def test_who_is_erased_is_in_no_package_of_ours_any_more(self, office: Office) -> None:
        office.main_job()
        row = next(
            one
            for one in people.listed(office.ctx, office.admin, states=("matched",), limit=None).items
            if "student" in one.roles
        )
        person = row.sis_id
        with packages.desk_of(office.ctx, office.admin, office.connection_id) as desk:
            assert desk is not None
            assert len(desk.about(person)) > 2
        told = privacy.document(office.ctx, office.admin, row.key)
        assert [one["givenName"] for one in told["packages"] if "givenName" in one]
        privacy.erase(office.ctx, office.admin, row.key, confirmed=True)
        with packages.desk_of(office.ctx, office.admin, office.connection_id) as desk:
            assert desk is not None
            assert desk.about(person) == []
        files = desks.place(office.ctx.settings.data_dir, office.admin.district_id, office.connection_id).parent
        assert not [one.name for one in files.iterdir() if person.encode() in one.read_bytes()]

    def _users(self, office: Office) -> int:
        return self._count(office, "user")

    def _enrollments(self, office: Office) -> int:
        return self._count(office, "enrollment")

    def _count(self, office: Office, entity: str) -> int:
        with packages.desk_of(office.ctx, office.admin, office.connection_id) as desk:
            assert isinstance(desk, desks.Desk)
            return desk.source.count(entity)
