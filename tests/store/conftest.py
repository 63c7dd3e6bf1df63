from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from classbridge.store import districts
from classbridge.store.database import Database, District
from classbridge.store.migrations import migrate
from classbridge.store.secrets import Sealer
from tests.postgres import Cluster

NOW = datetime(2026, 11, 23, 9, 30, 15, 250000, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'app.sqlite'}"
    made: Cluster = request.getfixturevalue("postgres")
    return made.new_database()


@pytest.fixture
def database(empty_url: str) -> Iterator[Database]:
    """A migrated database with the districts "north" and "south"."""
    opened = Database.open(empty_url)
    migrate(opened)
    for name in ("north", "south"):
        districts.create(opened, name=name, time_zone="Europe/Stockholm", language="sv", at=NOW, district_id=name)
    yield opened
    opened.close()


@pytest.fixture
def north(database: Database) -> District:
    return database.district("north")


@pytest.fixture
def south(database: Database) -> District:
    return database.district("south")


@pytest.fixture
def sealer() -> Sealer:
    return Sealer([Fernet.generate_key().decode()])


@pytest.fixture
def file_bytes(tmp_path: Path) -> Callable[[], bytes]:
    """All bytes of SQLite's files."""
    return lambda: b"".join(path.read_bytes() for path in sorted(tmp_path.glob("app.sqlite*")))
