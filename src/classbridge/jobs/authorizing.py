"""The proof of a connection: token, rostering, gradebook, and what is known of writing, each with its outcome.

Nothing is written to the SIS. A later proof is not tried when an earlier one failed, for it would only repeat it.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

import msgspec

from classbridge.bridge.outcome import Code, Outcome
from classbridge.jobs.access import NotConnectedError, SisAccess
from classbridge.jobs.diagnosis import Diagnosis, diagnose
from classbridge.jobs.runtime import now
from classbridge.jobs.token_search import search
from classbridge.jobs.work import OUTSIDE, RunEndedError, Work, finish, request_of, run_step
from classbridge.jobs.workflow import workflow
from classbridge.oneroster.auth import ClientCredentials
from classbridge.oneroster.errors import MalformedAnswer, NotFound, OneRosterError, ScopeRefused
from classbridge.oneroster.models import Class, User, Version
from classbridge.oneroster.roots import Roots
from classbridge.sis.address import normalise, roots
from classbridge.sis.outgoing import AddressRefused, OutgoingGuard
from classbridge.sis.profile import asked_scopes
from classbridge.store import connections, runs

_BELOW = {Version.V1_1: "/v1p1", Version.V1_2: ""}
"""Where each version is below the address of a SIS that has both."""

STAGES = ("token", "rostering", "gradebook", "write")
_ABOUT = {Code.NOT_TRIED: "unknown"}
"""What is neither proved nor failed."""


_STATES = {Code.PROVED: "passed", Code.NOT_TRIED: "unknown"}
"""What a trial that came to its end has shown; any other outcome says why it failed."""


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """One proof as it is stored: `state` is passed, failed or unknown."""

    name: str
    state: str
    code: str
    params: dict[str, str] = {}
    sis_words: str | None = None
    tried: list[str] = []
    """Where the token URL was looked for, and what came back: a line per request."""
    also: str | None = None
    """The code of what else is to be said, with `also_params`: a write test's leftover beside its failure."""
    also_params: dict[str, str] = {}


@workflow("authorize")
def authorize(district_id: str, run_id: str) -> None:
    """Prove a connection; it is connected when everything that can be proved is."""
    try:
        for stage in STAGES:
            if not prove(district_id, run_id, stage):
                break
        conclude(district_id, run_id)
    except RunEndedError:
        return


@run_step("authorize.prove")
def prove(work: Work, stage: str) -> bool:
    """Try one stage and keep its outcome; False when it failed."""
    tried: list[str] = []
    try:
        found = _find_token_url(work, tried) if stage == "token" else None
        found = found or Diagnosis(_TRIALS[stage](work, work.sis()))
        state = _STATES.get(found.outcome.code, "failed")
    except OUTSIDE as error:
        found, state = _read(work, stage, error), "failed"
    except NotConnectedError as error:
        found, state = Diagnosis(error.outcome), "failed"
    proof = Proof(
        name=stage,
        state=state,
        code=str(found.outcome.code),
        params=found.outcome.params,
        sis_words=found.words,
        tried=tried,
    )
    _keep(work, proof)
    return state != "failed"


def _find_token_url(work: Work, tried: list[str]) -> Diagnosis | None:
    """Look for the token URL where there is none, and keep it; what is said where it is not found."""
    sis = work.sis()
    with work.district.read() as rows:
        known = connections.get(rows, sis.connection_id).token_url
    if known or sis.profile.edition(sis.version).auth != "oauth2":
        return None
    guard = OutgoingGuard(work.runtime.settings.allowed_hosts)
    found = work.call(search, sis.profile, sis.version, sis.base_url, guard)
    tried += found.tried
    if found.url:
        with work.district.write() as rows:
            connections.save_address(rows, sis.connection_id, base_url=sis.base_url, token_url=found.url)
        return None
    if found.elsewhere:
        return Diagnosis(Outcome.of(Code.TOKEN_URL_ELSEWHERE, url=found.elsewhere))
    return Diagnosis(Outcome.of(Code.TOKEN_URL_UNKNOWN, host=urlsplit(sis.base_url).netloc))


def _keep(work: Work, proof: Proof) -> None:
    with work.district.write() as rows:
        connection = connections.get(rows, work.run.connection_id or "")
        earlier = [line for line in connection.proof if STAGES.index(line["name"]) < STAGES.index(proof.name)]
        connections.save_proof(rows, connection.id, [*earlier, msgspec.to_builtins(proof)], now())
        runs.progress(rows, work.run.id, done=STAGES.index(proof.name) + 1, total=len(STAGES))


def _read(work: Work, stage: str, error: Exception) -> Diagnosis:
    """What a failure means at this stage: the same answer says another thing at another door."""
    if isinstance(error, AddressRefused):
        return diagnose(error)
    sis = work.sis()
    if stage in ("token", "rostering") and isinstance(error, NotFound | MalformedAnswer | ScopeRefused):
        found = work.call(_version_there, sis)
        if found is not None:
            return Diagnosis(Outcome.of(Code.WRONG_VERSION, expected=sis.version, found=found))
    if stage == "token" and isinstance(error, NotFound | MalformedAnswer):
        return Diagnosis(Outcome.of(Code.TOKEN_URL_UNKNOWN, host=request_of(work).host))
    if stage == "rostering" and isinstance(error, NotFound | MalformedAnswer):
        return Diagnosis(Outcome.of(Code.NOT_ONEROSTER, url=sis.base_url))
    if stage == "gradebook" and isinstance(error, NotFound):
        return Diagnosis(Outcome.of(Code.GRADEBOOK_NOT_OFFERED))
    meant = diagnose(error, request_of(work))
    if stage == "gradebook" and meant.outcome.code is Code.SIS_READ_NOT_LICENSED:
        return Diagnosis(Outcome.of(Code.GRADEBOOK_NOT_LICENSED), meant.words)
    return meant


async def _version_there(sis: SisAccess) -> Version | None:
    """The other OneRoster version, if the address serves that and not the chosen one.

    Nothing secret is sent: a service that wants to know who asks is there, one that does not exist says so.
    """
    base = sis.base_url.removesuffix(_BELOW[Version.V1_1])
    there = {version: await _serves(sis, Roots.of(base + below, version)) for version, below in _BELOW.items()}
    found = [version for version, serves in there.items() if serves]
    return found[0] if len(found) == 1 and sis.version not in found else None


async def _serves(sis: SisAccess, places: Roots) -> bool:
    url = places.url("rostering", "orgs?limit=1")
    try:
        answer = await sis.client.session.transport.exchange("GET", url, headers={})
    except OneRosterError:
        return False
    return answer.status in (401, 403)


def _token(work: Work, sis: SisAccess) -> Outcome:
    auth = sis.client.session.auth
    if isinstance(auth, ClientCredentials):
        work.call(auth.token, sis.client.session.transport)
    return Outcome.of(Code.PROVED)


def _rostering(work: Work, sis: SisAccess) -> Outcome:
    try:
        work.call(_one_teacher, sis)
    except (NotFound, MalformedAnswer):
        if not _moved(work, sis):
            raise
        work.call(_one_teacher, work.sis())
    return Outcome.of(Code.PROVED)


def _moved(work: Work, sis: SisAccess) -> bool:
    """Keep another address that this SIS is known to have, if it answers there; whether it does."""
    other = work.call(_other_address, sis)
    if other is None:
        return False
    with work.district.write() as rows:
        token_url = connections.get(rows, sis.connection_id).token_url
        connections.save_address(rows, sis.connection_id, base_url=other, token_url=token_url)
    return True


async def _other_address(sis: SisAccess) -> str | None:
    """The first other address on the same host that serves the version. Nothing secret is sent."""
    if not sis.profile.edition(sis.version).also:  # packages have no address at all
        return None
    for other in normalise(sis.profile, sis.version, sis.base_url).alternatives:
        if await _serves(sis, roots(sis.profile, sis.version, other)):
            return other
    return None


async def _one_teacher(sis: SisAccess) -> list[User]:
    return (await sis.client.teachers(limit=1)).records


def _gradebook(work: Work, sis: SisAccess) -> Outcome:
    work.call(_one_gradebook, sis)
    return Outcome.of(Code.PROVED)


async def _one_gradebook(sis: SisAccess) -> None:
    """Read the line items of any class: every gradebook that can be written to has that route."""
    classes = await sis.client.read_all("classes", Class, limit=1)
    for class_ in classes.records:
        await sis.client.line_items_of_class(class_.sourced_id)


def _write(_work: Work, sis: SisAccess) -> Outcome:
    """A right that the SIS named is as far as writing can be known without writing."""
    auth = sis.client.session.auth
    wanted = [scope for scope in asked_scopes(sis.profile, sis.version) if scope.endswith("gradebook.createput")]
    if not isinstance(auth, ClientCredentials) or not wanted or auth.named is None:
        return Outcome.of(Code.NOT_TRIED)
    return Outcome.of(Code.PROVED if auth.granted(wanted[0]) else Code.SIS_WRITE_NOT_LICENSED)


_TRIALS: dict[str, Callable[[Work, SisAccess], Outcome]] = {
    "token": _token,
    "rostering": _rostering,
    "gradebook": _gradebook,
    "write": _write,
}


@run_step("authorize.conclude")
def conclude(work: Work) -> None:
    """Connect as soon as rosters can be read: they work without a gradebook. Any failure is the run's outcome."""
    with work.district.write() as rows:
        connection = connections.get(rows, work.run.connection_id or "")
        failed = next((line for line in connection.proof if line["state"] == "failed"), None)
        if failed is None or failed["name"] in ("gradebook", "write"):
            connections.set_connected(rows, connection.id, now())
    if failed is not None:
        raise work.end(Outcome(Code(failed["code"]), failed["params"]), failed.get("sis_words"))
    finish(work, {"passed": len(STAGES)})
