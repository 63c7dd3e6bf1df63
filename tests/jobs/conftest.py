import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from classbridge.jobs import engine
from classbridge.jobs.client import JobsClient, JobStatus
from classbridge.settings import Settings

ROOT = Path(__file__).parents[2]
SAMPLE = "tests.jobs.sample"


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installation of its own, its job tables made."""
    url = request.getfixturevalue("postgres").new_database() if request.param == "postgresql" else ""
    return _installation(tmp_path, monkeypatch, url)


@pytest.fixture
def sqlite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installation on SQLite, for what does not depend on the database."""
    return _installation(tmp_path, monkeypatch, "")


@pytest.fixture(autouse=True)
def _eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is parked is looked at more often, so that tests wait less."""
    monkeypatch.setattr("classbridge.jobs.workflow.PARK_POLL", 0.2)


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
