from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.chaos.school import Ready, ready
from tests.installation import settings_for
from tests.postgres import Cluster

Prepare = Callable[..., AbstractContextManager[Ready]]


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Each database in turn: "" is SQLite in the data directory."""
    if request.param == "sqlite":
        return ""
    made: Cluster = request.getfixturevalue("postgres")
    return made.new_database()


@pytest.fixture
def prepare(tmp_path: Path, database_url: str) -> Prepare:
    """Makes a class ready to be exported, with this many grades, on each database."""

    @contextmanager
    def prepared(grades: int, **options: object) -> Iterator[Ready]:
        with ready(settings_for(tmp_path, database_url), grades, **options) as made:  # type: ignore[arg-type]
            yield made

    return prepared
