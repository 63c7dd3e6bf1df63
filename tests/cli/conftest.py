"""The command as a person runs it: a process of its own, on a data directory of its own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from tests.cli import commands
from tests.cli.commands import Answer

COMMAND = str(Path(sys.executable).parent / "classbridge")
LONGEST = 60
STARTERS = ("demo", "sandbox", "serve", "worker", "bench")
"""Commands that start processes of their own: they run as the installed script does."""


class Installation(Struct, frozen=True):
    """A data directory and the settings that commands get in their environment."""

    home: Path
    environment: Mapping[str, str]

    def run(self, *arguments: str, given: str = "", **more: str) -> Answer:
        """Run a command to its end; `more` are further environment variables, `given` its standard input."""
        environment = {**self.environment, **more}
        if arguments and arguments[0] in STARTERS:
            return self._run_script(arguments, environment, given)
        return commands.run(arguments, environment, self.home, given)

    def _run_script(self, arguments: tuple[str, ...], environment: Mapping[str, str], given: str) -> Answer:
        done = subprocess.run(
            [COMMAND, *arguments],
            env=environment,
            cwd=self.home,
            input=given,
            capture_output=True,
            text=True,
            timeout=LONGEST,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def ok(self, *arguments: str, given: str = "", **more: str) -> Answer:
        """Run a command that must succeed."""
        answer = self.run(*arguments, given=given, **more)
        assert answer.code == 0, f"{arguments}: {answer.out}{answer.err}"
        return answer

    @contextmanager
    def started(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """Start a command that stays; it is ended at the latest at the end of the block."""
        process = subprocess.Popen(
            [COMMAND, *arguments],
            env=dict(self.environment),
            cwd=self.home,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield process
        finally:
            process.terminate()
            process.communicate(timeout=LONGEST)


class Sandbox(Struct, frozen=True):
    """A running sandbox: what its info file says, and where that is."""

    path: Path

    @property
    def info(self) -> Any:
        """The info file's document."""
        return json.loads(self.path.read_text("utf-8"))

    def sis(self, vendor: str) -> dict[str, Any]:
        """One SIS's entry."""
        found: dict[str, Any] = next(one for one in self.info["sis"] if one["vendor"] == vendor)
        return found


def bare_environment() -> dict[str, str]:
    """This process's environment without any setting or secret of classbridge."""
    ours = ("CLASSBRIDGE_", "SIS_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def installation_in(home: Path) -> Installation:
    """A fresh installation that may ask loopback addresses."""
    settings = {
        "CLASSBRIDGE_DATA_DIR": str(home / "data"),
        "CLASSBRIDGE_ALLOWED_HOSTS": "127.0.0.1",
        "CLASSBRIDGE_LOG_LEVEL": "ERROR",
    }
    return Installation(home, {**bare_environment(), **settings})


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    """Wait until a process has written a file."""
    deadline = time.monotonic() + LONGEST
    while not path.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, f"{path} was not written"
        time.sleep(0.05)


@pytest.fixture
def fresh(tmp_path: Path) -> Installation:
    """An installation where nothing has been done yet."""
    return installation_in(tmp_path)


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """`classbridge sandbox up` in a process of its own, with two SIS."""
    home = tmp_path_factory.mktemp("sandbox")
    path = home / "info.json"
    vendors = ("--vendor", "generic@1.2", "--vendor", "skyward-sms")
    with installation_in(home).started(
        "sandbox", "up", *vendors, "--students", "60", "--info", str(path)
    ) as process:
        wait_for(path, process)
        yield Sandbox(path)
