"""Reading, converting and comparing large packages in memory that does not grow with them."""

import subprocess
import sys
from pathlib import Path

import pytest

from classbridge.cli.bench import csv as bench

PROGRAM = """
import re, sys
from pathlib import Path
from classbridge.oneroster.csv.compare import compare
from classbridge.oneroster.csv.convert import convert
from classbridge.oneroster.csv.package import Package
from classbridge.oneroster.csv.records import records
from classbridge.oneroster.models import Version

path, work = Path(sys.argv[1]), sys.argv[2]
with Package.open(path) as a, Package.open(path) as b:
    if work == "read":
        assert sum(1 for _ in records(a, print)) > 1000
    elif work == "convert":
        assert convert(a, path.with_suffix(".zip"), Version.V1_1).losses == []
    else:
        assert sum(one.same for one in compare(a, b, print).values()) > 1000
print(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""


def peak(path: Path, work: str) -> float:
    """The most memory, in MB, of a process that does the work and nothing else."""
    command = [sys.executable, "-c", PROGRAM, str(path), work]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(done.stdout) / 1000


def package(folder: Path, enrollments: int, users: int) -> Path:
    path = folder / f"{enrollments}-{users}"
    path.mkdir()
    bench.write_package(path, enrollments, users)
    return path


@pytest.mark.parametrize("work", ["read", "convert", "compare"])
def test_memory_does_not_grow_with_people_their_links_or_enrolments(tmp_path: Path, work: str) -> None:
    small, large = package(tmp_path, 1000, 1000), package(tmp_path, 25_000, 9000)
    assert peak(large, work) - peak(small, work) < 8  # the records alone, held in lists, would be 30 MB more


@pytest.mark.exhaustive
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("work", ["read", "convert", "compare"])
def test_a_million_enrolments_take_less_than_120_mb(tmp_path: Path, work: str) -> None:
    assert peak(package(tmp_path, bench.ENROLLMENTS, bench.USERS), work) < 120
