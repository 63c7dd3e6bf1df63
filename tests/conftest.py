"""What every room's tests share."""

from collections.abc import Iterator

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from classbridge import process
from classbridge.service import sign_in
from tests.postgres import Cluster, cluster

LONG = ("chaos", "histories", "main_job", "kinds", "packages", "web", "cli", "service")
"""The rooms whose modules take long, in the order in which they are begun: else one worker ends long after all."""

process.prepare()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long; each room's own order stays."""
    places = {room: place for place, room in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path.parent.name, len(LONG)))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A throw-away PostgreSQL for the whole run."""
    with cluster() as made:
        yield made


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Argon2 with the least work, for the hundreds of accounts that tests make; commands keep the full one."""
    quick = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    kept, sign_in.hasher = sign_in.hasher, quick
    yield
    sign_in.hasher = kept


@pytest.fixture(scope="session", autouse=True)
def eager_engines() -> Iterator[None]:
    """Engines in this process look for work more often, so that tests wait less; commands keep theirs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("classbridge.jobs.client.POLL_SECONDS", 0.1)
        yield
