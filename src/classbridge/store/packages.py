"""The packages that a SIS without an API handed over, and when its gradebook was last given out."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from classbridge.store.rows import Rows, columns, record
from classbridge.store.tables import package

State = Literal["received", "taken", "held", "refused"]
KEPT = 30
"""Packages that are remembered for each connection."""


class Package(Struct, frozen=True, kw_only=True):
    """A package: `records` that it had, `findings` the first that its check found, with rules and places only.

    `confirmed` and `differing` count grades of ours that it tells of; None where it has no results.
    """

    id: str
    connection_id: str
    state: State
    name: str
    run_id: str | None
    received_at: datetime
    received_by: str | None
    records: int
    confirmed: int | None
    differing: int | None
    findings: list[dict[str, Any]]


def add(rows: Rows, connection_id: str, name: str, *, by: str | None, at: datetime, package_id: str = "") -> str:
    """Write down that a package came; answers its id. The oldest beyond `KEPT` are forgotten."""
    made = package_id or str(uuid.uuid4())
    entered = {"connection_id": connection_id, "id": made, "state": "received", "name": name[:200]}
    rows.insert(package, {**entered, "received_at": at, "received_by": by})
    for old in listed(rows, connection_id)[KEPT:]:
        rows.delete(package, package.c.connection_id == connection_id, package.c.id == old.id)
    return made


def save(rows: Rows, connection_id: str, package_id: str, changed: Mapping[str, Any]) -> None:
    """Write down what became of one."""
    rows.update(package, changed, package.c.connection_id == connection_id, package.c.id == package_id)


def listed(rows: Rows, connection_id: str) -> Sequence[Package]:
    """A connection's packages, newest first."""
    wanted = rows.select(package, *columns(package, Package)).where(package.c.connection_id == connection_id)
    newest = wanted.order_by(package.c.received_at.desc(), package.c.id)
    return [record(Package, row) for row in rows.all(newest)]


def any_taken(rows: Rows, connection_id: str) -> bool:
    """Whether the SIS's rosters are known from a package."""
    return any(one.state == "taken" for one in listed(rows, connection_id))
