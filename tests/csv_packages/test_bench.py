"""Speed and memory: what does not depend on the machine. `classbridge bench csv` measures the rest."""

from pathlib import Path

import pytest

from classbridge.cli.bench import csv as bench


def test_the_package_of_the_benchmark_is_sound(tmp_path: Path) -> None:
    bench.write_package(tmp_path, enrollments=2000, users=300)
    found = bench.checked(tmp_path)
    assert found["errors"] == 0
    assert found["rows"] == 2000 + 2 * 300 + bench.CLASSES + bench.COURSES + bench.SCHOOLS + 2


def test_memory_does_not_grow_with_the_enrollments(tmp_path: Path) -> None:
    peaks = []
    for enrollments in (20_000, 120_000):
        folder = tmp_path / str(enrollments)
        folder.mkdir()
        bench.write_package(folder, enrollments, users=1000)
        peaks.append(bench.checked(folder)["peak"])
    assert peaks[1] - peaks[0] < 10e6  # 120,000 ids held as texts alone would be 12 MB more
    assert peaks[1] < 80e6


@pytest.mark.exhaustive
@pytest.mark.timeout(600)
def test_a_million_enrollments_are_checked_in_less_than_150_mb(tmp_path: Path) -> None:
    bench.write_package(tmp_path, bench.ENROLLMENTS, bench.USERS)
    found = bench.checked(tmp_path)
    assert found["errors"] == 0
    assert found["peak"] < 150e6


@pytest.mark.exhaustive
@pytest.mark.timeout(900)
def test_three_million_enrollments_take_hardly_more_memory_than_one(tmp_path: Path) -> None:
    peaks = []
    for enrollments in (1_000_000, 3_000_000):
        folder = tmp_path / str(enrollments)
        folder.mkdir()
        bench.write_package(folder, enrollments, bench.USERS)
        peaks.append(bench.checked(folder)["peak"])
    assert peaks[1] - peaks[0] < 20e6
