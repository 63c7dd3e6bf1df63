"""A board of faults that can be switched on while a made-up server runs, for a number of times or of seconds."""

import threading
import time
from collections.abc import Callable

from msgspec import Struct


class Switch(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A fault that is on: for `count` more times, or until `until`; without either, until it is switched off.

    `value` is the fault's own number: seconds to wait, the score to store.
    """

    name: str
    count: int | None = None
    until: float | None = None
    value: float | None = None


class FaultBoard:
    """Which faults are on. Safe to use from several threads."""

    def __init__(self, names: tuple[str, ...], *, now: Callable[[], float] = time.monotonic) -> None:
        self.names = names
        self._now = now
        self._on: dict[str, Switch] = {}
        self._lock = threading.Lock()

    def switch_on(
        self, name: str, *, count: int | None = None, seconds: float | None = None, value: float | None = None
    ) -> None:
        """Switch a fault on. Raises `KeyError` for a name that is not on the board."""
        if name not in self.names:
            raise KeyError(name)
        until = None if seconds is None else self._now() + seconds
        with self._lock:
            self._on[name] = Switch(name=name, count=count, until=until, value=value)

    def switch_off(self) -> None:
        """Switch every fault off."""
        with self._lock:
            self._on.clear()

    def take(self, name: str) -> Switch | None:
        """Use a fault once, where it is on: the switch as it was before."""
        with self._lock:
            switch = self._on.get(name)
            if switch is None:
                return None
            spent = switch.count is not None and switch.count <= 1
            over = switch.until is not None and self._now() >= switch.until
            if spent or over:
                del self._on[name]
            elif switch.count is not None:
                self._on[name] = Switch(name=name, count=switch.count - 1, until=switch.until, value=switch.value)
            return None if over or switch.count == 0 else switch

    def on(self) -> list[Switch]:
        """The faults that are on, in the board's order."""
        with self._lock:
            now = self._now()
            lit = [self._on[name] for name in self.names if name in self._on]
            return [switch for switch in lit if switch.until is None or now < switch.until]
