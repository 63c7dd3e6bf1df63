"""A SIS that answers at another of its known addresses than the usual one is found there, and stays there."""

from pathlib import Path

from msgspec.structs import replace

from classbridge.sandbox import sis
from classbridge.sandbox.district import District
from classbridge.sandbox.sis import SisServer
from classbridge.service import connections
from classbridge.service.connections import CredentialsForm
from tests.installation import installation, settings_for

BELOW = "/ims/oneroster/v1p1"


def test_a_sis_is_found_at_another_of_its_addresses_and_a_new_key_leaves_it_there(
    tmp_path: Path, made_up: District
) -> None:
    elsewhere = replace(sis.load("skyward-sms@1.1"), prefix=BELOW)
    with (
        SisServer.start(elsewhere, made_up.records(), teacher_email=made_up.teacher_email) as server,
        installation(settings_for(tmp_path), sis_server=server) as made,
    ):
        made.up_to("link")
        [found] = connections.home(made.ctx, made.admin).connections
        info = server.info()
        assert found.base_url == info["base_url"]
        assert "/api/" not in found.base_url
        again = CredentialsForm(key=info["client_id"], secret=info["client_secret"])
        after = connections.save_credentials(made.ctx, made.admin, found.id, again)
        assert (after.base_url, after.token_url) == (found.base_url, found.token_url)
