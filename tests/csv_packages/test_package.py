"""Opening a package: what is read of it, and what is refused before a row is read."""

import io
import os
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile, ZipInfo

import pytest

from classbridge.oneroster.csv.limits import Limits
from classbridge.oneroster.csv.package import Package, PackageError
from classbridge.oneroster.models import Version
from tests.csv_packages.conftest import GOLDEN, SAMPLES, zipped

MANIFEST = "propertyName,value\r\nmanifest.version,1.0\r\noneroster.version,1.2\r\n"


def rules(path: Path, limits: Limits | None = None) -> set[str]:
    """The rules by which a package is refused."""
    with pytest.raises(PackageError) as caught:
        Package.open(path, limits)
    return {finding.rule for finding in caught.value.findings}


def made(path: Path, files: dict[str | ZipInfo, bytes | str]) -> Path:
    """A zip of a manifest and files, by name or by entry."""
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("manifest.csv", MANIFEST)
        for name, content in files.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("name", GOLDEN)
def test_a_golden_package_opens_with_its_version_and_modes(name: str) -> None:
    with Package.open(SAMPLES / name) as package:
        assert package.manifest.version == Version(name.split("-")[1])
        assert package.manifest.findings == package.warnings == []
        declared = {f"{one}.csv" for one, mode in package.manifest.modes.items() if mode != "absent"}
        assert {*package.names} == {*declared, "manifest.csv"}


def test_a_folder_and_its_zip_give_the_same_bytes(copy_of: Callable[[], Path]) -> None:
    folder = copy_of()
    with Package.open(folder) as loose, Package.open(zipped(folder)) as packed:
        assert loose.names == packed.names
        for name in loose.names:
            with loose.stream(name) as one, packed.stream(name) as other:
                assert one.read() == other.read()


def test_a_file_that_the_standard_does_not_know_is_left_aside(copy_of: Callable[[], Path]) -> None:
    folder = copy_of()
    (folder / "Users.csv").write_text("x")
    (folder / ".DS_Store").write_text("x")
    with Package.open(folder) as package:
        assert [(one.rule, one.file) for one in package.warnings] == [("unknown-file", "Users.csv")]
        with pytest.raises(KeyError), package.stream("Users.csv"):
            pass


def test_what_an_operating_system_adds_to_a_zip_is_passed_over(tmp_path: Path) -> None:
    path = made(tmp_path / "package.zip", {"__MACOSX/._users.csv": "x", ".DS_Store": "x"})
    with Package.open(path) as package:
        assert package.names == ("manifest.csv",)
        assert package.warnings == []


def test_the_asterisk_of_the_published_manifest_table_is_no_part_of_a_name(copy_of: Callable[[], Path]) -> None:
    path = copy_of() / "manifest.csv"
    path.write_text(path.read_text().replace("file.roles,", "file.roles*,"))
    with Package.open(path.parent) as package:
        assert package.manifest.findings == []
        assert package.manifest.modes["roles"] == "bulk"


def test_what_is_not_a_zip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(b"sourcedId,status\r\n" * 10)
    assert rules(path) == {"zip-damaged"}


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    path.touch()
    assert rules(path) == {"zip-damaged"}


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9, 0.99])
def test_a_truncated_zip_is_refused(tmp_path: Path, part: float) -> None:
    raw = (SAMPLES / "csv-1.2-bulk.zip").read_bytes()
    path = tmp_path / "package.zip"
    path.write_bytes(raw[: int(len(raw) * part)])
    assert rules(path) == {"zip-damaged"}


def test_a_wrong_checksum_is_found_when_the_file_is_read(tmp_path: Path) -> None:
    path = made(tmp_path / "package.zip", {})
    with ZipFile(path, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr("orgs.csv", "a district's orgs")
    path.write_bytes(path.read_bytes().replace(b"a district's orgs", b"b district's orgs"))
    with (
        Package.open(path) as package,
        pytest.raises(PackageError) as caught,
        package.stream("orgs.csv") as stream,
    ):
        stream.read()
    assert [(one.rule, one.file) for one in caught.value.findings] == [("zip-damaged", "orgs.csv")]


def test_a_bomb_is_refused_by_its_ratio(tmp_path: Path) -> None:
    assert rules(made(tmp_path / "package.zip", {"orgs.csv": bytes(4 << 20)})) == {"zip-bomb"}


@pytest.mark.parametrize("limits", [Limits(file_bytes=1000), Limits(total_bytes=1000), Limits(entries=2)])
@pytest.mark.parametrize("form", ["folder", "zip"])
def test_a_package_beyond_a_limit_is_refused(tmp_path: Path, limits: Limits, form: str) -> None:
    folder = tmp_path / "package"
    folder.mkdir()
    for name in ("manifest.csv", "orgs.csv", "users.csv"):
        (folder / name).write_bytes(os.urandom(1001))
    assert rules(folder if form == "folder" else zipped(folder), limits) == {"zip-bomb"}


def test_a_directory_of_very_many_entries_is_refused_unread(tmp_path: Path) -> None:
    raw = bytearray((SAMPLES / "csv-1.2-bulk.zip").read_bytes())
    at = raw.rindex(b"PK\x05\x06")
    raw[at + 10 : at + 16] = struct.pack("<HL", 60_000, 60_000 * 60)
    path = tmp_path / "package.zip"
    path.write_bytes(raw)
    assert rules(path) == {"zip-bomb"}


def test_a_zip64_archive_is_refused_unread(tmp_path: Path) -> None:
    raw = (SAMPLES / "csv-1.2-bulk.zip").read_bytes()
    at = raw.rindex(b"PK\x05\x06")
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1)
    path = tmp_path / "package.zip"
    path.write_bytes(raw[:at] + locator + raw[at:])
    assert rules(path) == {"zip-bomb"}


@pytest.mark.parametrize(
    "name",
    ["../users.csv", "a/../../users.csv", "/users.csv", "C:users.csv", "..\\users.csv", "users.csv\0.txt"],
)
def test_a_name_that_leads_out_of_the_package_is_refused(tmp_path: Path, name: str) -> None:
    path = made(tmp_path / "package.zip", {"x" * len(name): "x"})
    path.write_bytes(path.read_bytes().replace(b"x" * len(name), name.encode()))
    assert rules(path) == {"zip-path"}


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    entry = ZipInfo("users.csv")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert rules(made(tmp_path / "package.zip", {entry: "/etc/passwd"})) == {"not-a-file"}


def test_an_encrypted_file_is_refused(tmp_path: Path) -> None:
    raw = bytearray(made(tmp_path / "package.zip", {"users.csv": "x"}).read_bytes())
    raw[raw.index(b"PK\x03\x04", 4) + 6] |= 1
    raw[raw.rindex(b"PK\x01\x02") + 8] |= 1
    path = tmp_path / "encrypted.zip"
    path.write_bytes(raw)
    assert rules(path) == {"zip-encrypted"}


def test_another_compression_than_deflate_is_refused(tmp_path: Path) -> None:
    entry = ZipInfo("users.csv")
    entry.compress_type = ZIP_BZIP2
    with ZipFile(tmp_path / "package.zip", "w") as archive:
        archive.writestr(entry, "x", ZIP_BZIP2)
    assert rules(tmp_path / "package.zip") == {"zip-method"}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_occurs_twice_is_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "package.zip", {"users.csv": "x"})
    with ZipFile(path, "a") as archive:
        archive.writestr("users.csv", "y")
    assert rules(path) == {"duplicate-file"}


def test_a_zip_inside_the_zip_is_refused(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with ZipFile(inner, "w") as archive:
        archive.writestr("users.csv", "x")
    assert rules(made(tmp_path / "package.zip", {"export.zip": inner.getvalue()})) == {"zip-nested"}


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_files_in_a_folder_of_the_package_are_refused(copy_of: Callable[[], Path], form: str) -> None:
    folder = copy_of()
    if form == "zip":
        assert rules(zipped(folder, "export/")) == {"files-in-folder"}
    else:
        assert rules(folder.parent) == {"files-in-folder"}


def _link(path: Path) -> None:
    path.symlink_to("/etc/passwd")


@pytest.mark.parametrize("make", [_link, os.mkfifo, Path.mkdir], ids=["link", "pipe", "folder"])
def test_what_is_no_ordinary_file_in_a_folder_is_refused(
    copy_of: Callable[[], Path], make: Callable[[Path], Any]
) -> None:
    folder = copy_of()
    (folder / "users.csv").unlink()
    make(folder / "users.csv")
    assert rules(folder) == {"not-a-file"}


def test_a_missing_path_is_an_error_of_the_operating_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Package.open(tmp_path / "none.zip")


@pytest.mark.parametrize(
    ("manifest", "expected"),
    [
        (MANIFEST.encode("utf-16"), {"encoding"}),
        (b"\0" * 100, {"encoding"}),
        (b"x" * (1 << 19), {"line-too-long"}),
        (MANIFEST.replace("1.2", "1.0").encode(), {"manifest-version"}),
        (b"", {"manifest-header", "manifest-property-missing"}),
    ],
)
def test_a_bad_manifest_gives_findings_and_no_version(tmp_path: Path, manifest: bytes, expected: set[str]) -> None:
    (tmp_path / "manifest.csv").write_bytes(manifest)
    with Package.open(tmp_path) as package:
        assert package.manifest.version is None
        assert {finding.rule for finding in package.manifest.findings} == expected


def test_a_manifest_may_start_with_a_byte_order_mark(copy_of: Callable[[], Path]) -> None:
    path = copy_of() / "manifest.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    with Package.open(path.parent) as package:
        assert package.manifest.findings == []


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ("file.users,bulk", "manifest-property-twice"),
        ("file.colours,bulk", "manifest-property-unknown"),
        ("source.systemName", "manifest-row"),
        ("a,b,c", "manifest-row"),
        ('"open', "manifest-row"),
    ],
)
def test_a_bad_row_of_the_manifest_is_found_with_its_line(
    copy_of: Callable[[], Path], row: str, rule: str
) -> None:
    path = copy_of() / "manifest.csv"
    lines = path.read_text().count("\n")
    path.write_text(path.read_text() + row + "\n")
    with Package.open(path.parent) as package:
        assert [(one.rule, one.line) for one in package.manifest.findings] == [(rule, lines + 1)]
