import asyncio
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from classbridge.classroom.google.adapter import GoogleClassroom
from classbridge.classroom.google.rest import Limits
from classbridge.classroom.google.tokens import Guard
from tests.classroom.scripted import Script, served

OPEN: list[GoogleClassroom] = []


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that is a coroutine function on an event loop of its own, and close what it opened there."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames

    async def run() -> None:
        try:
            await pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names})
        finally:
            while OPEN:
                await OPEN.pop().aclose()

    asyncio.run(run())
    return True


def kept(classroom: GoogleClassroom) -> GoogleClassroom:
    """Close the adapter at the end of the test, on the test's event loop."""
    OPEN.append(classroom)
    return classroom


class GivenTokens:
    """Tokens t0, t1 …: a new one each time the last was refused."""

    def __init__(self) -> None:
        self.given = 0

    async def token(self, guard: Guard | None = None, *, instead_of: str | None = None) -> str:
        self.given += instead_of == f"t{self.given}"
        return f"t{self.given}"

    def acting_as(self, subject: str) -> "GivenTokens":
        return self


@pytest.fixture(scope="session")
def served_script() -> Iterator[Script]:
    with served() as script:
        yield script


@pytest.fixture
def script(served_script: Script) -> Script:
    served_script.answers({})
    return served_script


@pytest.fixture
def tokens() -> GivenTokens:
    return GivenTokens()


@pytest.fixture
def opened(script: Script, tokens: GivenTokens) -> Callable[..., GoogleClassroom]:
    """Make an adapter of the scripted server that waits hardly at all."""

    def make(*, guard: Guard | None = None, **limits: Any) -> GoogleClassroom:
        chosen = Limits(**{"backoff": 0.001, "retries": 2, **limits})
        return kept(GoogleClassroom(script.url, tokens, guard=guard, limits=chosen))

    return make
