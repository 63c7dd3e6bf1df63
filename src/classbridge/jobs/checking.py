"""The check of a SIS that is not on the list: every check that only reads, and whether the main job could work.

Nothing is written to the SIS. Its key comes from the sealed row, never from the job's arguments.
"""

import asyncio
from urllib.parse import urlsplit

import msgspec

from classbridge.bridge.outcome import Code, Outcome
from classbridge.jobs.diagnosis import Request, diagnose
from classbridge.jobs.runtime import now
from classbridge.jobs.token_search import search
from classbridge.jobs.work import RunEndedError, Work, run_step
from classbridge.jobs.workflow import workflow
from classbridge.oneroster.auth import Placement
from classbridge.oneroster.conformance import CheckResult, Limits, Report, Server, check, names
from classbridge.oneroster.errors import OneRosterError, Unreachable
from classbridge.oneroster.models import Version
from classbridge.oneroster.options import Options
from classbridge.oneroster.roots import Roots
from classbridge.oneroster.transport import Transport
from classbridge.sis.outgoing import AddressRefused, OutgoingGuard
from classbridge.sis.registry import profile
from classbridge.store import runs, unlisted
from classbridge.store.unlisted import UnlistedSis

NEEDED = (
    "access.token",
    "google.teachers",
    "google.teacher-classes",
    "google.students",
    "google.line-items",
    "paging.every-record-once",
    "records.unique-ids",
    "records.stable-ids",
)
"""What nothing on our side makes up for; a SIS may fail any other check and still be connected."""

PROVED = frozenset({"google.teachers"})
"""Of these, what must have been seen to work: for the rest it is enough that it did not fail."""

LIMITS = Limits(seconds=600)


@workflow("check-sis")
def check_sis(district_id: str, run_id: str) -> None:
    """Check a SIS and keep its report card."""
    try:
        examine(district_id, run_id)
    except RunEndedError:
        return


@run_step("check_sis.examine")
def examine(work: Work) -> None:
    """Run the checks, keep the report, end the run with what it comes to."""
    wanted_id = str(work.run.request["unlisted_id"])
    with work.district.read() as rows:
        wanted = unlisted.get(rows, wanted_id)
        secret = unlisted.open_secret(rows, work.runtime.sealer, wanted_id)
    wanted = _with_token_url(work, wanted)
    guard = OutgoingGuard(work.runtime.settings.allowed_hosts).naming(wanted.base_url, wanted.token_url)
    _knock(work, wanted, guard)
    report = asyncio.run(_checked(work, wanted, secret, guard))
    outcome = _outcome(report)
    fits = outcome.code is Code.SIS_FITS
    with work.district.write() as rows:
        at, code = now(), str(outcome.code)
        if runs.finish(rows, work.run.id, "done" if fits else "failed", at=at, code=code, params=outcome.params):
            unlisted.save(rows, wanted_id, report=msgspec.to_builtins(report), fits=fits)


def _with_token_url(work: Work, wanted: UnlistedSis) -> UnlistedSis:
    """The same with a token URL that was looked for where there was none; ends the run where none is found."""
    if wanted.token_url or wanted.auth != "oauth2":
        return wanted
    guard = OutgoingGuard(work.runtime.settings.allowed_hosts)
    found = work.call(search, profile("generic"), Version(wanted.version), wanted.base_url, guard)
    if found.elsewhere and not found.url:
        raise work.end(Outcome.of(Code.TOKEN_URL_ELSEWHERE, url=found.elsewhere))
    if not found.url:
        raise work.end(Outcome.of(Code.TOKEN_URL_UNKNOWN, host=urlsplit(wanted.base_url).netloc))
    with work.district.write() as rows:
        unlisted.save(rows, wanted.id, token_url=found.url)
    return msgspec.structs.replace(wanted, token_url=found.url)


def _knock(work: Work, wanted: UnlistedSis, guard: OutgoingGuard) -> None:
    """See that there is a server that may be asked: its absence is told as such, not as checks that fail.

    Nothing secret is sent. Raises AddressRefused; ends the run where no answer comes.
    """
    if wanted.token_url:
        work.call(guard, wanted.token_url)
    try:
        work.call(_answer, Roots.of(wanted.base_url, Version(wanted.version)).url("rostering", "orgs"), guard)
    except OneRosterError as error:
        found = diagnose(error, Request(base_url=wanted.base_url))
        raise work.end(found.outcome, found.words) from None


async def _answer(url: str, guard: OutgoingGuard) -> None:
    async with Transport(Options(connect_timeout=5.0, max_answer_bytes=LIMITS.answer_bytes), guard=guard) as wire:
        await wire.exchange("GET", url, headers={})


async def _checked(work: Work, wanted: UnlistedSis, secret: dict[str, str], guard: OutgoingGuard) -> Report:
    """The report. Runs on a loop of its own: noting how far it is blocks nobody else's requests."""
    every = len(names(Version(wanted.version)))
    done = 0

    async def allowed(url: str) -> None:
        try:
            await guard(url)
        except AddressRefused as error:
            raise Unreachable(error.reason) from None

    def progress(_result: CheckResult) -> None:
        nonlocal done
        done += 1
        with work.district.write() as rows:
            if runs.get(rows, work.run.id).finished:
                raise RunEndedError(str(Code.RUN_CANCELLED))
            runs.progress(rows, work.run.id, done=done, total=every)

    server = Server(
        base_url=wanted.base_url,
        version=Version(wanted.version),
        token_url=wanted.token_url,
        client_id=secret["client_id"],
        client_secret=secret["client_secret"],
        auth=wanted.auth,
        placement=msgspec.convert(wanted.client_auth, Placement),
        guard=allowed,
    )
    return await check(server, limits=LIMITS, progress=progress)


def _outcome(report: Report) -> Outcome:
    failed = lacking(report)
    if failed:
        return Outcome.of(Code.SIS_DOES_NOT_FIT, failed=len(failed))
    return Outcome.of(Code.SIS_FITS, passed=report.count("pass"))


def lacking(report: Report) -> list[CheckResult]:
    """The checks that the main job needs and this SIS does not meet."""
    return [
        one
        for one in report.checks
        if one.name in NEEDED and (one.outcome == "fail" or (one.name in PROVED and one.outcome != "pass"))
    ]
