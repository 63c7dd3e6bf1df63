"""Taking in a package of a SIS that has no API: checked first, guarded, whole or not at all."""

from decimal import Decimal
from pathlib import Path

from classbridge.bridge.guards import Guards
from classbridge.bridge.outcome import Code, Outcome
from classbridge.jobs.runtime import now
from classbridge.jobs.starting import start
from classbridge.jobs.work import RunEndedError, Work, finish, run_step
from classbridge.jobs.workflow import workflow
from classbridge.oneroster.csv.check import check
from classbridge.oneroster.csv.convert import UnreadableRowsError
from classbridge.oneroster.csv.finding import Finding
from classbridge.oneroster.csv.package import PackageError
from classbridge.oneroster.csv.report import Report
from classbridge.sis import packages as desks
from classbridge.sis.registry import profile
from classbridge.store import connections, packages

TAKING = "take-package"
GUARDED = ("users", "enrollments", "classes")
"""Files of a package that may not have far fewer rows than is known."""
_FINDINGS = 50


@workflow(TAKING)
def take_package(district_id: str, run_id: str) -> None:
    """Check a package, compare its size with what is known, and take it in."""
    try:
        look_at(district_id, run_id)
        take(district_id, run_id)
    except RunEndedError:
        return


@run_step("packages.check")
def look_at(work: Work) -> int:
    """Check the package; an unsound one is refused, one that lost many people is held. How many rows it has."""
    file = _file(work)
    if not file.exists():
        raise _ended(work, "refused", Outcome.of(Code.PACKAGE_GONE))
    report = check(file)
    _keep(work, findings=[_finding(one) for one in report.findings[:_FINDINGS]])
    if report.errors:
        raise _ended(work, "refused", Outcome.of(Code.PACKAGE_UNSOUND, errors=report.errors))
    if not work.run.request.get("anyway") and (short := _too_short(work, report)):
        raise _ended(work, "held", short)
    work.progress(1, 2)
    return sum(report.rows.values())


@run_step("packages.take")
def take(work: Work) -> int:
    """Take the package in, and end the run. Nothing of it is kept beside what was taken."""
    file = _file(work)
    desk = _desk(work)
    try:
        taken = desk.take(file, now())
    except (PackageError, UnreadableRowsError):
        raise _ended(work, "refused", Outcome.of(Code.PACKAGE_UNSOUND, errors=1)) from None
    except FileNotFoundError:
        raise _ended(work, "refused", Outcome.of(Code.PACKAGE_GONE)) from None
    finally:
        desk.close()
    _keep(work, state="taken", records=taken.records, confirmed=taken.confirmed, differing=taken.differing)
    work.progress(2, 2)
    _read_again(work)
    finish(work, {"records": taken.records})
    file.unlink(missing_ok=True)
    return taken.records


def _read_again(work: Work) -> None:
    """Have the rosters read where the connection is in use; otherwise confirming data exchange does it."""
    with work.district.read() as rows:
        connection = connections.get(rows, work.run.connection_id or "")
    if connection.state == "connected":
        start(
            work.district,
            "sync",
            partition=connection.id,
            dedup=f"sync:{connection.id}",
            connection_id=connection.id,
        )


def _too_short(work: Work, report: Report) -> Outcome | None:
    """What holds a bulk package that has far fewer rows of a kind than is known."""
    desk = _desk(work)
    try:
        fewer = desk.fewer(_file(work), {file: report.rows.get(f"{file}.csv", 0) for file in GUARDED})
    finally:
        desk.close()
    limit = Guards().type.run
    for file, (rows, known) in fewer.items():
        if Decimal(known - rows) / known > limit:
            return Outcome.of(Code.PACKAGE_HELD, file=f"{file}.csv", rows=rows, known=known)
    return None


def _desk(work: Work) -> desks.Desk:
    with work.district.read() as rows:
        connection = connections.get(rows, work.run.connection_id or "")
    place = desks.place(work.runtime.settings.data_dir, work.district.id, connection.id)
    return desks.Desk(place, desks.root(profile(connection.vendor)))


def _file(work: Work) -> Path:
    folder = desks.place(work.runtime.settings.data_dir, work.district.id, work.run.connection_id or "").parent
    return folder / f"{work.run.request['package_id']}.zip"


def _keep(work: Work, **changed: object) -> None:
    with work.district.write() as rows:
        packages.save(rows, work.run.connection_id or "", str(work.run.request["package_id"]), changed)


def _ended(work: Work, state: packages.State, outcome: Outcome) -> RunEndedError:
    _keep(work, state=state)
    _file(work).unlink(missing_ok=True)
    return work.end(outcome)


def _finding(found: Finding) -> dict[str, object]:
    """A finding as it is kept: the rule and the place, never a value."""
    return {"rule": found.rule, "file": found.file, "line": found.line, "column": found.column}
