"""The commands and the program of docs/csv.md do what they say."""

import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from classbridge.cli import main
from tests.csv_packages.conftest import SAMPLES
from tests.docs.reference import ROOT

PAGE = (ROOT / "docs" / "csv.md").read_text("utf-8")
COMMANDS = [
    line.split()[1:] for line in re.findall(r"^    (classbridge csv (?:convert|diff).*)$", PAGE, re.MULTILINE)
]
PROGRAMS = re.findall(r"From Python:\n\n((?:    .*\n|\n)+)", PAGE)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the packages that the page speaks of."""
    for name in ("export", "monday", "tuesday"):
        shutil.copyfile(SAMPLES / "csv-1.1-bulk.zip", tmp_path / f"{name}.zip")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_each_command_that_ends_works_as_it_is_written(folder: Path, command: list[str]) -> None:
    assert CliRunner().invoke(main, command).exit_code == 0
    named = [word for word in command if "." in word and word[0].isalpha()]
    assert all((folder / name).exists() for name in named)


@pytest.mark.parametrize("program", PROGRAMS, ids=["check", "records"])
def test_each_program_runs(folder: Path, program: str, capsys: pytest.CaptureFixture[str]) -> None:
    exec("\n".join(line[4:] for line in program.splitlines()), {})  # noqa: S102 - our own page
    assert capsys.readouterr().out
