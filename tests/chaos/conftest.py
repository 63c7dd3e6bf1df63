from collections.abc import Iterator

import pytest

from tests.chaos.school import School, school
from tests.installation import settings_for
from tests.postgres import Cluster


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.exhaustive)])
def on_both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A school on each database in turn."""
    url = ""
    if request.param == "postgresql":
        cluster: Cluster = request.getfixturevalue("postgres")
        url = cluster.new_database()
    with school(settings_for(tmp_path_factory.mktemp("both"), url)) as made:
        yield made


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A school on SQLite, for what does not depend on the database."""
    with school(settings_for(tmp_path_factory.mktemp("one"))) as made:
        yield made
