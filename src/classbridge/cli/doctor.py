"""A look at the installation: what is in order, what is not, and what to do about it."""

import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
import msgspec
from msgspec import Struct
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from classbridge.cli import house
from classbridge.jobs.client import JobsClient
from classbridge.settings import Settings, SettingsError, load
from classbridge.store.database import Database
from classbridge.store.migrations import is_current
from classbridge.store.secrets import KEY_FILE, Sealer, SealError

ZONES = ("UTC", "America/Chicago", "Europe/Stockholm")
MIGRATE = "Run `classbridge migrate`."
UNREACHABLE = "Look at {setting}, and whether the database runs and lets this account in."


class Check(Struct, frozen=True, kw_only=True):
    """One thing looked at; `fix` is empty when it passed."""

    name: str
    passed: bool
    says: str
    fix: str = ""


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def doctor_command(as_json: bool) -> None:
    """Check settings, databases, worker, secret key and time zones; each failure with what to do.

    Nothing is changed, and nothing is made that is missing.
    """
    found = list(_examined())
    ok = all(one.passed for one in found)
    value = {"ok": ok, "checks": msgspec.to_builtins(found)}
    house.answer(value, as_json=as_json, text="\n".join(map(_line, found)))
    sys.exit(0 if ok else 1)


def _line(check: Check) -> str:
    head = f"{'pass' if check.passed else 'FAIL'}  {check.name:<14} {check.says}"
    return head if check.passed else f"{head}\n      What to do: {check.fix}"


def _examined() -> Iterator[Check]:
    try:
        used = load()
    except SettingsError as error:
        fix = "Put it right or take it away; docs/settings.md lists every setting."
        yield Check(name="settings", passed=False, says=str(error), fix=fix)
        return
    yield Check(name="settings", passed=True, says=f"read; the data directory is {used.data_dir.resolve()}")
    looks: tuple[Callable[[Settings], Check], ...] = (_database, _jobs, _secret_key, _time_zones)
    for look in looks:
        yield look(used)


def _no_file(url: str) -> str:
    """The SQLite file that is not there; opening it would make it."""
    parsed = make_url(url)
    path = parsed.database or ""
    return path if parsed.get_backend_name() == "sqlite" and not Path(path).exists() else ""


def _database(used: Settings) -> Check:
    if missing := _no_file(used.app_url):
        return Check(name="database", passed=False, says=f"{missing} is not there.", fix=MIGRATE)
    database = Database.open(used.app_url)
    try:
        current = is_current(database)
    except SQLAlchemyError:
        fix = UNREACHABLE.format(setting="CLASSBRIDGE_DATABASE_URL")
        return Check(name="database", passed=False, says="It cannot be reached.", fix=fix)
    finally:
        database.close()
    if not current:
        return Check(name="database", passed=False, says="Its tables are not this release's.", fix=MIGRATE)
    return Check(name="database", passed=True, says=f"{database.engine.dialect.name}, up to date")


def _jobs(used: Settings) -> Check:
    """The job tables and whoever works on them."""
    if missing := _no_file(used.jobs_url):
        return Check(name="worker", passed=False, says=f"{missing} is not there.", fix=MIGRATE)
    jobs = JobsClient(used)
    try:
        workers = sorted(jobs.workers())
    except SQLAlchemyError:
        fix = f"{MIGRATE} {UNREACHABLE.format(setting='CLASSBRIDGE_JOBS_DATABASE_URL')}"
        return Check(name="worker", passed=False, says="The job tables cannot be read.", fix=fix)
    finally:
        jobs.close()
    if not workers:
        fix = "Start `classbridge serve`, or `classbridge worker`; until then nothing is done on schedule."
        return Check(name="worker", passed=False, says="None has given a sign of life.", fix=fix)
    return Check(name="worker", passed=True, says=f"alive: {', '.join(workers)}")


def _secret_key(used: Settings) -> Check:
    path = used.data_dir / KEY_FILE
    if not used.secret_keys and not path.exists():
        return Check(name="secret key", passed=True, says="none yet; the first start makes one")
    try:
        Sealer(used.secret_keys or [path.read_text("ascii").strip()])
    except (SealError, OSError, UnicodeDecodeError) as error:
        fix = "Put the right key back from your backup: without it the kept credentials cannot be opened."
        return Check(name="secret key", passed=False, says=str(error), fix=fix)
    if used.secret_keys:
        return Check(name="secret key", passed=True, says="from the settings")
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        says = f"{path} can be read by others ({mode:04o})."
        return Check(name="secret key", passed=False, says=says, fix=f"chmod 600 {path}")
    return Check(name="secret key", passed=True, says=f"{path}, for its owner only")


def _time_zones(_used: Settings) -> Check:
    try:
        for zone in ZONES:
            ZoneInfo(zone)
    except ZoneInfoNotFoundError as error:
        fix = "Install the time zone database: the package tzdata."
        return Check(name="time zones", passed=False, says=str(error), fix=fix)
    return Check(name="time zones", passed=True, says="known")
