"""One event loop in a thread of its own, so that synchronous steps can use long-lived asynchronous clients."""

import threading
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from typing import TypeVar

from anyio.from_thread import BlockingPortal, start_blocking_portal

T = TypeVar("T")


class Portal:
    """The loop's thread starts with the first call and ends with `close`; afterwards it can start again."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._stack = ExitStack()
        self._portal: BlockingPortal | None = None

    def call(self, function: Callable[..., Awaitable[T]], *args: object) -> T:
        """Run `await function(*args)` on the loop and return its result, or raise what it raises.

        Must not be called on the loop itself.
        """
        return self._started().call(function, *args)

    def close(self) -> None:
        """End the loop and its thread."""
        with self._lock:
            self._portal = None
            self._stack.close()

    def _started(self) -> BlockingPortal:
        with self._lock:
            if self._portal is None:
                self._portal = self._stack.enter_context(start_blocking_portal("asyncio", name="jobs-portal"))
            return self._portal


portal = Portal()
"""This process's portal. The engine closes it at shutdown."""
