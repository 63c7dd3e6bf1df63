"""The parts of an installation that commands start: settings, databases, worker, web server."""

import json
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import click
import uvicorn

from classbridge import log
from classbridge.jobs import engine
from classbridge.jobs.engine import JobsError
from classbridge.service.context import Context
from classbridge.service.errors import RefusedError
from classbridge.settings import Settings, SettingsError, load
from classbridge.store.database import Database
from classbridge.store.migrations import is_current
from classbridge.store.migrations import migrate as migrate_store
from classbridge.text.outcomes import explain

P = ParamSpec("P")
T = TypeVar("T")


def settings() -> Settings:
    """The operator's settings, with logging set up by them; a wrong one ends the command with code 2."""
    try:
        found = load()
    except SettingsError as error:
        raise click.UsageError(str(error)) from None
    log.configure(found)
    return found


def migrate(used: Settings) -> None:
    """Bring both databases up to date."""
    used.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = Database.open(used.app_url)
    try:
        migrate_store(database)
    finally:
        database.close()
    engine.migrate(used)


def must_be_migrated(ctx: Context) -> None:
    """End the command where the tables are missing or of another release."""
    if not is_current(ctx.database):
        raise click.ClickException("The databases are not up to date. Run `classbridge migrate`, then try again.")


@contextmanager
def web_server(ctx: Context, listener: socket.socket) -> Iterator[uvicorn.Server]:
    """Serve the pages on a socket, in a thread, until the end of the block."""
    from classbridge.web.app import create_app

    with serving(create_app(ctx), listener) as server:
        yield server


def listening(host: str, port: int) -> socket.socket:
    """A socket on this address; port 0 takes a free one. An address that cannot be had ends the command with 2."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise cannot_listen(f"{host}:{port}", error) from None
    return listener


def cannot_listen(address: str, error: OSError | OverflowError) -> click.UsageError:
    """What a command says whose address is taken, not this machine's, or no address at all."""
    why = error.strerror if isinstance(error, OSError) else error
    return click.UsageError(
        f"{address} cannot be listened on: {why}. Name another port with --port, or end what listens there."
    )


@contextmanager
def serving(application: Any, listener: socket.socket) -> Iterator[uvicorn.Server]:
    """Serve an application on a socket, in a thread, until the end of the block."""
    config = uvicorn.Config(application, log_config=None, access_log=False, timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), name="web", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()


def wait_for_ctrl_c() -> None:
    """Wait until the person at the terminal (or whoever started us) says stop."""
    import signal

    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    with suppress(KeyboardInterrupt):
        stop.wait()


def say(text: str = "") -> None:
    """A line of progress, on standard error, so that standard output is the command's answer alone."""
    click.echo(text, err=True)


def answer(value: Any, *, as_json: bool, text: str) -> None:
    """The command's answer on standard output: one JSON document, or words."""
    click.echo(json.dumps(value, indent=2, default=str) if as_json else text)


def refusals(command: Callable[P, T]) -> Callable[P, T]:
    """Turn a use case's refusal into its words and exit code 1."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return command(*args, **kwargs)
        except RefusedError as error:
            words = explain(error.said.code, error.said.params)
            say(f"{words.happened}\n{words.meaning}\nWhat to do: {words.fix}\nWho: {words.owner}")
            if error.field:
                say(f"Field: {error.field}")
            sys.exit(1)
        except JobsError as error:
            say(str(error))
            sys.exit(1)

    return run
