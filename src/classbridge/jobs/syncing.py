"""A full read of a SIS's rosters into the snapshot: every collection whole, or nothing concluded from it."""

from collections.abc import Iterator

from classbridge.bridge.outcome import Code, Outcome
from classbridge.jobs.portal import portal
from classbridge.jobs.runtime import now
from classbridge.jobs.work import RunEndedError, Work, finish, run_step
from classbridge.jobs.workflow import outlast, workflow
from classbridge.oneroster.client import Client
from classbridge.oneroster.errors import IncompleteRead, RecordError
from classbridge.oneroster.models import AcademicSession, Class, Enrollment, Org, Record, User
from classbridge.store import bulk, runs, snapshots
from classbridge.store.section_people import ROSTER
from classbridge.store.sisrows import TABLES, row_of

COLLECTIONS: tuple[tuple[str, type[Record]], ...] = (
    ("orgs", Org),
    ("academicSessions", AcademicSession),
    ("users", User),
    ("classes", Class),
    ("enrollments", Enrollment),
)
CHANGED = "changed"
"""Counts the records that were new or other than before, among a reading's outcomes."""
BATCH = 500


@workflow("sync")
def sync(district_id: str, run_id: str) -> None:
    """Read every collection, then note what a whole read did not show."""
    try:
        for index in range(len(COLLECTIONS)):
            outlast(pull, district_id, run_id, index)
        outlast(conclude, district_id, run_id)
    except RunEndedError:
        return


@run_step("sync.pull")
def pull(work: Work, index: int) -> int:
    """Read one collection into its table; records that cannot be read become outcomes, and nothing is swept.

    Where rows moved while they were read, it is read once more; what is missing then fails the read (Q15).
    """
    path, struct = COLLECTIONS[index]
    table = TABLES[struct]
    place = (work.runtime.database, work.district.id, work.run.connection_id or "", table, work.run.id)
    try:
        loaded, aside = _load(work, path, struct)
    except IncompleteRead:
        loaded, aside = _load(work, path, struct)
    total = loaded.inserted + loaded.changed + loaded.unchanged
    outcomes = [_aside(path, error) for error in aside]
    if not total and (known := bulk.unseen(*place)):
        held = Outcome.of(Code.EMPTY_READ_HELD, people=len(known))
        outcomes.append(_outcome(f"collection/{path}", held))
    elif not aside:
        bulk.sweep(*place, complete=True)
    with work.district.write() as rows:
        runs.record_outcomes(rows, work.run.id, outcomes)
        before = runs.get(rows, work.run.id).counts.get(CHANGED, 0)
        counts = {CHANGED: before + loaded.inserted + loaded.changed}
        runs.progress(rows, work.run.id, done=index + 1, total=len(COLLECTIONS), counts=counts)
    return total


def _load(work: Work, path: str, struct: type[Record]) -> tuple[bulk.Loaded, list[RecordError]]:
    """Read a collection into its table: what that changed, and the records that cannot be read."""
    aside: list[RecordError] = []
    found = _stream(work.sis().client, path, struct, aside)
    connection_id = work.run.connection_id or ""
    loaded = bulk.load(
        work.runtime.database, work.district.id, connection_id, TABLES[struct], map(row_of, found), work.run.id
    )
    return loaded, aside


def _stream(client: Client, path: str, struct: type[Record], aside: list[RecordError]) -> Iterator[Record]:
    """The records of a collection, fetched a batch at a time on the portal's loop."""
    records = client.iterate(path, struct, set_aside=aside)

    async def batch() -> list[Record]:
        found: list[Record] = []
        async for record in records:
            found.append(record)
            if len(found) == BATCH:
                break
        return found

    while found := portal.call(batch):
        yield from found


def _aside(path: str, error: RecordError) -> runs.Outcome:
    name = error.sourced_id or "?"
    outcome = Outcome.of(Code.RECORD_SET_ASIDE, record=f"{path}/{name}", field=error.member.removeprefix("$."))
    return _outcome(f"record/{path}/{name}/{error.member}", outcome)


def _outcome(subject: str, outcome: Outcome) -> runs.Outcome:
    return runs.Outcome(subject=subject, code=str(outcome.code), params=dict(outcome.params), at=now())


@run_step("sync.conclude")
def conclude(work: Work) -> None:
    """Mark the snapshot as read and end the run."""
    with work.district.write() as rows:
        snapshots.mark(rows, work.run.connection_id or "", ROSTER, "", now())
        changed = runs.get(rows, work.run.id).counts.get(CHANGED, 0)
        counts = {**runs.outcome_counts(rows, work.run.id), CHANGED: changed}
    finish(work, counts, held=str(Code.EMPTY_READ_HELD) in counts)
