"""A circuit breaker per SIS connection: after some failures in a row, nobody asks that SIS for a while."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from classbridge.jobs.engine import current
from classbridge.settings import Settings

FAILURES = 3


class UnreachableError(Exception):
    """The other side does not answer now, and asking again later may help. Carries no personal data."""


class _State:
    """One connection's failures in a row, and the time until which it is left alone."""

    def __init__(self) -> None:
        self.failures = 0
        self.closed_until = 0.0


class Circuit:
    """Counts transient failures per key and opens after `failures` in a row; after `pause` seconds one may try.

    Its state is this process's: after a restart every connection gets its chance.
    """

    def __init__(
        self, failures: int = FAILURES, pause: float = 30.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit = failures
        self._pause = pause
        self._clock = clock
        self._states: dict[str, _State] = {}
        self._lock = threading.Lock()

    def allows(self, key: str) -> bool:
        """Whether a call may be made now.

        When the pause is over, one caller is let through as a trial; the others wait for its outcome, or for
        another pause when it never reports.
        """
        with self._lock:
            state = self._states.setdefault(key, _State())
            if state.failures < self._limit:
                return True
            if self._clock() < state.closed_until:
                return False
            state.closed_until = self._clock() + self._pause
            return True

    def succeeded(self, key: str) -> bool:
        """The other side answered: its failures are forgotten. True when there were any."""
        with self._lock:
            state = self._states.pop(key, None)
            return state is not None and state.failures > 0

    def failed(self, key: str) -> None:
        """The other side did not answer, or said that it cannot now."""
        with self._lock:
            state = self._states.setdefault(key, _State())
            state.failures += 1
            if state.failures >= self._limit:
                state.closed_until = self._clock() + self._pause


def connections() -> Circuit:
    """The breaker that this worker's workflows share, from launch to shutdown; its keys are connection keys."""
    return current().keep(_open)


@contextmanager
def _open(settings: Settings) -> Iterator[Circuit]:
    """Closed to all for as long as the run whose failure opened it stays away."""
    pauses = settings.sis_pauses
    yield Circuit(pause=pauses[min(FAILURES, len(pauses)) - 1])
