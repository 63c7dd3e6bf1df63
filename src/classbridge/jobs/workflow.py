"""How product code declares durable work: workflows made of steps, parking, outliving an outage.

A workflow is a synchronous function of ids that calls steps and decides only by what they return: after a
crash it runs again from its start, and each step that was recorded gives its recorded result. A step is done
at least once (a crash between its effect and its record repeats it), so each effect must be harmless when
repeated: a PUT with a derived id, a row under a derived key. Steps return counts and keys, which are stored.
"""

import functools
import itertools
import logging
import time
import traceback
from collections.abc import Callable
from datetime import datetime
from typing import ParamSpec, TypeVar

import structlog
from dbos import DBOS, PortableWorkflowError, ScheduleInput
from dbos import error as engine_errors

from classbridge.jobs.circuit import UnreachableError
from classbridge.jobs.client import State
from classbridge.jobs.engine import JobsError, current, schedules

P = ParamSpec("P")
T = TypeVar("T")

log = structlog.get_logger(__name__)

PARK_POLL = 1.0
"""Seconds within which a parked workflow sees a cancel, a wake-up call or the worker's end."""

Cancelled = engine_errors.DBOSWorkflowCancelledError
"""Raised in a workflow by its next step after a cancel. Not an `Exception`: only a `finally`, or an
`except Cancelled` that raises it again, sees it; no step can run in there."""


class StepFailedError(Exception):
    """A step ended with an error that it did not declare. Names the step and the error's type, no data."""


# A failure is logged once, by `_discreet`; the engine would add a traceback of its own insides.
logging.getLogger("dbos").addFilter(
    lambda record: not (record.exc_info and isinstance(record.exc_info[1], StepFailedError))
)


class _LeaveError(BaseException):
    """The worker stops: the workflow ends here without an outcome, and goes on after the next launch."""


def workflow(name: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Register a function under `name`, by which `JobsClient.enqueue` starts it. Names are for ever.

    An error that escapes ends the job as failed; only its type and place are kept, never its text or data.
    """

    def declare(function: Callable[P, T]) -> Callable[P, T]:
        @functools.wraps(function)
        def body(*args: P.args, **kwargs: P.kwargs) -> T:
            return _discreet(name, (), function, *args, **kwargs)

        return DBOS.workflow(name=name)(body)

    return declare


def step(name: str, *, raises: tuple[type[Exception], ...] = ()) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Make a function a step of workflows. Its result must be JSON: numbers, texts, lists, maps with text keys.

    `raises` are the errors that the workflow may catch: they are recorded, and raised again as `cls(text)`
    when the step is not repeated after a crash, so their text must carry codes only. Any other error becomes
    `StepFailedError`. Called outside a workflow, a step is a plain function.
    """

    def declare(function: Callable[P, T]) -> Callable[P, T]:
        @functools.wraps(function)
        def body(*args: P.args, **kwargs: P.kwargs) -> T:
            return _discreet(name, raises, function, *args, **kwargs)

        recorded = DBOS.step(name=name)(body)

        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> T:
            if DBOS.workflow_id is None:
                return function(*args, **kwargs)
            if stopping():
                raise _LeaveError
            try:
                return recorded(*args, **kwargs)
            except PortableWorkflowError as error:
                raise _restored(error, raises) from None

        return run

    return declare


def every(name: str, cron: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Register a workflow without arguments that starts by itself, once per `cron` time in all workers together.

    `cron` is in UTC, with five fields, or six with the seconds first. Times that pass while no worker runs are
    left out. Use it for a frequent look at what is due; a district's own hours and zone belong in there.
    """

    def declare(function: Callable[[], None]) -> Callable[[], None]:
        @workflow(name)
        def fire(_planned: datetime, _context: object) -> None:
            function()

        schedules.append(ScheduleInput(schedule_name=name, workflow_fn=fire, schedule=cron))
        return function

    return declare


def current_run_id() -> str:
    """The id of the run that this workflow or step belongs to. Raises `LookupError` outside of one."""
    run_id = DBOS.workflow_id
    if run_id is None:
        raise LookupError("This code runs in no job.")
    return run_id


def park(seconds: float) -> bool:
    """Wait in a workflow; True when `JobsClient.wake` ended the wait before its time.

    The wait survives the worker: it ends at the recorded time in whichever process it goes on. A parked job
    still counts in its partition's concurrency, so the other jobs of that connection wait behind it.
    """
    return _stay(_wake_time(seconds), seconds)


def outlast(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a step until it no longer raises `UnreachableError` (declared in its `raises`), parked in between.

    Use it with `circuit.connections` inside the step. It stays away for the settings' `sis_pauses`, and never
    gives up: cancelling ends it.
    """
    pauses = current().settings.sis_pauses
    for pause in itertools.chain(pauses, itertools.repeat(pauses[-1])):
        try:
            return call(*args, **kwargs)
        except UnreachableError:
            park(pause)
    raise AssertionError("endless")


@step("park.until")
def _wake_time(seconds: float) -> float:
    return time.time() + seconds


@step("park.stay")
def _stay(until: float, seconds: float) -> bool:
    run_id = current_run_id()
    while (left := until - time.time()) > 0:
        if current().stopping.wait(min(left, PARK_POLL)):
            raise _LeaveError
        status = current().client.status(run_id)
        if status is None or status.state is State.CANCELLED:
            raise Cancelled(f"Run {run_id} was cancelled while parked.")
        if status.woken_at > until - seconds:
            return True
    return False


def stopping() -> bool:
    """Whether the worker ends: a step that breaks now is repeated after the next launch."""
    try:
        return current().stopping.is_set()
    except JobsError:
        return True


def _discreet(
    name: str,
    raises: tuple[type[Exception], ...],
    function: Callable[P, T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Call `function`; of an undeclared error only its type and place get into the tables and the log."""
    try:
        return function(*args, **kwargs)
    except Exception as error:
        if stopping():
            # What the step works with may be closed under it by now: it is repeated, not recorded as failed.
            raise _LeaveError from None
        if isinstance(error, (StepFailedError, *raises)):
            raise
        places = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-4:]]
        log.error("jobs.failed", name=name, error=type(error).__name__, places=places)  # noqa: TRY400
        # Without its cause: whoever prints this error must not print that one's text.
        raise StepFailedError(f"{name}: {type(error).__name__}") from None


def _restored(error: PortableWorkflowError, raises: tuple[type[Exception], ...]) -> Exception:
    declared = {cls.__name__: cls for cls in raises}
    return declared.get(error.name, StepFailedError)(error.message)
