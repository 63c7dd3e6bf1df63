from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from classbridge.oneroster.provider import SqlSource, create_app, sqlite_engine
from tests.postgres import Cluster
from tests.provider.conftest import ROOTS, Http


@pytest.fixture(scope="module")
def databases(tmp_path_factory: pytest.TempPathFactory, postgres: Cluster) -> Iterator[dict[str, SqlSource]]:
    """An empty source on each database."""
    path: Path = tmp_path_factory.mktemp("fuzz") / "sis.sqlite"
    made = {
        "sqlite": SqlSource(sqlite_engine(path), ROOTS),
        "postgresql": SqlSource(sa.create_engine(postgres.new_database()), ROOTS),
    }
    yield made
    for source in made.values():
        source.close()


@pytest.fixture(scope="module")
def providers(databases: dict[str, SqlSource]) -> Iterator[dict[str, Http]]:
    """The provider on each database, open to anyone."""
    with (
        TestClient(create_app(databases["sqlite"])) as sqlite,
        TestClient(create_app(databases["postgresql"])) as postgresql,
    ):
        yield {"sqlite": sqlite, "postgresql": postgresql}
