"""What the admin should know today: what needs somebody, the last reading, and how the last days went."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from statistics import quantiles

from msgspec import Struct

from classbridge.bridge.outcome import Code, Kind, Owner, catalogue
from classbridge.bridge.policy import Action, Actor
from classbridge.jobs.syncing import CHANGED
from classbridge.service import runs as run_service
from classbridge.service.context import Context, allow, zone_of
from classbridge.service.views import RunView
from classbridge.store import runs
from classbridge.store.rows import Rows
from classbridge.store.runs import Span

DAYS = 14
"""Days that are looked back."""
MOST = 20_000
"""Runs that are looked at: the newest of those days."""
LATEST = 200
"""Runs among which problems are looked for."""
OWNERS = (Owner.ADMIN, Owner.SIS_ADMIN, Owner.SIS_VENDOR, Owner.OPERATOR, Owner.TEACHER)
"""Who can act, in the order of the page: the reader first."""
SILENT = frozenset({"refresh", "preview-import", "preview-export", "preview-undo"})
"""Runs for which whoever asked waits and is told: their end is no open problem."""


class Day(Struct, frozen=True, kw_only=True):
    """A day's runs by when they ended. Seconds are from being asked for to the end; None without runs."""

    day: date
    runs: int
    records: int
    """People, grades or records that they handled."""
    failures: int
    median: float | None
    p95: float | None


class Problems(Struct, frozen=True, kw_only=True):
    """The runs that wait for one who can act, newest first."""

    owner: str
    runs: tuple[RunView, ...]


class LastSync(Struct, frozen=True, kw_only=True):
    """The last reading of the SIS's rosters that came to its end."""

    at: datetime
    changed: int
    problems: int


class Overview(Struct, frozen=True, kw_only=True):
    """The overview beside the connections' cards."""

    last_sync: LastSync | None
    problems: tuple[Problems, ...]
    days: tuple[Day, ...]
    """The last `DAYS` days, today last; empty where nothing has run in them."""


def view(ctx: Context, actor: Actor) -> Overview:
    """Everything at once; bounded reads (`MOST`, `LATEST`)."""
    allow(actor, Action.VIEW_RUNS)
    zone = zone_of(ctx, actor.district_id)
    today = ctx.now().astimezone(zone).date()
    since = datetime.combine(today - timedelta(days=DAYS - 1), datetime.min.time(), zone)
    with ctx.district(actor).read() as rows:
        spans = runs.ended_since(rows, since, limit=MOST)
        latest = runs.page(rows, limit=LATEST).items
        last = next(iter(runs.page(rows, kinds=("sync",), states=("done", "held"), limit=1).items), None)
        problems = _problems(ctx, rows, latest, since)
    by_day = defaultdict(list)
    for span in spans:
        by_day[span.finished_at.astimezone(zone).date()].append(span)
    days = [today - timedelta(days=ago) for ago in reversed(range(DAYS))]
    return Overview(
        last_sync=_last_sync(last) if last else None,
        problems=problems,
        days=tuple(_day(day, by_day[day]) for day in days) if spans else (),
    )


def _last_sync(run: runs.Run) -> LastSync:
    found = {code: count for code, count in run.counts.items() if code != CHANGED}
    at = run.finished_at or run.created_at
    return LastSync(at=at, changed=run.counts.get(CHANGED, 0), problems=sum(found.values()))


def _day(day: date, spans: Sequence[Span]) -> Day:
    seconds = sorted((one.finished_at - one.created_at).total_seconds() for one in spans)
    cuts = quantiles(seconds, n=20, method="inclusive") if len(seconds) > 1 else seconds * 19
    return Day(
        day=day,
        runs=len(spans),
        records=sum(one.done for one in spans),
        failures=sum(one.state in ("failed", "held") for one in spans),
        median=round(cuts[9], 1) if cuts else None,
        p95=round(cuts[18], 1) if cuts else None,
    )


def _problems(ctx: Context, rows: Rows, latest: Iterable[runs.Run], since: datetime) -> tuple[Problems, ...]:
    """The runs that did not end well, unless the same was done well later; by who can act."""
    newest: dict[tuple[str | None, ...], runs.Run] = {}
    for run in latest:
        if run.kind not in SILENT and run.state != "cancelled":
            newest.setdefault((run.kind, run.connection_id, run.course_id), run)
    found = defaultdict(list)
    for run in newest.values():
        owner = _owner(run)
        if owner and run.created_at >= since:
            found[owner].append(run_service.named(ctx, rows, run))
    return tuple(Problems(owner=str(owner), runs=tuple(found[owner])) for owner in OWNERS if found[owner])


def _owner(run: runs.Run) -> Owner | None:
    """Who can act on a run; None where nobody needs to."""
    if run.state not in ("failed", "held", "waiting"):
        return None
    if run.code is None:
        return Owner.ADMIN
    entry = catalogue[Code(run.code)]
    return None if entry.owner is Owner.NOBODY or entry.kind is Kind.INFO else entry.owner
