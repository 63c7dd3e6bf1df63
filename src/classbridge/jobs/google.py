"""The test of a Classroom connection: key, delegation, the API, the administrator, and what is optional.

Nothing is changed at Google. The entries become the district's Classroom when all that is needed is proved.
"""

from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from classbridge.bridge.gate import LicenceSource
from classbridge.bridge.outcome import Code, Outcome
from classbridge.classroom.google.proving import NEEDED, STAGES, Prover
from classbridge.classroom.google.scopes import DIRECTORY, EVERYTHING, LICENSING
from classbridge.classroom.port import ClassroomError
from classbridge.jobs import licences
from classbridge.jobs.access import NotConnectedError
from classbridge.jobs.authorizing import Proof
from classbridge.jobs.diagnosis import Diagnosis, diagnose
from classbridge.jobs.gate import licence_source
from classbridge.jobs.runtime import now
from classbridge.jobs.work import OUTSIDE, RunEndedError, Work, finish, run_step
from classbridge.jobs.workflow import workflow
from classbridge.sis.outgoing import OutgoingGuard
from classbridge.store import audit, classroom_entries, classrooms, runs
from classbridge.store.classroom_entries import ClassroomEntry
from classbridge.store.rows import NotFoundError, Rows


@workflow("prove-classroom")
def prove_classroom(district_id: str, run_id: str) -> None:
    """Test the entries; they are in force when everything needed is proved."""
    try:
        for stage in STAGES:
            if not prove(district_id, run_id, stage) and stage in NEEDED:
                break
        conclude(district_id, run_id)
    except RunEndedError:
        return


@run_step("prove_classroom.prove")
def prove(work: Work, stage: str) -> bool:
    """Try one stage and keep its outcome; False when it failed."""
    try:
        outcome, words = _TRIALS[stage](work), None
    except OUTSIDE as error:
        found = _read(stage, error)
        outcome, words = found.outcome, found.words
    state = "failed" if outcome.blocks else "passed" if outcome.code is Code.PROVED else "unknown"
    proof = Proof(name=stage, state=state, code=str(outcome.code), params=outcome.params, sis_words=words)
    side = work.run.side or ""
    with work.district.write() as rows:
        kept = _entry(rows, side).proof
        earlier = [line for line in kept if STAGES.index(line["name"]) < STAGES.index(stage)]
        classroom_entries.save_proof(rows, side, [*earlier, msgspec.to_builtins(proof)], now())
        runs.progress(rows, work.run.id, done=STAGES.index(stage) + 1, total=len(STAGES))
    return state != "failed"


def _entry(rows: Rows, side: str) -> ClassroomEntry:
    """What was entered; somebody may have removed it while its test was under way."""
    try:
        return classroom_entries.get(rows, side)
    except NotFoundError:
        raise NotConnectedError(Outcome.of(Code.CLASSROOM_NOT_CONNECTED)) from None


_OPTIONAL_APIS = {"directory": "Admin SDK API", "licences": "Enterprise License Manager API"}


def _read(stage: str, error: Exception) -> Diagnosis:
    found = diagnose(error)
    if stage in _OPTIONAL_APIS and found.outcome.code is Code.CLASSROOM_API_DISABLED:
        return replace(found, outcome=Outcome.of(Code.GOOGLE_API_DISABLED, api=_OPTIONAL_APIS[stage]))
    if found.outcome.code is Code.CLASSROOM_API_DISABLED and isinstance(error, ClassroomError):
        if error.message.startswith("@"):  # Classroom itself says so: the domain's settings, not the project's
            return found
        return replace(found, outcome=Outcome.of(Code.GOOGLE_API_DISABLED, api="Google Classroom API"))
    return found


def _prover(work: Work) -> Prover:
    side = work.run.side or ""
    with work.district.read() as rows:
        entry = _entry(rows, side)
        secret = classroom_entries.open_secret(rows, work.runtime.sealer, side)
    guard = OutgoingGuard(work.runtime.settings.allowed_hosts)
    return Prover(secret, entry.admin_email, entry.base_url, guard)


def _key(work: Work) -> Outcome:
    work.call(_prover(work).key)
    return Outcome.of(Code.PROVED)


def _delegation(work: Work) -> Outcome:
    missing = work.call(_prover(work).missing_scopes, EVERYTHING)
    if len(missing) == len(EVERYTHING):
        return Outcome.of(Code.GOOGLE_NOT_DELEGATED)
    if missing:
        return Outcome.of(Code.CLASSROOM_SCOPES_MISSING, scopes=", ".join(missing))
    return Outcome.of(Code.PROVED)


def _classroom(work: Work) -> Outcome:
    work.call(_prover(work).classroom)
    return Outcome.of(Code.PROVED)


def _admin(work: Work) -> Outcome:
    """Believe the Directory where it may be asked; else what the address sees."""
    prover = _prover(work)
    try:
        administers: bool | None = work.call(prover.directory)
    except ClassroomError as error:
        if error.transient:
            raise
        administers = work.call(_sees_others_classes, prover)
    if administers is None:
        return Outcome.of(Code.GOOGLE_ADMIN_NOT_PROVED)
    return Outcome.of(Code.PROVED if administers else Code.GOOGLE_NOT_ADMIN)


async def _sees_others_classes(prover: Prover) -> bool | None:
    return await prover.administers(await prover.classroom())


def _directory(work: Work) -> Outcome:
    prover = _prover(work)
    if work.call(prover.missing_scopes, (DIRECTORY,)):
        return Outcome.of(Code.GOOGLE_OPTIONAL_LEFT_OUT, scope=DIRECTORY)
    work.call(prover.directory)
    return Outcome.of(Code.PROVED)


def _licences(work: Work) -> Outcome:
    """The list of licences needs two scopes and two APIs; each that is missing is named."""
    prover = _prover(work)
    if missing := work.call(prover.missing_scopes, (DIRECTORY, LICENSING)):
        return Outcome.of(Code.GOOGLE_OPTIONAL_LEFT_OUT, scope=", ".join(missing))
    try:
        customer_id = work.call(prover.customer)
    except ClassroomError as error:
        if error.token != "ClassroomApiDisabled":  # noqa: S105, a name of ours
            raise
        return Outcome.of(Code.GOOGLE_API_DISABLED, api="Admin SDK API")
    work.call(prover.licences, customer_id)
    return Outcome.of(Code.PROVED)


_TRIALS: dict[str, Callable[[Work], Outcome]] = {
    "key": _key,
    "delegation": _delegation,
    "classroom": _classroom,
    "admin": _admin,
    "directory": _directory,
    "licences": _licences,
}


@run_step("prove_classroom.conclude")
def conclude(work: Work) -> None:
    """Put the entries in force, unless something needed failed: then that is the run's outcome."""
    side = work.run.side or ""
    with work.district.write() as rows:
        entry = _entry(rows, side)
        failed = next((line for line in entry.proof if line["state"] == "failed" and line["name"] in NEEDED), None)
        if failed is None:
            secret = classroom_entries.open_secret(rows, work.runtime.sealer, side)
            classrooms.save(
                rows,
                work.runtime.sealer,
                side,
                {"service_account": secret},
                base_url=entry.base_url,
                admin_email=entry.admin_email,
                at=now(),
            )
            event = audit.Event(
                at=now(), account_id=work.run.requested_by, action="classroom.connect", subject=side
            )
            audit.append(rows, event)
        reads = failed is None and licence_source(rows) is LicenceSource.GOOGLE
    if failed is not None:
        raise work.end(Outcome(Code(failed["code"]), failed["params"]), failed.get("sis_words"))
    if reads:
        licences.start(work.district, side)
    finish(work, {"passed": sum(line["state"] == "passed" for line in entry.proof)})
