"""Running an installation: the web server with its worker, a worker alone, the databases' migrations."""

import sys

import click
from msgspec.structs import replace

from classbridge.cli import house
from classbridge.jobs.worker import WorkerProcess, serve
from classbridge.jobs.workflows import MODULE
from classbridge.service.context import open_context


@click.command("serve")
@click.option("--host", help="The address to listen on; default: the setting `host`.")
@click.option("--port", type=click.IntRange(1, 65535), help="The port to listen on; default: the setting `port`.")
@house.refusals
def serve_command(host: str | None, port: int | None) -> None:
    """Serve the pages, with one worker beside them."""
    used = house.settings()
    used = replace(used, host=host or used.host, port=port or used.port)
    listener = house.listening(used.host, used.port)
    house.migrate(used)
    with open_context(used) as ctx, WorkerProcess(used, [MODULE]), house.web_server(ctx, listener):
        house.say(f"classbridge is at {used.base_url}. Stop it with Ctrl-C.")
        house.wait_for_ctrl_c()


@click.command("worker")
@house.refusals
def worker_command() -> None:
    """Run jobs only, until Ctrl-C; several workers need PostgreSQL and a name each (CLASSBRIDGE_EXECUTOR_ID)."""
    if not serve(house.settings(), [MODULE]):
        sys.exit(1)


@click.command("migrate")
@house.refusals
def migrate_command() -> None:
    """Make the tables, or bring them up to date. Safe to repeat."""
    used = house.settings()
    house.migrate(used)
    house.say("Both databases are up to date.")
