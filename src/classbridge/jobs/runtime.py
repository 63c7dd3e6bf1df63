"""What workflows work with in a worker: the settings, the application's database, the sealed secrets."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from classbridge.jobs.engine import current
from classbridge.settings import Settings
from classbridge.store import districts
from classbridge.store.database import Database, District
from classbridge.store.secrets import Sealer, sealer


class Runtime:
    """One per worker, from launch to shutdown."""

    def __init__(self, settings: Settings, database: Database, sealer: Sealer) -> None:
        self.settings = settings
        self.database = database
        self.sealer = sealer

    def district(self, district_id: str) -> District:
        """The handle to one district's rows."""
        return self.database.district(district_id)

    def zone(self, district_id: str) -> ZoneInfo:
        """The district's time zone; UTC where it is gone."""
        info = districts.get(self.database, district_id)
        return ZoneInfo(info.time_zone if info else "UTC")


def here() -> Runtime:
    """The runtime of the engine that runs in this process."""
    return current().keep(_open)


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


@contextmanager
def _open(settings: Settings) -> Iterator[Runtime]:
    database = Database.open(settings.app_url)
    try:
        yield Runtime(settings, database, sealer(settings))
    finally:
        database.close()
