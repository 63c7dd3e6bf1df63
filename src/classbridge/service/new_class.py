"""Making a Classroom class for sections of the SIS, and what is imported into it first."""

import time
from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256

import msgspec

from classbridge.bridge.outcome import Code
from classbridge.bridge.policy import Action, Actor, CourseFacts
from classbridge.jobs.client import State
from classbridge.jobs.import_planning import TYPES
from classbridge.service import courses as course_service
from classbridge.service import gate as gate_service
from classbridge.service import rosters as roster_service
from classbridge.service import runs as run_service
from classbridge.service.context import Context, allow
from classbridge.service.errors import refuse
from classbridge.service.linking import not_teaching
from classbridge.service.sis_classes import Key, emails_of
from classbridge.store import rosters, runs
from classbridge.store.rows import Rows

PATIENCE = 20.0
"""Seconds to wait for Classroom to make a new class."""

KIND = "create-course"

AGAIN = timedelta(hours=1)
"""For how long the same wish of the same person is another try of the first, and makes no second class."""


def create(ctx: Context, actor: Actor, class_keys: Sequence[Key], name: str) -> str:
    """Make a Classroom class for sections of the actor's own, all of one connection, link it, and answer its id.

    Whoever asks again within the hour gets the class that the first try made, or may still be making.
    """
    allow(actor, Action.LINK, CourseFacts(district_id=actor.district_id, owner_email=actor.email))
    if not class_keys:
        raise refuse(Code.FIELD_MISSING, field="classes")
    if len({connection_id for connection_id, _ in class_keys}) > 1:
        raise refuse(Code.SECTIONS_OF_TWO_SIS)
    with ctx.district(actor).read() as rows:
        side = course_service.side(rows)
        gate_service.check(rows, actor, sections=class_keys)
        for connection_id, class_id in class_keys:
            course_service.connected(rows, connection_id)
            section = rosters.class_(rows, connection_id, class_id)
            if section is None:
                raise refuse(Code.SECTION_NOT_FOUND)
            if actor.email.casefold() not in {
                email.casefold() for email in emails_of(rows, connection_id, class_id, "teacher")
            }:
                raise refuse(not_teaching(rows, connection_id, actor))
            name = name.strip() or section.title
        wanted: dict[str, object] = {"name": name, "classes": [list(key) for key in sorted(class_keys)]}
        first = _first_try(ctx, rows, actor, wanted)
    digest = sha256(msgspec.json.encode(wanted, order="deterministic")).hexdigest()
    run_id = run_service.enqueue(
        ctx,
        actor,
        KIND,
        partition=f"create:{actor.account_id}",
        dedup=f"create:{actor.account_id}:{digest}",
        connection_id=class_keys[0][0],
        side=side,
        request={**wanted, **({"first": first} if first else {})},
    )
    return _created(ctx, actor, run_id)


def _first_try(ctx: Context, rows: Rows, actor: Actor, wanted: dict[str, object]) -> str | None:
    """The run that first tried to make this very class within the hour, whatever became of it."""
    tried = runs.page(rows, kinds=(KIND,), requested_by=actor.account_id).items
    for run in tried:
        if run.created_at > ctx.now() - AGAIN and wanted.items() <= run.request.items():
            return str(run.request.get("first", run.id))
    return None


def _created(ctx: Context, actor: Actor, run_id: str) -> str:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        status = ctx.jobs.status(run_id)
        if status is not None and status.ended:
            if status.state is State.SUCCEEDED and status.result:
                return str(status.result)
            with ctx.district(actor).read() as rows:
                raise run_service.refused(runs.get(rows, run_id))
        time.sleep(0.1)
    raise refuse(Code.CLASS_BEING_MADE)


def preview_first_import(ctx: Context, actor: Actor, course_id: str) -> str | None:
    """Work out what the people's import into a new class would do; the run. None: no kind of people is open."""
    offered = roster_service.offered(ctx, actor, course_id)
    kinds = [one.kind for one in offered if one.kind in TYPES and one.closed is None]
    return roster_service.preview(ctx, actor, course_id, kinds) if kinds else None
