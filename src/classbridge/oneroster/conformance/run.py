"""Runs the checks against a server, one after another, and makes the report."""

import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime

import msgspec

from classbridge.oneroster.conformance.catalogue import ALWAYS, CHECKS, WRITES
from classbridge.oneroster.conformance.checks.writes import clean_up
from classbridge.oneroster.conformance.facts import Probe
from classbridge.oneroster.conformance.outcome import CheckResult, Failed, NotOffered, NotTried, Outcome, Report
from classbridge.oneroster.conformance.registry import Check, words
from classbridge.oneroster.conformance.wire import Limits, Server
from classbridge.oneroster.models import Version

Progress = Callable[[CheckResult], None]


def names(version: Version, *, write: bool = False) -> list[str]:
    """The names of the checks that a run makes, in order."""
    return [check.name for check in (*CHECKS, *(WRITES if write else ())) if version in check.versions]


async def check(
    server: Server,
    *,
    write: bool = False,
    only: Collection[str] = (),
    limits: Limits | None = None,
    progress: Progress | None = None,
    language: str = "en",
) -> Report:
    """Check a server; `write` is the consent to make a line item and a result, and to delete both again.

    `only` names checks or groups; signing in and the first read are always tried. What was made is deleted
    also when the run is cancelled. Raises nothing that the server does.
    """
    probe = Probe(server, limits or Limits())
    at, started = datetime.now(UTC), time.perf_counter()
    chosen = [one for one in (*CHECKS, *(WRITES if write else ())) if _chosen(one, server.version, only)]
    results: list[CheckResult] = []
    left: tuple[str, ...] = ()
    try:
        for one in chosen:
            results.append(await _result(one, probe, language))
            if progress:
                progress(results[-1])
    finally:
        if probe.made.line_item:
            left = await clean_up(probe)
        await probe.wire.transport.aclose()
    return Report(
        base_url=server.base_url,
        version=server.version,
        at=at,
        seconds=time.perf_counter() - started,
        calls=probe.wire.transport.requests,
        wrote=bool(probe.made.line_item),
        checks=_settled(results),
        left_behind=left,
    )


def _chosen(check: Check, version: Version, only: Collection[str]) -> bool:
    wanted = not only or check.name in only or check.group in only or check.name in ALWAYS
    return version in check.versions and wanted


async def _result(check: Check, probe: Probe, language: str) -> CheckResult:
    before = probe.wire.transport.requests
    probe.wire.used.clear()
    outcome: Outcome = "pass"
    tried = True
    try:
        details = await check.run(probe)
    except Failed as error:
        outcome, details = "fail", str(error)
    except NotOffered as error:
        outcome, details = "not_offered", str(error)
    except NotTried as error:
        outcome, details, tried = "not_offered", str(error), not error.failed
    used = probe.wire.used
    said = words(check, language)
    return CheckResult(
        name=check.name,
        group=check.group,
        title=said.title,
        outcome=outcome,
        details=details,
        latency_ms=round(sum(used) / len(used), 1) if used else None,
        calls=probe.wire.transport.requests - before,
        notice=said.notice,
        tried=tried,
    )


def _settled(results: list[CheckResult]) -> tuple[CheckResult, ...]:
    """A check that was not tried because of a failure counts as one where no other check shows that failure."""
    if any(one.outcome == "fail" for one in results):
        return tuple(results)
    return tuple(one if one.tried else msgspec.structs.replace(one, outcome="fail") for one in results)
