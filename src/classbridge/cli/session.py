"""A command's place in an installation: which district, who acts, and where its jobs run."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import click

from classbridge.bridge.policy import Actor, Role
from classbridge.cli import house, words
from classbridge.jobs.worker import inline_worker
from classbridge.jobs.workflows import MODULE
from classbridge.service import connections, runs, setup
from classbridge.service.context import Context, open_context
from classbridge.service.errors import RefusedError
from classbridge.service.views import ConnectionView, RunView

PATIENCE = 600.0
"""Seconds that a run may stand still before the command stops waiting; the run itself goes on."""

ENDED = frozenset({"done", "held", "failed", "cancelled"})


class Session:
    """Open doors, the person who acts, and whether the answer is JSON."""

    def __init__(self, ctx: Context, actor: Actor, *, as_json: bool) -> None:
        self.ctx = ctx
        self.actor = actor
        self.as_json = as_json

    def answer(self, value: Any, text: str) -> None:
        """Print the command's answer: one JSON document, or words."""
        house.answer(value, as_json=self.as_json, text=text)

    @contextmanager
    def worker(self) -> Iterator[None]:
        """Have jobs run meanwhile: by the installation's worker if one lives, otherwise in this process."""
        if self.ctx.jobs.workers():
            yield
        else:
            with inline_worker(self.ctx.settings, [MODULE]):
                yield

    def finish(self, run_id: str) -> RunView:
        """Wait for a run, showing how far it is."""
        shown: tuple[str, int] | None = None
        still_since = time.monotonic()
        while True:
            found = runs.view(self.ctx, self.actor, run_id)
            if (found.state, found.done) != shown:
                shown, still_since = (found.state, found.done), time.monotonic()
                house.say(f"  {found.kind}: {found.state} {found.done}/{found.total}")
            if found.state in ENDED:
                return found
            if time.monotonic() - still_since > PATIENCE:
                raise click.ClickException(
                    f"The run {run_id} has not moved for {PATIENCE:.0f} seconds (it is {found.state}). It is not "
                    "lost: it goes on when the SIS answers and a worker runs. `classbridge doctor` looks for one."
                )
            time.sleep(0.05)

    def connection(self, connection_id: str | None) -> ConnectionView:
        """The connection named, or the district's only one that is not disconnected."""
        cards = connections.home(self.ctx, self.actor).connections
        if connection_id:
            found = [one for one in cards if one.id == connection_id]
        else:
            found = [one for one in cards if one.state != "disconnected"] or list(cards)
        if len(found) == 1:
            return found[0]
        known = ", ".join(f"{one.id} ({one.name} {one.version})" for one in cards) or "none"
        raise click.UsageError(f"Say which connection is meant with --connection. There are: {known}.")


def acting(command: Callable[..., None]) -> Callable[..., None]:
    """Add --district, --as and --json; the command gets its session first."""

    @click.option("--district", metavar="NAME|ID", help="The district; not needed where there is only one.")
    @click.option("--as", "email", metavar="EMAIL", help="Who acts; not needed where there is only one admin.")
    @click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
    @house.refusals
    @wraps(command)
    def run(*args: Any, district: str | None, email: str | None, as_json: bool, **kwargs: Any) -> None:
        used = house.settings()
        with open_context(used) as ctx:
            house.must_be_migrated(ctx)
            district_id = find_district(ctx, district)
            actor = setup.actor_of(ctx, district_id, email or _only_admin(ctx, district_id))
            try:
                command(Session(ctx, actor, as_json=as_json), *args, **kwargs)
            except RefusedError as error:
                if as_json:
                    house.answer({"error": words.told(error.said), "field": error.field}, as_json=True, text="")
                raise

    return run


def find_district(ctx: Context, wanted: str | None) -> str:
    """The id of the district with this name or id, or of the only one."""
    known = setup.installed(ctx)
    found = [one for one in known if wanted in (None, one.id, one.name)]
    if len(found) == 1:
        return found[0].id
    if not known:
        raise click.UsageError("There is no district yet. Add one with `classbridge setup district`.")
    names = ", ".join(f"{one.name} ({one.id})" for one in known)
    raise click.UsageError(f"Say which district is meant with --district. There are: {names}.")


def _only_admin(ctx: Context, district_id: str) -> str:
    admins = setup.people(ctx, district_id, Role.ADMIN)
    if len(admins) == 1:
        return admins[0]
    if not admins:
        raise click.UsageError("The district has no admin yet. Add one with `classbridge setup account`.")
    raise click.UsageError("The district has several admins: say who acts with --as EMAIL.")
