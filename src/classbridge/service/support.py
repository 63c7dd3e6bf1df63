"""The support bundle: what a SIS vendor needs to find the cause of an error, without secrets or people."""

from typing import Any
from urllib.parse import urlsplit

import msgspec

from classbridge import __version__
from classbridge.bridge.policy import Action, Actor
from classbridge.service import connections, keys
from classbridge.service.context import Context, allow, note, zone_of
from classbridge.store import connections as kept
from classbridge.store import districts, exchanges, runs
from classbridge.store.connections import Connection
from classbridge.store.rows import Rows
from classbridge.store.runs import Run

RUNS = 50
"""How many of the connection's last runs are in a bundle."""


def bundle(ctx: Context, actor: Actor, connection_id: str) -> dict[str, Any]:
    """Diagnostics of a connection, as plain JSON values.

    Addresses lose user names and queries, paths their sourcedIds; the SIS's own words are left out, for they may
    quote a record. The district's domain is in it only under the admin's consent.
    """
    allow(actor, Action.VIEW_CONNECTION)
    today = ctx.now().astimezone(zone_of(ctx, actor.district_id)).date()
    with ctx.district(actor).write() as rows:
        connection = connections.find(rows, connection_id)
        note(rows, actor, "connection.support_bundle", connection_id, ctx.now())
        return {
            "classbridge": __version__,
            "made_at": ctx.now().isoformat(timespec="seconds"),
            "domains": districts.domains(rows) if connection.support_consent else None,
            "connection": _facts(connection),
            "keys": [
                {"state": key.state, "effective_on": _day(key.effective_on), "expires_on": _day(key.expires_on)}
                for key in keys.lines(rows, connection_id, today)
            ],
            "data_exchange": [kind.kind for kind in kept.confirmed_kinds(rows, connection_id)],
            "runs": [_run(run) for run in runs.page(rows, connection_id=connection_id, limit=RUNS).items],
            "requests": _requests(rows, connection_id),
        }


def _facts(connection: Connection) -> dict[str, Any]:
    return {
        "sis": connection.vendor,
        "oneroster": connection.version,
        "state": connection.state,
        "base_url": _address(connection.base_url),
        "token_url": _address(connection.token_url),
        "overrides": connection.overrides,
        "proof": [{name: line[name] for name in ("name", "state", "code")} for line in connection.proof],
        "proved_at": connection.proved_at and connection.proved_at.isoformat(timespec="seconds"),
    }


def _run(run: Run) -> dict[str, Any]:
    return {
        "id": run.id,
        "kind": run.kind,
        "state": run.state,
        "code": run.code,
        "counts": run.counts,
        "started_at": run.started_at and run.started_at.isoformat(timespec="seconds"),
        "finished_at": run.finished_at and run.finished_at.isoformat(timespec="seconds"),
    }


def _requests(rows: Rows, connection_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = msgspec.to_builtins(exchanges.latest(rows, connection_id))
    return found


def _address(url: str) -> str:
    """Scheme, host and path: a user name or a query could hold a secret."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}{parts.path}" if parts.hostname else ""


def _day(value: Any) -> str | None:
    return value.isoformat() if value else None
