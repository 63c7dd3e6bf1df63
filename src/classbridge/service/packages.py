"""Packages of a SIS without an API: rosters in, grades out."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec import Struct

from classbridge.bridge.outcome import Code
from classbridge.bridge.policy import Action, Actor
from classbridge.jobs.packages import TAKING
from classbridge.oneroster.csv.finding import RULES
from classbridge.oneroster.models import Version
from classbridge.service import runs as run_service
from classbridge.service.connections import find
from classbridge.service.context import Context, allow, note, zone_of
from classbridge.service.errors import refuse
from classbridge.service.views import RunView
from classbridge.sis import packages as desks
from classbridge.sis.registry import profile
from classbridge.store import packages, runs
from classbridge.store.connections import Connection
from classbridge.store.packages import Package
from classbridge.store.rows import Rows

LARGEST = 128 * 1024 * 1024
"""Bytes that an upload may have."""


class Finding(Struct, frozen=True, kw_only=True):
    """What a check found, in the standard's words: where, what is wrong, what to do."""

    place: str
    text: str
    fix: str


class PackageView(Struct, frozen=True, kw_only=True):
    """A package that came, newest first on its page; `run` takes it in."""

    package: Package
    run: RunView | None
    findings: tuple[Finding, ...]


def receive(
    ctx: Context, actor: Actor, connection_id: str, content: bytes, name: str, *, anyway: bool = False
) -> str:
    """Keep an uploaded package and take it in; answers the run. `anyway`: many people may be missing from it."""
    allow(actor, Action.CONNECT)
    if not content:
        raise refuse(Code.FIELD_MISSING, field="package")
    if len(content) > LARGEST:
        raise refuse(Code.PACKAGE_TOO_LARGE, megabytes=LARGEST // 2**20)
    with ctx.district(actor).write() as rows:
        _must_hand_over(find(rows, connection_id))
        made = packages.add(rows, connection_id, name, by=actor.account_id, at=ctx.now())
        note(rows, actor, "package.receive", connection_id, ctx.now(), anyway=anyway)
    _write(_folder(ctx, actor, connection_id) / f"{made}.zip", content)
    run_id = run_service.enqueue(
        ctx,
        actor,
        TAKING,
        partition=f"{connection_id}:packages",
        connection_id=connection_id,
        request={"package_id": made, "anyway": anyway},
    )
    with ctx.district(actor).write() as rows:
        packages.save(rows, connection_id, made, {"run_id": run_id})
    return run_id


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.touch(mode=0o600)
    file.write_bytes(content)


def listed(ctx: Context, actor: Actor, connection_id: str) -> tuple[PackageView, ...]:
    """The packages that came to a connection, newest first."""
    allow(actor, Action.VIEW_CONNECTION)
    with ctx.district(actor).read() as rows:
        find(rows, connection_id)
        return tuple(_view(rows, one) for one in packages.listed(rows, connection_id))


def grades(
    ctx: Context, actor: Actor, connection_id: str, version: str = "1.2", since: datetime | None = None
) -> bytes:
    """The gradebook as a package (zip) for the SIS to import: whole, or what changed since a moment.

    Raises `RefusedError` where no package has been taken in yet.
    """
    allow(actor, Action.CONNECT)
    with ctx.district(actor).write() as rows:
        _must_hand_over(find(rows, connection_id))
        if not packages.any_taken(rows, connection_id):
            raise refuse(Code.PACKAGE_MISSING)
        note(rows, actor, "package.grades", connection_id, ctx.now(), version=version)
    with tempfile.TemporaryDirectory(prefix="classbridge-grades-") as folder:
        file = Path(folder) / "grades.zip"
        with desk_of(ctx, actor, connection_id) as desk:
            if desk is None:
                raise refuse(Code.PACKAGE_GONE)
            desk.write_grades(file, Version(version), zone_of(ctx, actor.district_id), since)
        return file.read_bytes()


@contextmanager
def desk_of(ctx: Context, actor: Actor, connection_id: str) -> Iterator[desks.Desk | None]:
    """What the packages of a connection told; None where it has an API, or nothing has come yet."""
    with ctx.district(actor).read() as rows:
        used = profile(find(rows, connection_id).vendor)
    file = desks.place(ctx.settings.data_dir, actor.district_id, connection_id)
    if used.reach != "package" or not file.exists():
        yield None
        return
    desk = desks.Desk(file, desks.root(used))
    try:
        yield desk
    finally:
        desk.close()


def _must_hand_over(connection: Connection) -> None:
    """Refuse where the SIS has an API: no package belongs there."""
    if profile(connection.vendor).reach != "package":
        raise refuse(Code.CONNECTION_NOT_FOUND)


def _folder(ctx: Context, actor: Actor, connection_id: str) -> Path:
    return desks.place(ctx.settings.data_dir, actor.district_id, connection_id).parent


def _view(rows: Rows, one: Package) -> PackageView:
    run = run_service.as_view(runs.get(rows, one.run_id)) if one.run_id else None
    return PackageView(package=one, run=run, findings=tuple(map(_finding, one.findings)))


def _finding(kept: dict[str, Any]) -> Finding:
    rule = RULES[kept["rule"]]
    line = f":{kept['line']}" if kept["line"] else ""
    place = " ".join(filter(None, (f"{kept['file']}{line}" if kept["file"] else "", kept["column"])))
    return Finding(place=place, text=rule.text, fix=rule.fix)
