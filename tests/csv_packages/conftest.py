"""Packages to test with: golden ones, copied so that a test may spoil them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

SAMPLES = Path(__file__).parent / "samples"
GOLDEN = sorted(path.name for path in SAMPLES.glob("csv-1.*"))
ROSTER = "csv-1.2-rostering-bulk"


@pytest.fixture
def copy_of(tmp_path: Path) -> Callable[[str], Path]:
    """Copy a golden folder."""

    def copy(name: str = ROSTER) -> Path:
        return Path(shutil.copytree(SAMPLES / name, tmp_path / name))

    return copy


def zipped(folder: Path, prefix: str = "") -> Path:
    """Zip a folder's files beside it."""
    path = folder.parent / f"{folder.name}.zip"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, prefix + file.name)
    return path
