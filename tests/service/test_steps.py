"""The steps in a SIS's own menus go to whoever runs the SIS by a link: without an account, for some days."""

from datetime import timedelta
from pathlib import Path

import pytest
from litestar.testing import TestClient

from classbridge.bridge.policy import Role
from classbridge.cli import house
from classbridge.service import connections, setup, steps
from classbridge.service.context import open_context
from classbridge.web.app import create_app
from tests.installation import settings_for

EMAIL = "ada@northfield.example"


def test_a_link_shows_the_steps_to_anyone_for_its_days_and_names_nobody(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    house.migrate(settings)
    with open_context(settings) as ctx:
        district = setup.create_district(ctx, name="Northfield Schools", time_zone="Europe/Stockholm")
        setup.create_account(ctx, district, email=EMAIL, name="Ada", roles=(Role.ADMIN,), password="x" * 12)
        admin = setup.actor_of(ctx, district, EMAIL)
        connection_id = connections.start(ctx, admin, "skyward-qmlativ")
        link = steps.link(ctx, admin, connection_id)
        assert link.startswith(f"{settings.base_url}/steps/")
        token = link.rpartition("/")[2]
        with TestClient(create_app(ctx)) as stranger:
            answer = stranger.get(f"/steps/{token}")
            swedish = stranger.get(f"/steps/{token}", headers={"accept-language": "sv"})
            assert (answer.status_code, swedish.status_code) == (200, 200)
            assert "Set up Skyward Qmlativ" in answer.text
            assert "Åtkomst" in swedish.text or "åtkomst" in swedish.text
            for secret in (EMAIL, "Northfield", connection_id, district):
                assert secret not in answer.text
            for wrong in (token[:-2], "x", "A" + token[1:], token + "AAAA"):
                assert stranger.get(f"/steps/{wrong}").status_code == 404
            moment = ctx.now() + timedelta(days=steps.DAYS + 1)
            ctx.now = lambda: moment
            assert stranger.get(f"/steps/{token}").status_code == 404


@pytest.mark.parametrize("token", ["", "é", "====", "🙂" * 40])
def test_a_text_that_is_no_link_of_ours_shows_nothing(tmp_path: Path, token: str) -> None:
    settings = settings_for(tmp_path)
    house.migrate(settings)
    with open_context(settings) as ctx:
        assert steps.shown(ctx, token, "en") is None
