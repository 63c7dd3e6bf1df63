"""Commands in processes of their own that need not import everything anew: forked from one that has.

A command takes about a second to import what it uses; the tests run some eighty.
"""

import json
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

LONGEST = 60.0
_READY = [
    "classbridge.cli.accounts",
    "classbridge.cli.connecting",
    "classbridge.cli.people",
    "classbridge.cli.policy",
    "classbridge.cli.setup",
    "classbridge.cli.teaching",
    "classbridge.cli.why",
]


class Answer(Struct, frozen=True):
    """What a command left: its exit code and both streams."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """Standard output as its one JSON document."""
        return json.loads(self.out)


def run(arguments: Sequence[str], environment: Mapping[str, str], home: Path, given: str) -> Answer:
    """Run a command to its end, with its own environment, directory and streams."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_READY)
    with tempfile.TemporaryDirectory() as folder:
        streams = [Path(folder) / name for name in ("in", "out", "err")]
        streams[0].write_text(given, "utf-8")
        process = context.Process(
            target=_command, args=(list(arguments), dict(environment), str(home), [str(one) for one in streams])
        )
        process.start()
        process.join(LONGEST)
        if process.exitcode is None:
            process.kill()
            raise TimeoutError(f"{arguments[:2]} did not end within {LONGEST:.0f} s.")
        return Answer(process.exitcode, streams[1].read_text("utf-8"), streams[2].read_text("utf-8"))


def _command(arguments: list[str], environment: dict[str, str], home: str, streams: list[str]) -> None:
    for number, name in enumerate(streams):
        descriptor = os.open(name, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT)
        os.dup2(descriptor, number)
    # multiprocessing gives a child no standard input; the others are the test run's own objects.
    sys.stdin, sys.stdout, sys.stderr = (os.fdopen(number, "w" if number else "r") for number in range(3))
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(home)
    from classbridge.cli import main

    main(arguments, prog_name="classbridge")
