"""A key file is checked before it is kept: each way to give the wrong file is told apart."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from classbridge.classroom.google.keyfile import FIELDS, GOOGLE_TOKEN_URI, KeyFileError, read_key_file
from classbridge.sandbox.classroom.server import ClassroomServer
from classbridge.sandbox.district import District
from tests.installation import TODAY


@pytest.fixture(scope="module")
def server() -> Iterator[ClassroomServer]:
    with ClassroomServer.start(District.make(students=60, seed=1, today=TODAY)) as running:
        yield running


@pytest.fixture(scope="module")
def info(server: ClassroomServer) -> dict[str, Any]:
    """A key file as Google Cloud gives it."""
    return {**server.info()["service_account"], "token_uri": GOOGLE_TOKEN_URI}


def test_a_key_file_is_read_and_only_what_is_needed_is_kept(info: dict[str, Any]) -> None:
    kept = read_key_file(json.dumps(info))
    assert kept == {name: info[name] for name in ("type", *FIELDS)}


@pytest.mark.parametrize(
    ("text", "fault", "about"),
    [
        ("", "json", ""),
        ("not json", "json", ""),
        ("[1]", "json", ""),
        ('{"type": "authorized_user"}', "type", "authorized_user"),
        ('{"web": {"client_id": "x"}}', "type", "web"),
        ('{"installed": {"client_id": "x"}}', "type", "installed"),
        ("{}", "type", "-"),
    ],
)
def test_another_file_is_named_for_what_it_is(text: str, fault: str, about: str) -> None:
    with pytest.raises(KeyFileError) as raised:
        read_key_file(text)
    assert (raised.value.fault, raised.value.about) == (fault, about)


@pytest.mark.parametrize("name", FIELDS)
def test_a_missing_member_is_named(info: dict[str, Any], name: str) -> None:
    for wrong in ({name: ""}, {name: 5}):
        with pytest.raises(KeyFileError) as raised:
            read_key_file(json.dumps(info | wrong))
        assert (raised.value.fault, raised.value.about) == ("field", name)


def test_a_file_cannot_send_signed_requests_elsewhere(info: dict[str, Any]) -> None:
    with pytest.raises(KeyFileError) as raised:
        read_key_file(json.dumps(info | {"token_uri": "https://elsewhere.example/token"}))
    assert (raised.value.fault, raised.value.about) == ("token_uri", "https://elsewhere.example/token")


def test_a_damaged_private_key_is_found_before_it_is_kept(info: dict[str, Any]) -> None:
    damaged = info["private_key"].replace("A", "B")
    for private_key in (damaged, "-----BEGIN PRIVATE KEY-----\nnothing\n-----END PRIVATE KEY-----\n"):
        with pytest.raises(KeyFileError) as raised:
            read_key_file(json.dumps(info | {"private_key": private_key}))
        assert raised.value.fault == "key"
        assert "nothing" not in str(raised.value)
