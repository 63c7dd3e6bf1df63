"""The last requests to each SIS, kept for the support bundle: method, shape of the path, status, time, no data."""

from collections import deque
from threading import Lock

from classbridge.jobs.runtime import now
from classbridge.oneroster.options import Exchange
from classbridge.oneroster.shape import collections
from classbridge.store.exchanges import KEPT, KeptExchange

_COLLECTIONS = {name.lower() for name in collections.values()} | {
    "schools",
    "students",
    "teachers",
    "terms",
    "gradingperiods",
}


class Exchanges:
    """What has been asked of one connection since the last look. Safe to use from several threads."""

    def __init__(self) -> None:
        self._noted: deque[KeptExchange] = deque(maxlen=KEPT)
        self._lock = Lock()

    def note(self, exchange: Exchange) -> None:
        """Keep a request, without the ids in its path."""
        kept = KeptExchange(
            at=now(),
            method=exchange.method,
            path=masked(exchange.path),
            status=exchange.status,
            milliseconds=round(exchange.milliseconds),
            error=exchange.error,
        )
        with self._lock:
            self._noted.append(kept)

    def take(self) -> list[KeptExchange]:
        """What was noted, oldest first; afterwards there is nothing."""
        with self._lock:
            taken = list(self._noted)
            self._noted.clear()
        return taken


def masked(path: str) -> str:
    """The path with `{id}` for every sourcedId: what stands after the name of a collection."""
    segments = path.split("/")
    pairs = zip(segments, ["", *segments], strict=False)
    return "/".join("{id}" if before.lower() in _COLLECTIONS else segment for segment, before in pairs)
