"""Rows a second of the check of a CSV package, beside Python's CSV reader over the same bytes doing nothing."""

import csv
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from time import perf_counter

from classbridge.cli.bench.figure import Figure
from classbridge.oneroster.csv.layout import MANIFEST, MANIFEST_HEADER, layout
from classbridge.oneroster.models import Version

ENROLLMENTS, USERS = 1_000_000, 60_000
SCHOOLS, COURSES, CLASSES = 50, 500, 5000
ROUNDS = 2
Row = Mapping[str, str]

CHECKED = """
import json, re, sys, time
from pathlib import Path
from classbridge.oneroster.csv.check import check

began = time.perf_counter(), time.process_time()
report = check(sys.argv[1])
seconds, worked = time.perf_counter() - began[0], time.process_time() - began[1]
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
rows = sum(report.rows.values())
found = {"rows": rows, "seconds": seconds, "worked": worked, "errors": report.errors, "peak": int(peak[1]) * 1024}
print(json.dumps(found))
"""
"""A process of its own, whose peak memory (from Linux's /proc) is the check's alone."""


def measure() -> Figure:
    """Check a package of a million enrolments; the better of two rounds."""
    with tempfile.TemporaryDirectory(prefix="classbridge-bench-") as folder:
        path = Path(folder)
        write_package(path, ENROLLMENTS, USERS)
        done = [checked(path) for _ in range(ROUNDS)]
        floor = max(_plainly(path) for _ in range(ROUNDS))
    if any(one["errors"] for one in done):
        raise RuntimeError("The package to measure with has errors.")
    best = min(done, key=lambda one: one["seconds"])
    return Figure(
        name="csv",
        what=f"rows of a package of {ENROLLMENTS:,} enrollments and {USERS:,} users checked",
        unit="rows/s",
        figure=round(best["rows"] / best["seconds"]),
        floor=round(floor),
        floor_is="Python's CSV reader over the same files, doing nothing with the rows",
        more={
            "rows per second of processor time": round(best["rows"] / best["worked"]),
            "peak memory MB": round(max(one["peak"] for one in done) / 1e6, 1),
        },
    )


def checked(path: Path) -> dict[str, float]:
    """Check a package in another process: rows, seconds by the clock and of work, errors, peak memory in bytes."""
    command = [sys.executable, "-c", CHECKED, str(path)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)  # noqa: S603 # our own command
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _plainly(path: Path) -> float:
    rows, began = 0, perf_counter()
    for file in path.glob("*.csv"):
        with file.open(encoding="utf-8", newline="") as stream:
            rows += sum(1 for _ in csv.reader(stream))
    return rows / (perf_counter() - began)


def write_package(folder: Path, enrollments: int, users: int) -> None:
    """Write a sound 1.2 bulk package of made-up records into a folder."""
    known = layout(Version.V1_2)
    made = dict(_files(enrollments, users))
    for name, rows in made.items():
        columns = [column.name for column in known.files[name].columns]
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)
    modes = [f"file.{name},{'bulk' if name in made else 'absent'}" for name in known.files]
    lines = [",".join(MANIFEST_HEADER), "manifest.version,1.0", "oneroster.version,1.2", *modes, ""]
    (folder / MANIFEST).write_text("\r\n".join(lines), "utf-8", newline="")


def _files(enrollments: int, users: int) -> Iterator[tuple[str, Iterator[Row]]]:
    yield "orgs", _orgs()
    yield "academicSessions", iter([_YEAR])
    yield "courses", (_course(number) for number in range(COURSES))
    yield "classes", (_class(number) for number in range(CLASSES))
    yield "users", (_user(number) for number in range(users))
    yield "roles", (_role(number) for number in range(users))
    yield "enrollments", (_enrollment(number, users) for number in range(enrollments))


_YEAR = {
    "sourcedId": "y-27",
    "title": "2026-2027",
    "type": "schoolYear",
    "startDate": "2026-08-15",
    "endDate": "2027-06-30",
    "schoolYear": "2027",
}


def _orgs() -> Iterator[Row]:
    yield {"sourcedId": "district", "name": "District", "type": "district"}
    for number in range(SCHOOLS):
        yield {
            "sourcedId": f"s-{number}",
            "name": f"School {number}",
            "type": "school",
            "parentSourcedId": "district",
        }


def _course(number: int) -> Row:
    return {"sourcedId": f"c-{number}", "title": f"Course {number}", "orgSourcedId": f"s-{number % SCHOOLS}"}


def _class(number: int) -> Row:
    return {
        "sourcedId": f"class-{number}",
        "title": f"Class {number}",
        "courseSourcedId": f"c-{number % COURSES}",
        "classType": "scheduled",
        "schoolSourcedId": f"s-{number % SCHOOLS}",
        "termSourcedIds": "y-27",
    }


def _user(number: int) -> Row:
    return {
        "sourcedId": f"user-{number:06}",
        "enabledUser": "true",
        "username": f"user{number}",
        "userIds": f"{{LDAP:user{number}}}",
        "givenName": f"Given {number}",
        "familyName": f"Family {number}",
        "email": f"user{number}@example.org",
        "grades": "09",
    }


def _role(number: int) -> Row:
    return {
        "sourcedId": f"role-{number:06}",
        "userSourcedId": f"user-{number:06}",
        "roleType": "primary",
        "role": "student",
        "orgSourcedId": f"s-{number % SCHOOLS}",
    }


def _enrollment(number: int, users: int) -> Row:
    return {
        "sourcedId": f"enrollment-{number:08}",
        "classSourcedId": f"class-{number % CLASSES}",
        "schoolSourcedId": f"s-{number % SCHOOLS}",
        "userSourcedId": f"user-{number % users:06}",
        "role": "student",
        "primary": "false",
        "beginDate": "2026-08-15",
        "endDate": "2027-06-30",
    }
