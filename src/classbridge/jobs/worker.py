"""The worker: a process that runs jobs, and the parent's handle on it."""

import fcntl
import importlib
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Self

import msgspec
import structlog

from classbridge import log as logs
from classbridge import process
from classbridge.jobs.engine import DEAD_AFTER, GRACE, Engine, JobsError
from classbridge.settings import Settings

log = structlog.get_logger(__name__)

LONGEST_BACKOFF = 30.0


def run(settings: Settings, modules: Iterable[str], stop: threading.Event) -> bool:
    """Run the workflows that `modules` declare until `stop` is set; False when a step did not end in time."""
    _import(modules)
    with _only_one(settings):
        engine = Engine(settings)
        engine.launch()
        log.info("worker.ready", executor_id=engine.executor_id)
        stop.wait()
        return engine.shutdown()


def serve(settings: Settings, modules: Iterable[str]) -> bool:
    """`run` in the foreground until SIGTERM or SIGINT. Must be called on the main thread."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return run(settings, modules, stop)


@contextmanager
def inline_worker(
    settings: Settings, modules: Iterable[str] = (), *, dead_after: float = DEAD_AFTER
) -> Iterator[Engine]:
    """Run jobs in this process for a while, beside any other worker: for commands and tests.

    What is unfinished at the end is left to the other workers.
    """
    _import(modules)
    name = f"{settings.executor_id}-{os.getpid()}-{secrets.token_hex(3)}"
    engine = Engine(settings, executor_id=name, beat_every=min(1.0, dead_after / 3), dead_after=dead_after)
    engine.launch()
    try:
        yield engine
    finally:
        engine.shutdown()


class WorkerProcess:
    """One worker as a child process, started again when it dies.

    The child gets the settings, and later the end of its work, through its standard input: when that closes,
    because of `stop` or because this process is gone, however it went, the child shuts down.
    """

    def __init__(self, settings: Settings, modules: Iterable[str], *, first_backoff: float = 1.0) -> None:
        self._command = [sys.executable, "-m", "classbridge.jobs.worker", *modules]
        self._settings = msgspec.json.encode(settings, enc_hook=str) + b"\n"
        self._first_backoff = first_backoff
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._supervise, name="worker-supervisor", daemon=True)

    @property
    def pid(self) -> int | None:
        """The child's process id, None while there is none."""
        child = self._child
        return child.pid if child is not None and child.poll() is None else None

    def start(self) -> None:
        """Start the child and watch over it."""
        self._spawn()
        self._thread.start()

    def stop(self, grace: float = GRACE + 5.0) -> None:
        """End the child: cleanly within `grace` seconds, by force afterwards."""
        with self._lock:
            self._stopping.set()
            child = self._child
        if child is not None:
            _close_input(child)
            try:
                child.wait(grace)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _spawn(self) -> None:
        with self._lock:
            if self._stopping.is_set():
                return
            # A group of its own: Ctrl-C in a terminal reaches the parent, which ends the child in order.
            self._child = subprocess.Popen(self._command, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603
        pipe = self._child.stdin
        if pipe is None:
            raise RuntimeError("The worker has no standard input.")
        try:
            pipe.write(self._settings)
            pipe.flush()
        except BrokenPipeError:
            log.warning("worker.start_failed")

    def _supervise(self) -> None:
        backoff = self._first_backoff
        while (child := self._child) is not None:
            started = time.monotonic()
            code = child.wait()
            _close_input(child)
            if self._stopping.is_set():
                return
            if time.monotonic() - started > LONGEST_BACKOFF:
                backoff = self._first_backoff
            log.error("worker.died", exit_code=code, restart_in=backoff)
            if self._stopping.wait(backoff):
                return
            backoff = min(backoff * 2, LONGEST_BACKOFF)
            self._spawn()


def main(arguments: list[str]) -> int:
    """The child's side of `WorkerProcess`: the settings are the first line of standard input."""
    process.prepare()
    line = sys.stdin.buffer.readline()
    if not line:
        return 1
    settings = msgspec.json.decode(line, type=Settings, dec_hook=lambda wanted, value: wanted(value))
    logs.configure(settings)
    stop = threading.Event()
    threading.Thread(target=_stop_at_end_of_input, args=(stop,), daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    try:
        clean = run(settings, arguments, stop)
    except JobsError as error:
        log.error("worker.refused", reason=str(error))  # noqa: TRY400
        return 1
    if not clean:
        # A step's thread is still at work, and Python would wait for it; its job goes on from its last step.
        os._exit(0)
    return 0


def _stop_at_end_of_input(stop: threading.Event) -> None:
    sys.stdin.buffer.read()
    stop.set()


def _close_input(child: subprocess.Popen[bytes]) -> None:
    if child.stdin is not None and not child.stdin.closed:
        with suppress(BrokenPipeError):
            child.stdin.close()


def _import(modules: Iterable[str]) -> None:
    for module in modules:
        importlib.import_module(module)


@contextmanager
def _only_one(settings: Settings) -> Iterator[None]:
    """Hold the executor's name on this machine; the lock goes with the process, however that ends."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with (settings.data_dir / f"worker-{settings.executor_id}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise JobsError(
                f"A worker named {settings.executor_id!r} already runs here. Stop it, or give this one a name "
                "of its own with CLASSBRIDGE_EXECUTOR_ID."
            ) from None
        yield


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
