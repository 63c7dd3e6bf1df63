import signal
import socket
import subprocess
import time

import httpx2
import pytest

from tests.cli.conftest import Installation
from tests.ports import free_port


def _up(url: str, process: subprocess.Popen[str]) -> dict[str, str]:
    deadline = time.monotonic() + 30
    while True:
        try:
            answer = httpx2.get(f"{url}/readyz")
        except httpx2.HTTPError:
            answer = None
        if answer is not None and answer.status_code == 200:
            found: dict[str, str] = answer.json()
            return found
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "the server did not become ready"
        time.sleep(0.1)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_served_installation_is_healthy_and_ends_in_order(fresh: Installation, number: signal.Signals) -> None:
    url = f"http://127.0.0.1:{(port := free_port())}"
    with fresh.started("serve", "--port", str(port)) as process:
        _up(url, process)
        assert httpx2.get(f"{url}/healthz").json() == {"status": "ok"}
        assert fresh.ok("doctor", "--json").data["ok"]
        process.send_signal(number)
        _, words = process.communicate(timeout=30)
    assert process.returncode == 0, words
    assert "Traceback" not in words
    with pytest.raises(httpx2.HTTPError):
        httpx2.get(f"{url}/healthz")
    after = fresh.run("doctor", "--json")
    assert [one["name"] for one in after.data["checks"] if not one["passed"]] == ["worker"]


@pytest.mark.parametrize("command", [("serve",), ("demo", "--vendor", "generic@1.2")])
def test_a_port_that_is_taken_is_said_before_anything_is_begun(
    fresh: Installation, command: tuple[str, ...]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = fresh.run(*command, "--port", str(port))
    assert answer.code == 2
    assert f"127.0.0.1:{port} cannot be listened on: Address already in use." in answer.err
    assert "Traceback" not in answer.err
    assert not (fresh.home / "data").exists()


def test_the_doctor_says_what_is_wrong_and_makes_nothing(fresh: Installation) -> None:
    answer = fresh.run("doctor", "--json")
    assert answer.code == 1
    found = {one["name"]: one for one in answer.data["checks"]}
    assert [name for name, one in found.items() if not one["passed"]] == ["database", "worker"]
    assert "classbridge migrate" in found["database"]["fix"]
    assert not (fresh.home / "data").exists()


def test_the_doctor_finds_a_key_that_others_can_read(fresh: Installation) -> None:
    fresh.ok("setup", "district", "North", "--time-zone", "UTC")
    key = fresh.home / "data" / "secret.key"
    key.chmod(0o644)
    text = fresh.run("doctor").out
    assert "FAIL  secret key" in text
    assert f"chmod 600 {key}" in text


def test_an_unknown_setting_is_wrong_usage_and_named(fresh: Installation) -> None:
    for command in ("migrate", "serve", "status"):
        answer = fresh.run(command, CLASSBRIDGE_DATABSE_URL="sqlite://")
        assert (answer.code, "databse_url" in answer.err) == (2, True)
    doctor = fresh.run("doctor", CLASSBRIDGE_DATABSE_URL="sqlite://")
    assert (doctor.code, "databse_url" in doctor.out) == (1, True)
