"""Consent to support: the SIS sees the district's domains on every request while it is given, and on none else."""

from typing import Any

import pytest

from classbridge.sandbox.sis import SisServer
from classbridge.service import connections
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
    installed.up_to("connect")
    connection_id = connections.home(installed.ctx, installed.admin).connections[0].id
    connections.set_support(installed.ctx, installed.admin, connection_id, consent)
    seen.clear()
    installed.wait(connections.authorize(installed.ctx, installed.admin, connection_id), actor=installed.admin)
    assert seen
    assert set(seen) == ({"riverbend.example, students.riverbend.example"} if consent else {None})
