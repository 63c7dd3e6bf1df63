"""What use cases work with in the process that asks for them: a web server or a command."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from classbridge.bridge.policy import Action, Actor, CourseFacts, may
from classbridge.jobs.client import JobsClient
from classbridge.service.errors import refuse
from classbridge.settings import Settings
from classbridge.store import audit, districts
from classbridge.store.database import Database, District
from classbridge.store.rows import Rows
from classbridge.store.secrets import Sealer, sealer


class Context:
    """Open doors to the store and the jobs. Safe to share between threads."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        jobs: JobsClient,
        sealer: Sealer,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.settings = settings
        self.database = database
        self.jobs = jobs
        self.sealer = sealer
        self.now = clock

    def district(self, actor: Actor) -> District:
        """The rows of the actor's own district, and of no other."""
        return self.database.district(actor.district_id)


@contextmanager
def open_context(settings: Settings) -> Iterator[Context]:
    """Open the store and the job tables; both must have been migrated."""
    database = Database.open(settings.app_url)
    jobs = JobsClient(settings)
    try:
        yield Context(settings, database, jobs, sealer(settings))
    finally:
        jobs.close()
        database.close()


def allow(actor: Actor, action: Action, course: CourseFacts | None = None) -> None:
    """Ask the policy; raises `RefusedError` with the reason."""
    decision = may(actor, action, course)
    if not decision.allowed and decision.code is not None:
        raise refuse(decision.code)


def note(rows: Rows, actor: Actor, action: str, subject: str, at: datetime, **params: object) -> None:
    """Write an audit event: ids and codes only."""
    event = audit.Event(at=at, account_id=actor.account_id, action=action, subject=subject, params=params)
    audit.append(rows, event)


def local_now(ctx: Context, district_id: str) -> datetime:
    """The present moment where the district is."""
    return ctx.now().astimezone(zone_of(ctx, district_id))


def zone_of(ctx: Context, district_id: str) -> ZoneInfo:
    """The district's time zone."""
    district = districts.get(ctx.database, district_id)
    return ZoneInfo(district.time_zone if district else "UTC")
