import asyncio
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from classbridge.oneroster.auth import ClientCredentials
from classbridge.oneroster.client import Client
from classbridge.oneroster.models import Version
from classbridge.oneroster.options import Options
from classbridge.oneroster.roots import Roots
from tests.oneroster.sis import Sis, Stage, served

Connect = Callable[..., Client]


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    stage = Stage()
    with served(stage) as url:
        stage.url = url
        yield stage


@pytest.fixture
def sis(stage: Stage) -> Sis:
    stage.sis = Sis()
    return stage.sis


@pytest.fixture
def credentials(stage: Stage) -> Callable[..., ClientCredentials]:
    def make(**settings: Any) -> ClientCredentials:
        return ClientCredentials(f"{stage.url}/token", "id", "hunter2", **settings)

    return make


@pytest.fixture
def connect(stage: Stage, credentials: Callable[..., ClientCredentials]) -> Connect:
    """Make a client of the scripted server; everything not named is fast and by the book."""

    def make(version: Version = Version.V1_1, *, auth: Any = None, **settings: Any) -> Client:
        hooks = {name: settings.pop(name) for name in ("guard", "on_exchange") if name in settings}
        options = Options(**{"backoff": 0.001, "page_limit": 10, **settings})
        return Client(Roots.of(stage.url, version), version, auth or credentials(), options=options, **hooks)

    return make


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that is a coroutine function on an event loop of its own."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True
