"""The page that connects Classroom: the file is uploaded or pasted, what is wrong stands beside its field."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from msgspec.structs import replace

from classbridge.bridge.policy import Role
from classbridge.cli import house
from classbridge.jobs.worker import inline_worker
from classbridge.jobs.workflows import MODULE
from classbridge.sandbox.classroom.server import ClassroomServer
from classbridge.service import setup
from classbridge.service.context import open_context
from classbridge.web.app import create_app
from tests.installation import PASSWORD, settings_for

EMAIL = "ada@northfield.example"
PAGE = "/admin/google"


@pytest.fixture
def client(tmp_path: Path, classroom: ClassroomServer) -> Iterator[TestClient[Litestar]]:
    """The pages of an installation of the sandbox, for its admin."""
    info = tmp_path / "sandbox.json"
    info.write_text(json.dumps({"classroom": classroom.info()}))
    settings = replace(settings_for(tmp_path), sandbox_info=str(info))
    house.migrate(settings)
    with open_context(settings) as ctx, inline_worker(settings, [MODULE]):
        district = setup.create_district(ctx, name="Northfield", time_zone="Europe/Stockholm")
        setup.create_account(ctx, district, email=EMAIL, name="Ada", roles=(Role.ADMIN,), password=PASSWORD)
        with TestClient(create_app(ctx)) as made:
            made.get("/signin")
            send(made, "/signin", email=EMAIL, password=PASSWORD)
            yield made


def send(client: TestClient[Litestar], path: str, file: bytes = b"", **fields: str) -> str:
    """Send a form as its page does; the page that follows."""
    sent = {"_csrf_token": client.cookies["csrftoken"], **fields}
    files = {"key_file": ("key.json", file, "application/json")} if path == PAGE else None
    return client.post(path, data=sent, files=files).text


def until_proved(client: TestClient[Litestar]) -> str:
    for _ in range(200):
        text = client.get(f"{PAGE}/proof").text
        if 'aria-busy="false"' in text:
            return text
    raise AssertionError(text)


def test_one_click_connects_the_sandbox(client: TestClient[Litestar]) -> None:
    assert f'action="{PAGE}/sandbox"' in client.get(PAGE).text
    send(client, f"{PAGE}/sandbox")
    assert until_proved(client).count("Works") == 6
    text = client.get(PAGE).text
    assert "Connected" in text
    assert f'action="{PAGE}/sandbox"' not in text


def test_an_uploaded_key_shows_its_client_id_and_never_the_key(
    client: TestClient[Litestar], classroom: ClassroomServer
) -> None:
    account = classroom.info()["service_account"]
    text = send(client, PAGE, json.dumps(account).encode(), admin_email=EMAIL)
    assert account["client_id"] in text
    assert "https://www.googleapis.com/auth/classroom.rosters," in text
    assert account["private_key"].splitlines()[1] not in text


def test_a_pasted_key_is_as_good_and_a_failed_test_keeps_it(
    client: TestClient[Litestar], classroom: ClassroomServer
) -> None:
    classroom.tokens.delegated = frozenset()
    pasted = json.dumps(classroom.info()["service_account"])
    send(client, PAGE, key_text=pasted, admin_email=classroom.info()["admin_email"])
    send(client, f"{PAGE}/test")
    assert "Domain-wide delegation is missing." in until_proved(client)
    text = client.get(PAGE).text
    assert "Kept, sealed" in text
    assert classroom.info()["admin_email"] in text


def test_a_wrong_file_is_named_beside_its_field_and_the_address_stays(client: TestClient[Litestar]) -> None:
    text = send(client, PAGE, b'{"type": "authorized_user"}', admin_email="boss@northfield.example")
    assert 'id="key_file-error"' in text
    assert "authorized_user" in text
    assert "boss@northfield.example" in text


def test_the_page_speaks_swedish(client: TestClient[Litestar]) -> None:
    send(client, "/language", language="sv", next=PAGE)
    text = client.get(PAGE).text
    assert "Klient-id" in text
    assert "Domänomfattande" not in client.get("/admin").text
    assert "Anslut sandlådans Classroom" in text
