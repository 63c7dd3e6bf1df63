import socket
import stat
from typing import Any

import httpx2
import pytest

from classbridge.sandbox import sis
from tests.cli.conftest import Installation, Sandbox, wait_for
from tests.ports import free_port

KEYS = {
    "vendor",
    "version",
    "base_url",
    "token_url",
    "client_id",
    "client_secret",
    "extra_headers",
    "teacher_email",
    "auth",
}


def test_the_info_file_tells_all_that_is_needed_to_connect(sandbox: Sandbox) -> None:
    assert {(one["vendor"], one["version"]) for one in sandbox.info["sis"]} == {
        ("generic", "1.2"),
        ("skyward-sms", "1.1"),
    }
    assert all(one.keys() >= KEYS for one in sandbox.info["sis"])
    assert sandbox.info["classroom"].keys() >= {"base_url", "token_url", "service_account"}
    assert sandbox.sis("generic")["base_url"].endswith("/ims/oneroster")


def test_only_its_owner_can_read_the_info_file(sandbox: Sandbox) -> None:
    assert stat.S_IMODE(sandbox.path.stat().st_mode) == 0o600


def test_the_credentials_of_the_info_file_give_a_token(sandbox: Sandbox) -> None:
    one = sandbox.sis("generic")
    assert _token(one).json()["access_token"]
    assert _token({**one, "client_secret": "wrong"}).status_code == 401


def _token(one: dict[str, Any]) -> httpx2.Response:
    scope = "https://purl.imsglobal.org/spec/or/v1p2/scope/roster.readonly"
    form = {"grant_type": "client_credentials", "scope": scope}
    return httpx2.post(one["token_url"], data=form, auth=(one["client_id"], one["client_secret"]))


def test_a_fault_reaches_the_sandbox_from_another_process_and_ends_again(
    sandbox: Sandbox, fresh: Installation
) -> None:
    def token(vendor: str) -> int:
        return _token(sandbox.sis(vendor)).status_code

    where = ("sandbox", "fault", "--info", str(sandbox.path), "--vendor", "generic")
    fresh.ok(*where, "outage", "--count", "2")
    assert [token("generic") for _ in range(3)] == [503, 503, 200]
    fresh.ok(*where, "outage", "--for", "60")
    assert token("generic") == 503
    assert token("skyward-sms") != 503
    fresh.ok(*where, "--off")
    assert token("generic") == 200


def test_the_state_of_a_sis_is_counted_from_another_process(sandbox: Sandbox, fresh: Installation) -> None:
    state = fresh.ok("sandbox", "sis-state", "--info", str(sandbox.path), "--vendor", "skyward-sms", "--json").data
    assert state.keys() >= {"line_items", "results", "duplicates", "writes"}
    assert state["duplicates"] == 0
    assert state["writes"] == dict.fromkeys(
        ("put_line_item", "put_result", "delete_result", "delete_line_item"), 0
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("fault", "--vendor", "generic", "no-such-fault"),
        ("fault", "--vendor", "no-such-sis", "outage"),
        ("fault", "--vendor", "generic"),
        ("sis-state", "--vendor", "no-such-sis"),
    ],
)
def test_a_wrong_name_is_wrong_usage(sandbox: Sandbox, fresh: Installation, arguments: tuple[str, ...]) -> None:
    answer = fresh.run("sandbox", arguments[0], "--info", str(sandbox.path), *arguments[1:])
    assert answer.code == 2, answer.err


def test_a_sandbox_that_is_gone_is_said_to_be_gone(fresh: Installation) -> None:
    path = fresh.home / "info.json"
    with fresh.started("sandbox", "up", "--vendor", "generic@1.1", "--students", "50", "--info", str(path)) as it:
        wait_for(path, it)
        it.terminate()
        assert it.wait(timeout=30) == 0
    answer = fresh.run("sandbox", "sis-state", "--info", str(path), "--vendor", "generic")
    assert answer.code == 1
    assert "does not answer" in answer.err
    assert "Traceback" not in answer.err


def test_every_fault_is_listed_with_what_it_does_the_lost_write_first(fresh: Installation) -> None:
    listed = fresh.ok("sandbox", "faults", "--json").data
    assert [one["name"] for one in listed] == [fault.name for fault in sis.FAULTS]
    assert listed[0]["name"] == "drop-write"
    assert all(one["does"] for one in listed)


def test_the_ports_follow_the_one_that_is_named(fresh: Installation) -> None:
    path = fresh.home / "info.json"
    port = free_port(run=5)
    arguments = ("--vendor", "generic", "--students", "50", "--port", str(port), "--info", str(path))
    with fresh.started("sandbox", "up", *arguments) as process:
        wait_for(path, process)
        info = Sandbox(path).info
    assert info["classroom"]["base_url"] == f"http://127.0.0.1:{port}"
    assert [one["base_url"].split("/")[2] for one in info["sis"]] == [
        f"127.0.0.1:{port + 1}",
        f"127.0.0.1:{port + 3}",
    ]


def test_a_port_that_is_taken_is_said_in_a_sentence(fresh: Installation) -> None:
    first = free_port(run=4)
    with socket.create_server(("127.0.0.1", first + 1)):
        answer = fresh.run("sandbox", "up", "--vendor", "generic@1.2", "--students", "50", "--port", str(first))
    assert answer.code == 2
    assert f"One of the ports {first} to {first + 2} cannot be listened on: Address already in use." in answer.err
    assert "Traceback" not in answer.err
