"""A step of a run: what it works with, and what happens to the run when the other side does not play along."""

import functools
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Concatenate, ParamSpec, TypeVar

import structlog

from classbridge.bridge.outcome import Code, Outcome
from classbridge.classroom.port import ClassroomError
from classbridge.jobs import breakage
from classbridge.jobs.access import (
    ClassroomAccess,
    NotConnectedError,
    SisAccess,
    classroom_of,
    keep_exchanges,
    sis_of,
)
from classbridge.jobs.circuit import UnreachableError, connections
from classbridge.jobs.diagnosis import Request, away, diagnose, transient
from classbridge.jobs.engine import current
from classbridge.jobs.portal import portal
from classbridge.jobs.runtime import Runtime, here, now
from classbridge.jobs.workflow import step, stopping
from classbridge.oneroster.errors import OneRosterError
from classbridge.sis.outgoing import AddressRefused
from classbridge.store import runs
from classbridge.store.runs import Run

P = ParamSpec("P")
T = TypeVar("T")

log = structlog.get_logger(__name__)

PATIENT = frozenset({"sync", "import", "export", "undo"})
"""The kinds of run that wait for the SIS when it is away; the others tell the person who waits."""

OUTSIDE = (OneRosterError, ClassroomError, AddressRefused)
"""What the other side, or the way there, can do to a step."""


class RunEndedError(Exception):
    """The run is over, and its outcome is written down. The text is that outcome's code."""


class Work:
    """One step's hold on its run."""

    def __init__(self, runtime: Runtime, district_id: str, run: Run) -> None:
        self.runtime = runtime
        self.district = runtime.district(district_id)
        self.run = run

    def sis(self) -> SisAccess:
        """The SIS connection of the run."""
        return sis_of(self.runtime, self.district, self.run.connection_id or "")

    def classroom(self) -> ClassroomAccess:
        """The district's Classroom."""
        return classroom_of(self.runtime, self.district, self.run.side)

    def call(self, function: Callable[..., Awaitable[T]], *args: object) -> T:
        """Run asynchronous work with the other side from this step's thread."""
        return portal.call(function, *args)

    def progress(self, done: int, total: int | None = None) -> None:
        """Write down how far the run is."""
        with self.district.write() as rows:
            runs.progress(rows, self.run.id, done=done, total=total)

    def end(self, outcome: Outcome, words: str | None = None) -> RunEndedError:
        """End the run with this outcome; raise what it returns."""
        with self.district.write() as rows:
            runs.finish(
                rows,
                self.run.id,
                "failed",
                at=now(),
                code=str(outcome.code),
                params=outcome.params,
                sis_words=words,
            )
        return RunEndedError(str(outcome.code))


def run_step(
    name: str,
) -> Callable[[Callable[Concatenate[Work, P], T]], Callable[Concatenate[str, str, P], T]]:
    """Make a function of `Work` a durable step `(district_id, run_id, ...)`.

    An outage marks a patient run as waiting and raises `UnreachableError`, so that `outlast` parks the workflow.
    Any other refusal from outside ends the run with its outcome and raises `RunEndedError`.
    """

    def declare(function: Callable[Concatenate[Work, P], T]) -> Callable[Concatenate[str, str, P], T]:
        @step(name, raises=(UnreachableError, RunEndedError))
        @functools.wraps(function)
        def body(district_id: str, run_id: str, /, *args: P.args, **kwargs: P.kwargs) -> T:
            with _accounted(district_id, run_id):
                work = _take_up(district_id, run_id)
                try:
                    value = function(work, *args, **kwargs)
                except NotConnectedError as error:
                    raise work.end(error.outcome) from None
                except OUTSIDE as error:
                    raise _outage_or_end(work, error) from None
                finally:
                    if work.run.connection_id:
                        keep_exchanges(work.district, work.run.connection_id)
                _answered(work)
                return value

        return body

    return declare


@contextmanager
def _accounted(district_id: str, run_id: str) -> Iterator[None]:
    """Let nothing that is our own fault leave the run unfinished; the engine logs the error's type and place."""
    try:
        yield
    except (RunEndedError, UnreachableError):
        raise
    except Exception:
        if not stopping():
            with here().district(district_id).write() as rows:
                breakage.end(rows, run_id)
        raise


def _take_up(district_id: str, run_id: str) -> Work:
    """The run, marked as running; parked at once where others found the SIS away."""
    runtime = here()
    with runtime.district(district_id).write() as rows:
        if not runs.start(rows, run_id, now()):
            raise RunEndedError(str(Code.RUN_CANCELLED))
        work = Work(runtime, district_id, runs.get(rows, run_id))
    if work.run.kind in PATIENT and not connections().allows(_circuit_key(work)):
        raise _parked(work, away(request_of(work, waiting=_keeps_grades(work))))
    return work


def _circuit_key(work: Work) -> str:
    return f"{work.district.id}:{work.run.connection_id or work.run.side or ''}"


def _keeps_grades(work: Work) -> bool:
    """Whether a person waits for grades to be sent, and should read that they will be."""
    return work.run.kind == "export"


def _answered(work: Work) -> None:
    """Note that the step went through; whatever waits for the same SIS need not wait longer."""
    closed = connections().succeeded(_circuit_key(work))
    if work.run.state == "waiting":
        with work.district.write() as rows:
            runs.resume(rows, work.run.id)
    if closed or work.run.kind not in PATIENT:
        _wake_waiting(work)


def _wake_waiting(work: Work) -> None:
    with work.district.read() as rows:
        waiting = runs.waiting(rows, work.run.connection_id)
    for run_id in waiting:
        current().client.wake(run_id)


def _outage_or_end(work: Work, error: Exception) -> Exception:
    passing = transient(error) and work.run.kind in PATIENT
    found = diagnose(error, request_of(work, waiting=passing and _keeps_grades(work)))
    log.warning("run.outside", run_id=work.run.id, kind=work.run.kind, code=str(found.outcome.code))
    if passing:
        connections().failed(_circuit_key(work))
        return _parked(work, found.outcome)
    if not transient(error):
        connections().succeeded(_circuit_key(work))
    return work.end(found.outcome, found.words)


def _parked(work: Work, outcome: Outcome) -> UnreachableError:
    with work.district.write() as rows:
        runs.wait(rows, work.run.id, str(outcome.code), outcome.params)
    return UnreachableError(str(outcome.code))


def request_of(work: Work, *, writing: bool = False, waiting: bool = False) -> Request:
    """What a refusal is read against: this run's connection."""
    if work.run.connection_id is None:
        return Request(waiting=waiting)
    try:
        access = work.sis()
    except AddressRefused:
        # The very address may be what is refused: there is no client to ask then.
        return Request(waiting=waiting)
    return Request(base_url=access.base_url, vendor_header=access.missing_header, writing=writing, waiting=waiting)


def finish(work: Work, counts: dict[str, int], *, held: bool = False) -> None:
    """End the run as done (or held for a person), with its counts."""
    with work.district.write() as rows:
        if runs.finish(rows, work.run.id, "held" if held else "done", at=now()):
            runs.progress(rows, work.run.id, done=runs.get(rows, work.run.id).total, counts=counts)
