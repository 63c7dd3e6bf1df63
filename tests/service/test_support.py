"""Consent to support: the SIS sees the district's domains on every request while it is given, and on none else."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from classbridge.cli.main_job import RunFailedError
from classbridge.oneroster.models import User
from classbridge.sandbox.sis import SisServer
from classbridge.service import audit, connections, support
from classbridge.store import exchanges
from classbridge.store.exchanges import KeptExchange
from tests.service.conftest import Install


def _recorded(server: SisServer) -> list[str | None]:
    """What each request to the SIS from now on says in the header, token requests included."""
    seen: list[str | None] = []
    for one in server._servers:
        inner: Any = one.config.loaded_app

        async def app(scope: Any, receive: Any, send: Any, inner: Any = inner) -> None:
            headers = dict(scope.get("headers", ()))
            if scope["type"] == "http" and not scope["path"].startswith("/_sandbox"):
                seen.append(headers.get(b"x-classbridge-domain", b"").decode() or None)
            await inner(scope, receive, send)

        one.config.loaded_app = app
    return seen


@pytest.mark.parametrize("consent", [True, False])
def test_the_domain_travels_with_each_request_only_under_consent(install: Install, consent: bool) -> None:
    installed = install()
    seen = _recorded(installed.stage.sis)
    installed.up_to("link")
    connection_id = connections.home(installed.ctx, installed.admin).connections[0].id
    connections.set_support(installed.ctx, installed.admin, connection_id, consent)
    seen.clear()
    installed.wait(connections.authorize(installed.ctx, installed.admin, connection_id), actor=installed.admin)
    installed.wait(connections.sync(installed.ctx, installed.admin, connection_id), actor=installed.admin)
    sent = installed.export().sent
    assert len(seen) > sent > 100
    assert set(seen) == ({"riverbend.example, students.riverbend.example"} if consent else {None})
    latest = [
        event for event in audit.events(installed.ctx, installed.admin).items if event.subject == connection_id
    ]
    assert next(event.params["on"] for event in latest if event.action == "connection.support") is consent


def test_a_support_bundle_shows_what_was_asked_and_holds_no_secret_and_nobody(install: Install) -> None:
    installed = install()
    installed.up_to("export")
    connection_id = connections.home(installed.ctx, installed.admin).connections[0].id
    with installed.stage.sis.control() as control:
        control.switch_on("outage", seconds=60)
    with pytest.raises(RunFailedError):
        installed.wait(connections.authorize(installed.ctx, installed.admin, connection_id), actor=installed.admin)
    connections.set_support(installed.ctx, installed.admin, connection_id, False)
    made = support.bundle(installed.ctx, installed.admin, connection_id)
    assert made["domains"] is None
    assert {run["kind"] for run in made["runs"]} >= {"authorize", "sync", "import", "export"}
    asked = {(one["method"], one["path"].partition("v1p2")[2], one["status"]) for one in made["requests"]}
    assert ("PUT", "/results/{id}", 201) in asked
    assert any(one["error"] or one["status"] == 503 for one in made["requests"])
    text = json.dumps(made)
    server = installed.stage.sis
    people = [user for user in installed.stage.made_up.records() if isinstance(user, User)]
    hidden = {
        server.credentials.client_secret,
        server.credentials.client_id,
        *(user.sourced_id for user in people),
    }
    hidden |= {user.email for user in people if user.email} | {user.family_name for user in people}
    assert not [word for word in hidden if f'"{word}"' in text or f"/{word}" in text]


def test_only_the_last_requests_of_a_connection_are_kept(install: Install) -> None:
    installed = install()
    installed.up_to("connect")
    connection_id = connections.home(installed.ctx, installed.admin).connections[0].id
    start = datetime.now(UTC) + timedelta(days=1)
    many = [
        KeptExchange(
            at=start + timedelta(seconds=number),
            method="GET",
            path="/users",
            status=200,
            milliseconds=number,
            error=None,
        )
        for number in range(exchanges.KEPT + 50)
    ]
    with installed.ctx.district(installed.admin).write() as rows:
        exchanges.keep(rows, connection_id, many[:100])
        exchanges.keep(rows, connection_id, many[100:])
        kept = exchanges.latest(rows, connection_id)
    assert kept == many[: -exchanges.KEPT - 1 : -1]
