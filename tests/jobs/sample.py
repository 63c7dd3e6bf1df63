"""Workflows that the tests run, in this process and in workers of their own. Effects are lines of a file."""

import os
import time
from pathlib import Path

from classbridge.jobs.circuit import UnreachableError, connections
from classbridge.jobs.engine import current
from classbridge.jobs.workflow import current_run_id, every, outlast, park, step, workflow
from classbridge.settings import Settings


@every("sample.tick", "* * * * * *")
def tick() -> None:
    if flag("ticking").exists():
        _note("tick")


class RefusedError(Exception):
    pass


def effects(settings: Settings) -> list[str]:
    path = settings.data_dir / "effects"
    return path.read_text().splitlines() if path.exists() else []


def flag(name: str) -> Path:
    return current().settings.data_dir / name


def _note(text: str) -> None:
    with flag("effects").open("a") as file:
        file.write(f"{text}\n")


@step("sample.note")
def note(text: str, seconds: float = 0.0) -> int:
    _note(f"{current_run_id()} {text}")
    time.sleep(seconds)
    return os.getpid()


@workflow("sample.steps")
def steps(count: int, milliseconds: int) -> int:
    for number in range(count):
        note(str(number), milliseconds / 1000)
    return count


@workflow("sample.where")
def where(greeting: str) -> dict[str, object]:
    return {"greeting": greeting, "pid": note("where")}


@step("sample.hold")
def hold(seconds: float) -> str:
    """Busy until the file `go` is there."""
    _note(f"{current_run_id()} holds")
    deadline = time.monotonic() + seconds
    while not flag("go").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    return "held"


@workflow("sample.held")
def held(label: str) -> str:
    result = hold(20.0)
    note(f"after {label}")
    return result


@workflow("sample.parked")
def parked(seconds: int) -> bool:
    note("before")
    woken = park(seconds)
    note("after")
    return woken


@step("sample.ask", raises=(UnreachableError,))
def ask(key: str) -> str:
    if not connections().allows(key):
        raise UnreachableError("closed")
    _note("asked")
    if not flag("up").exists():
        connections().failed(key)
        raise UnreachableError("away")
    connections().succeeded(key)
    return "answered"


@workflow("sample.outage")
def outage(key: str) -> str:
    return outlast(ask, key)


@step("sample.refuse", raises=(RefusedError,))
def refuse() -> None:
    _note("refused")
    raise RefusedError("bad-title")


@workflow("sample.refused")
def refused() -> str:
    try:
        refuse()
    except RefusedError as error:
        hold(20.0)
        note("corrected")
        return str(error)
    return "accepted"


@step("sample.leak")
def leak(name: str) -> None:
    raise ValueError(f"{name.upper()} failed the exam")


@workflow("sample.leaking")
def leaking(name: str) -> None:
    leak("Åsa Ek")
