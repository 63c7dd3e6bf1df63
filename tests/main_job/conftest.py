from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.installation import Installation, installation, settings_for
from tests.postgres import Cluster


@pytest.fixture(params=[pytest.param("sqlite", marks=pytest.mark.exhaustive), "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Each database in turn: "" is SQLite in the data directory."""
    if request.param == "sqlite":
        return ""
    made: Cluster = request.getfixturevalue("postgres")
    return made.new_database()


@pytest.fixture
def installed(tmp_path: Path, database_url: str) -> Iterator[Installation]:
    """An installation on each database, with a generic OneRoster 1.2 SIS."""
    with installation(settings_for(tmp_path, database_url)) as made:
        yield made
