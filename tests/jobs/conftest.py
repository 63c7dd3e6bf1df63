import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from classbridge.jobs import engine
from classbridge.jobs.client import JobsClient, JobStatus
from classbridge.settings import Settings

ROOT = Path(__file__).parents[2]
SAMPLE = "tests.jobs.sample"


def _postgres_bin() -> Path | None:
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return versions[-1].parent if versions else None


def _as_server(command: str) -> list[str]:
    """The server refuses to run as root: there it gets Debian's account for it."""
    return ["su", "postgres", "-c", command] if os.geteuid() == 0 else ["sh", "-c", command]


@pytest.fixture(scope="session")
def postgres_socket() -> Iterator[Path]:
    """A throw-away PostgreSQL cluster that listens on a unix socket in this directory only."""
    binaries = _postgres_bin()
    if binaries is None:
        pytest.skip("PostgreSQL's server programs are not installed")
    # A socket's path may have about 100 characters, so pytest's own directories are too long.
    home = Path(tempfile.mkdtemp(prefix="cbpg", dir="/tmp"))
    home.chmod(0o777)
    data = home / "data"
    try:
        subprocess.run(
            _as_server(f"{binaries}/initdb -D {data} -U postgres --auth=trust -E UTF8 --no-sync"),
            check=True,
            capture_output=True,
        )
        options = f"-k {home} -c listen_addresses= -c fsync=off -c max_connections=200"
        start = f"{binaries}/pg_ctl -D {data} -l {home}/log -w -o '{options}' start"
        subprocess.run(_as_server(start), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield home
        finally:
            stop = f"{binaries}/pg_ctl -D {data} -m immediate -w stop"
            subprocess.run(_as_server(stop), check=True, capture_output=True)
    finally:
        shutil.rmtree(home)


@pytest.fixture
def new_postgres_url(postgres_socket: Path) -> Callable[[], str]:
    """Makes an empty database and gives its SQLAlchemy URL."""

    def make() -> str:
        name = f"jobs_{secrets.token_hex(4)}"
        with psycopg.connect(host=str(postgres_socket), user="postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return f"postgresql+psycopg://postgres@/{name}?host={postgres_socket}"

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installation of its own, its job tables made."""
    url = request.getfixturevalue("new_postgres_url")() if request.param == "postgresql" else ""
    return _installation(tmp_path, monkeypatch, url)


@pytest.fixture
def sqlite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installation on SQLite, for what does not depend on the database."""
    return _installation(tmp_path, monkeypatch, "")


@pytest.fixture(autouse=True)
def _eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Engines in this process look up more often, so that tests wait less."""
    monkeypatch.setattr("classbridge.jobs.workflow.PARK_POLL", 0.2)
    monkeypatch.setattr("classbridge.jobs.client.POLL_SECONDS", 0.025)


def _installation(directory: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> Settings:
    # Workers of their own import the sample workflows too.
    monkeypatch.setenv("PYTHONPATH", str(ROOT), prepend=os.pathsep)
    settings = Settings(data_dir=directory, jobs_database_url=url, executor_id="w1", log_format="json")
    engine.migrate(settings)
    return settings


@pytest.fixture
def client(settings: Settings) -> Iterator[JobsClient]:
    client = JobsClient(settings)
    yield client
    client.close()


def wait_for(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("What was waited for did not happen.")
        time.sleep(0.02)


def wait_for_end(client: JobsClient, run_id: str) -> JobStatus:
    def ended() -> bool:
        status = client.status(run_id)
        return status is not None and status.ended

    wait_for(ended)
    status = client.status(run_id)
    assert status is not None
    return status
