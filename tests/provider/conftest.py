import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from litestar.testing import TestClient
from tests.postgres import Cluster

from classbridge.oneroster.codec import decode
from classbridge.oneroster.models import Record, Version, type_of
from classbridge.oneroster.provider import SqlSource, create_app, sqlite_engine
from classbridge.oneroster.shape import collections

SAMPLES = Path(__file__).parents[1] / "oneroster" / "samples" / "json-1.2"
ROOTS = {Version.V1_1: "http://sis.example/ims/oneroster/v1p1", Version.V1_2: "http://sis.example/ims/oneroster"}
Http = TestClient[Any]


def golden() -> list[Record]:
    """The golden records of every entity that the model has."""
    found = []
    for entity in type_of:
        name = collections[entity]
        raw = msgspec.json.decode(SAMPLES.joinpath(f"{name}.json").read_bytes(), type=dict[str, list[msgspec.Raw]])
        found += [decode(entity, one, Version.V1_2) for one in raw[name]]
    return found


@pytest.fixture
def sqlite_source(tmp_path: Path) -> Iterator[SqlSource]:
    source = SqlSource(sqlite_engine(tmp_path / "sis.sqlite"), ROOTS)
    yield source
    source.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def source(request: pytest.FixtureRequest) -> Iterator[SqlSource]:
    """An empty source on either database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_source")
        return
    made: Cluster = request.getfixturevalue("postgres")
    source = SqlSource(sa.create_engine(made.new_database()), ROOTS)
    yield source
    source.close()


@pytest.fixture(scope="session")
def library_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the golden records."""
    path = tmp_path_factory.mktemp("provider") / "sis.sqlite"
    source = SqlSource(sqlite_engine(path), ROOTS)
    source.load(golden())
    source.close()
    return path


@pytest.fixture
def http(library_file: Path, tmp_path: Path) -> Iterator[Http]:
    """The provider over the golden records, open to anyone."""
    source = SqlSource(sqlite_engine(Path(shutil.copy(library_file, tmp_path))), ROOTS)
    with TestClient(create_app(source)) as client:
        yield client
    source.close()


@pytest.fixture(scope="session")
def library_source(library_file: Path) -> Iterator[SqlSource]:
    """The golden records, for tests that only read."""
    source = SqlSource(sqlite_engine(library_file), ROOTS)
    yield source
    source.close()


@pytest.fixture(scope="session")
def library(library_source: SqlSource) -> Iterator[Http]:
    """The provider over them, for tests that change nothing."""
    with TestClient(create_app(library_source)) as client:
        yield client
