"""Reading from Google who has a licence: on request, when Classroom is connected, and once a day."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from classbridge.bridge.gate import LicenceSource
from classbridge.bridge.outcome import Code, Outcome
from classbridge.classroom.google.licensing import SKUS, Licensing, Sku
from classbridge.classroom.google.proving import Prover
from classbridge.classroom.google.scopes import DIRECTORY, LICENSING
from classbridge.classroom.port import ClassroomError
from classbridge.jobs import starting
from classbridge.jobs.gate import licence_source
from classbridge.jobs.runtime import here, now
from classbridge.jobs.work import RunEndedError, Work, finish, run_step
from classbridge.jobs.workflow import every, step, workflow
from classbridge.sis.outgoing import OutgoingGuard
from classbridge.store import classrooms, districts, licences, runs
from classbridge.store.database import District
from classbridge.store.types import folded

READING = "read-licences"
APIS = {"directory": "Admin SDK API", "licensing": "Enterprise License Manager API"}

FRESH = timedelta(hours=20)
"""A list younger than this is not read again by itself."""
PAUSE = timedelta(hours=1)
"""After a reading that failed, the next one by itself waits this long."""


@workflow(READING)
def read_licences(district_id: str, run_id: str) -> None:
    """Read the holders of each licence that is enough; the earlier list holds until all are read."""
    try:
        customer_id = find_customer(district_id, run_id)
        for index in range(len(SKUS)):
            read_sku(district_id, run_id, customer_id, index)
        conclude(district_id, run_id)
    except RunEndedError:
        return


@run_step("licences.customer")
def find_customer(work: Work) -> str:
    """Ask the Directory which Workspace customer this is."""
    asked = _licensing(work)
    try:
        return work.call(asked.customer_id)
    except ClassroomError as error:
        raise refusal(work, error, "directory") from None
    finally:
        work.call(asked.aclose)


@run_step("licences.read")
def read_sku(work: Work, customer_id: str, index: int) -> int:
    """Read one licence's holders, without those whom the SIS knows as students only."""
    asked = _licensing(work)
    try:
        found = sum(_keep(work, page, SKUS[index]) for page in _pages(work, asked, customer_id, SKUS[index]))
    except ClassroomError as error:
        raise refusal(work, error, "licensing") from None
    finally:
        work.call(asked.aclose)
    work.progress(index + 1, len(SKUS))
    return found


def _pages(work: Work, asked: Licensing, customer_id: str, sku: Sku) -> Iterator[list[str]]:
    """The pages, each fetched on the portal's loop and kept in this thread."""
    pages = asked.holders(customer_id, sku)

    async def page() -> list[str] | None:
        return await anext(pages, None)

    while (found := work.call(page)) is not None:
        yield found


def _keep(work: Work, page: Sequence[str], sku: Sku) -> int:
    with work.district.write() as rows:
        students = licences.students_only(rows, page)
        kept = {email: sku.sku for email in page if folded(email) not in students}
        licences.add(rows, LicenceSource.GOOGLE, work.run.id, kept)
    return len(kept)


@run_step("licences.conclude")
def conclude(work: Work) -> None:
    """Forget who was not seen, and end the run."""
    with work.district.write() as rows:
        people = licences.conclude(rows, LicenceSource.GOOGLE, work.run.id, now())
    finish(work, {"people": people})


def _licensing(work: Work) -> Licensing:
    found, secret = _classroom(work)
    guard = OutgoingGuard(work.runtime.settings.allowed_hosts)
    return Licensing(secret["service_account"], found.admin_email, found.base_url, guard=guard)


def _classroom(work: Work) -> tuple[classrooms.ClassroomConnection, dict[str, dict[str, str]]]:
    with work.district.read() as rows:
        found = classrooms.get(rows, work.run.side or "")
        return found, classrooms.open_secret(rows, work.runtime.sealer, found.side)


def refusal(work: Work, error: ClassroomError, api: str) -> Exception:
    """End the run where a scope or an API is missing, naming it; any other error stays itself."""
    if error.token == "NotDelegated":  # noqa: S105, a name of ours
        found, secret = _classroom(work)
        guard = OutgoingGuard(work.runtime.settings.allowed_hosts)
        prover = Prover(secret["service_account"], found.admin_email, found.base_url, guard)
        missing = work.call(prover.missing_scopes, (DIRECTORY, LICENSING))
        return work.end(Outcome.of(Code.CLASSROOM_SCOPES_MISSING, scopes=", ".join(missing)))
    if error.token == "ClassroomApiDisabled":  # noqa: S105, a name of ours
        return work.end(Outcome.of(Code.GOOGLE_API_DISABLED, api=APIS[api]))
    return error


@every("licences", "*/15 * * * *")
def daily() -> None:
    """Look every quarter of an hour whose list is a day old; a new one is read as soon as it is asked for."""
    for district_id in _district_ids():
        read_if_due(district_id)


@step("licences.districts")
def _district_ids() -> list[str]:
    return [district.id for district in districts.list_all(here().database)]


@step("licences.due")
def read_if_due(district_id: str) -> bool:
    """Start a reading where Google is the source and the list is old; whether one was started."""
    district = here().district(district_id)
    with district.write() as rows:
        side = next((one.side for one in classrooms.list_all(rows)), None)
        if side is None or licence_source(rows) is not LicenceSource.GOOGLE:
            return False
        read_at = licences.read_at(rows, LicenceSource.GOOGLE)
        last = next(iter(runs.page(rows, kinds=(READING,), limit=1).items), None)
        if (read_at and now() - read_at < FRESH) or (last and now() - last.created_at < PAUSE):
            return False
    start(district, side)
    return True


def start(district: District, side: str) -> None:
    """Start a reading that nobody asked for."""
    starting.start(district, READING, partition="licences", dedup=READING, side=side)
