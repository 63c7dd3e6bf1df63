"""A package served as OneRoster REST: the command in a process of its own, read by our own client."""

import asyncio
import json
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from click.testing import CliRunner

from classbridge.cli import main
from classbridge.oneroster.auth import ClientCredentials
from classbridge.oneroster.client import Client
from classbridge.oneroster.conformance import Server
from classbridge.oneroster.conformance import check as conformance_check
from classbridge.oneroster.models import Version
from classbridge.oneroster.provider import table
from classbridge.oneroster.roots import Roots
from tests.cli.conftest import COMMAND, LONGEST, bare_environment
from tests.csv_packages.conftest import SAMPLES

Copy = Callable[[str], Path]


@contextmanager
def served(path: Path, *options: str) -> Iterator[dict[str, Any]]:
    """What the command tells once it answers; it is ended with SIGTERM."""
    process = subprocess.Popen(
        [COMMAND, "csv", "serve", str(path), "--json", *options],
        env=bare_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield json.loads(document(process))
    finally:
        process.terminate()
        process.communicate(timeout=LONGEST)
    assert process.returncode == 0


def document(process: subprocess.Popen[str]) -> str:
    """The one JSON document on standard output, which ends with a brace in the first column."""
    lines = []
    for line in process.stdout or ():
        lines.append(line)
        if line == "}\n":
            return "".join(lines)
    raise AssertionError(process.communicate())


def client(told: dict[str, Any], version: Version) -> Client:
    scopes = sorted({scope for operation in table(version) for scope in operation.scopes})
    auth = ClientCredentials(told["token_url"], told["client_id"], told["client_secret"], scopes)
    return Client(Roots.of(told["base_urls"][version], version), version, auth)


async def read(told: dict[str, Any], version: Version) -> dict[str, list[str]]:
    async with client(told, version) as sis:
        classes = await sis.classes()
        [first, *_] = [one.sourced_id for one in classes.records]
        return {
            "classes": [one.sourced_id for one in classes.records],
            "students": [one.sourced_id for one in (await sis.students()).records],
            "in class": [one.sourced_id for one in (await sis.students_of_class(first)).records],
            "teachers": [one.email or "" for one in (await sis.teacher_by_email("MGarcia@example.org"))],
            "line items": [one.sourced_id for one in (await sis.line_items_of_class(first)).records],
            "results": [str(one.score) for one in (await sis.results_of_line_item(first, "li-1")).records],
        }


@pytest.mark.parametrize("name", ["csv-1.1-bulk", "csv-1.2-bulk.zip"])
def test_a_package_of_either_version_is_read_by_our_client_in_both(name: str) -> None:
    with served(SAMPLES / name) as told:
        for version in Version:
            assert asyncio.run(read(told, version)) == {
                "classes": ["cls-math-9-a", "cls-sci-9-a"],
                "students": ["usr-s-1", "usr-s-2", "usr-s-3"],
                "in class": ["usr-s-1", "usr-s-2"],
                "teachers": ["mgarcia@example.org"],
                "line items": ["li-1", "li-2"],
                "results": ["92.5", "0"],
            }
        assert told["left_out"] == []


def test_nobody_reads_without_the_credentials() -> None:
    with served(SAMPLES / "csv-1.2-rostering-bulk", "--version", "1.2") as told:
        assert told["base_urls"].keys() == {"1.2"}
        assert httpx2.get(f"{told['base_urls']['1.2']}/rostering/v1p2/users").status_code == 401
        form = {"grant_type": "client_credentials"}
        wrong = httpx2.post(told["token_url"], data=form, auth=(told["client_id"], "wrong"))
        assert wrong.status_code == 401


def test_a_delta_package_is_served_with_its_removals(tmp_path: Path) -> None:
    database = tmp_path / "kept.sqlite"
    with served(SAMPLES / "csv-1.2-delta", "--anyone", "--database", str(database)) as told:
        assert "client_secret" not in told
        answer = httpx2.get(f"{told['base_urls']['1.2']}/rostering/v1p2/users/usr-s-3").json()
        assert answer["user"]["status"] == "tobedeleted"
        assert answer["user"]["roles"][0]["role"] == "student"
    with closing(sqlite3.connect(database)) as kept:
        assert kept.execute("SELECT count(*) FROM oneroster_user").fetchone() == (2,)
    assert [path.name for path in tmp_path.iterdir()] == ["kept.sqlite"]


@pytest.fixture
def spoilt(copy_of: Copy) -> Path:
    """A package with a row cut off, a date that is none, and an enrolment there twice."""
    folder = copy_of("csv-1.2-bulk")
    with (folder / "enrollments.csv").open("ab") as stream:
        stream.write(b"enr-9,,\r\nenr-5,,,cls-math-9-a,org-s-1,usr-s-3,student,,,\r\n")
    sessions = folder / "academicSessions.csv"
    sessions.write_bytes(sessions.read_bytes().replace(b"2027-06-30", b"Midsummer", 1))
    return folder


def test_a_package_with_errors_is_refused_and_each_is_named(spoilt: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["csv", "serve", str(spoilt), "--database", str(tmp_path / "kept.sqlite")])
    assert (done.exit_code, done.stdout) == (1, "")
    assert "enrollments.csv, line 7" in done.stderr
    assert "academicSessions.csv, line 2, endDate" in done.stderr
    assert "Midsummer" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == [spoilt.name]


def test_a_lenient_one_serves_what_can_be_read_and_lists_the_rest(spoilt: Path) -> None:
    with served(spoilt, "--lenient", "--anyone") as told:
        left_out = [(one["kind"], one["file"], one["column"], one["count"]) for one in told["left_out"]]
        assert left_out == [
            ("unreadable", "academicSessions", "endDate", 1),
            ("unreadable", "enrollments", "", 2),
        ]
        url = f"{told['base_urls']['1.2']}/rostering/v1p2/enrollments"
        assert len(httpx2.get(url).json()["enrollments"]) == 5
        assert httpx2.get(f"{url}/enr-5").json()["enrollment"]["user"]["sourcedId"] == "usr-t-1"


def test_a_broken_package_is_refused_however_lenient(tmp_path: Path) -> None:
    bad = tmp_path / "bad.zip"
    bad.write_bytes((SAMPLES / "csv-1.2-bulk.zip").read_bytes()[:3000])
    database = tmp_path / "kept.sqlite"
    done = CliRunner().invoke(main, ["csv", "serve", str(bad), "--lenient", "--database", str(database)])
    assert (done.exit_code, done.stdout) == (1, "")
    assert "Make the zip again" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["bad.zip"]


@pytest.mark.parametrize("host", ["192.0.2.1", "sis.example", "::"])
def test_nobody_but_this_machine_is_served_without_credentials(host: str) -> None:
    package = str(SAMPLES / "csv-1.2-bulk")
    assert CliRunner().invoke(main, ["csv", "serve", package, "--anyone", "--host", host]).exit_code == 2


def test_a_database_that_is_there_is_left_alone(tmp_path: Path) -> None:
    kept = tmp_path / "kept.sqlite"
    kept.write_bytes(b"mine")
    done = CliRunner().invoke(main, ["csv", "serve", str(SAMPLES / "csv-1.2-bulk"), "--database", str(kept)])
    assert done.exit_code == 2
    assert kept.read_bytes() == b"mine"


def test_no_record_stays_behind_when_it_is_ended_early(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [COMMAND, "csv", "serve", str(SAMPLES / "csv-1.2-bulk")],
        env={**bare_environment(), "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr
    process.stderr.readline()
    process.terminate()
    process.communicate(timeout=LONGEST)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("version", Version)
@pytest.mark.parametrize("package", ["csv-1.1-bulk", "csv-1.2-bulk"])
def test_a_served_package_passes_the_conformance_check(package: str, version: Version) -> None:
    with served(SAMPLES / package) as told:
        server = Server(
            base_url=told["base_urls"][version],
            token_url=told["token_url"],
            client_id=told["client_id"],
            client_secret=told["client_secret"],
            version=version,
        )
        report = asyncio.run(conformance_check(server))
    assert [(one.name, one.details) for one in report.failures] == []
    assert report.count("pass") > 100
