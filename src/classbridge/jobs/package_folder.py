"""The watched folder: packages that a SIS writes there are taken in, and grades are put there for it.

Below the folder each connection without an API has one of its own, named by its id: `in` for its packages, `out`
for the grades. A package is first moved into the data directory, under a name that a later look knows again.
"""

import shutil
import uuid
from pathlib import Path

from classbridge.jobs.packages import TAKING
from classbridge.jobs.runtime import Runtime, here, now
from classbridge.jobs.starting import start
from classbridge.jobs.workflow import every, step
from classbridge.oneroster.models import Version
from classbridge.sis import packages as desks
from classbridge.sis.registry import profile
from classbridge.store import connections, districts, packages, runs
from classbridge.store.connections import Connection
from classbridge.store.database import District

QUIET = 20.0
"""Seconds that a file must have been left alone: it may still be written."""
GRADES = "grades.zip"


@every("package-folder", "* * * * *")
def watch() -> None:
    """Look once a minute."""
    for district_id in _district_ids():
        look(district_id)


@step("package-folder.districts")
def _district_ids() -> list[str]:
    runtime = here()
    if not runtime.settings.packages_dir:
        return []
    return [district.id for district in districts.list_all(runtime.database)]


@step("package-folder.look")
def look(district_id: str) -> int:
    """Take in what lies there, and put the grades that were exported since; how many packages came."""
    runtime = here()
    district = runtime.district(district_id)
    with district.read() as rows:
        known = [one for one in connections.list_all(rows) if one.state != "disconnected"]
    return sum(_look_at(runtime, district, one) for one in known if profile(one.vendor).reach == "package")


def _look_at(runtime: Runtime, district: District, connection: Connection) -> int:
    folder = Path(runtime.settings.packages_dir) / connection.id
    place = desks.place(runtime.settings.data_dir, district.id, connection.id)
    for name in ("in", "out"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    names = {}
    for file in sorted((folder / "in").glob("*.zip"), key=lambda one: one.stat().st_mtime):
        if now().timestamp() - file.stat().st_mtime >= QUIET:
            package_id = f"in-{uuid.uuid4().hex}"
            names[package_id] = file.name
            shutil.move(file, place.parent / f"{package_id}.zip")
    count = sum(_begin(district, connection, one.stem, names) for one in sorted(place.parent.glob("in-*.zip")))
    _put_grades(runtime, district, connection, folder / "out")
    return count


def _begin(district: District, connection: Connection, package_id: str, names: dict[str, str]) -> bool:
    """Have a package taken in, unless that was begun already."""
    with district.write() as rows:
        if any(one.id == package_id for one in packages.listed(rows, connection.id)):
            return False
        name = names.get(package_id, "")
        packages.add(rows, connection.id, name, by=None, at=now(), package_id=package_id)
    run_id = start(
        district,
        TAKING,
        partition=f"{connection.id}:packages",
        dedup=f"package:{package_id}",
        connection_id=connection.id,
        request={"package_id": package_id, "anyway": False},
    )
    with district.write() as rows:
        packages.save(rows, connection.id, package_id, {"run_id": run_id})
    return True


def _put_grades(runtime: Runtime, district: District, connection: Connection, folder: Path) -> None:
    """Write the grades anew where an export has ended since they were written; never half a file."""
    file = folder / GRADES
    with district.read() as rows:
        last = next(iter(runs.page(rows, connection_id=connection.id, kinds=("export",), limit=1).items), None)
    if last is None or last.finished_at is None:
        return
    if file.exists() and file.stat().st_mtime >= last.finished_at.timestamp():
        return
    place = desks.place(runtime.settings.data_dir, district.id, connection.id)
    desk = desks.Desk(place, desks.root(profile(connection.vendor)))
    draft = folder / f".{uuid.uuid4().hex}.zip"
    try:
        desk.write_grades(draft, Version.V1_2, runtime.zone(district.id))
        draft.replace(file)
    finally:
        desk.close()
        draft.unlink(missing_ok=True)
