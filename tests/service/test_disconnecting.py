"""What disconnecting leaves behind: no credentials, a SIS as it was, and nothing to be doubled later."""

from pathlib import Path

from classbridge.service import connections
from classbridge.service.connections import CredentialsForm
from classbridge.store.tables.connections import credential
from tests.installation import Installation
from tests.postgres import Cluster
from tests.service.conftest import Gradebook, Install, sis_state


def connection_of(made: Installation) -> str:
    return connections.home(made.ctx, made.admin).connections[0].id


def sealed(made: Installation) -> list[bytes]:
    """Every sealed value that the store holds of the SIS's credentials."""
    with made.ctx.district(made.admin).read() as rows:
        return [row.sealed.encode() for row in rows.all(rows.select(credential, credential.c.sealed))]


def holding(folder: Path, wanted: list[bytes]) -> set[str]:
    """The files below a folder that hold any of some bytes."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.name for path in files if any(one in path.read_bytes() for one in wanted)}


def test_secrets_are_never_in_plain_bytes_and_sealed_ones_leave_the_files_with_the_connection(
    install: Install,
) -> None:
    made = install()
    made.up_to("export")
    folder, secret = made.settings.data_dir, made.stage.sis.info()["client_secret"].encode()
    kept = sealed(made)
    assert kept
    assert holding(folder, [secret]) == set()
    assert holding(folder, kept)
    connections.disconnect(made.ctx, made.admin, connection_of(made))
    assert sealed(made) == []
    assert holding(folder, [secret, *kept]) == set()


def test_on_postgresql_the_credentials_row_is_gone(install: Install, postgres: Cluster) -> None:
    made = install(url=postgres.new_database())
    made.up_to("connect")
    assert sealed(made)
    connections.disconnect(made.ctx, made.admin, connection_of(made))
    assert sealed(made) == []


def test_new_credentials_at_another_url_of_the_same_sis_double_nothing(
    linked: Installation, essay: Gradebook
) -> None:
    sent = essay.export().sent
    before = sis_state(linked)
    connection_id = connection_of(linked)
    connections.disconnect(linked.ctx, linked.admin, connection_id)
    assert sis_state(linked) == before
    again = connect_elsewhere(linked)
    done = essay.export()
    assert (again, done.sent, done.unchanged) == (connection_id, 0, sent)
    after = sis_state(linked)
    assert (after["duplicates"], after["line_items"], after["results"]) == (
        0,
        before["line_items"],
        before["results"],
    )


def connect_elsewhere(made: Installation) -> str:
    """Connect with a new key to the SIS's other name; the connection."""
    server = made.stage.sis
    info = server.info()
    key, secret = server.keys.new_key()
    again = connections.start(made.ctx, made.admin, server.personality.id, str(server.personality.version))
    form = CredentialsForm(
        base_url=info["base_url"].replace("127.0.0.1", "localhost"),
        token_url=info["token_url"].replace("127.0.0.1", "localhost"),
        key=key,
        secret=secret,
    )
    connections.save_credentials(made.ctx, made.admin, again, form)
    made.wait(connections.authorize(made.ctx, made.admin, again), actor=made.admin)
    return again
