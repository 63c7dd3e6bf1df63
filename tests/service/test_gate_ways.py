"""The gate on every way in: the page, where the button is grey too, REST and the command line (A3, A8, A16)."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from classbridge.bridge.outcome import Code
from classbridge.sandbox.classroom.server import ClassroomServer
from classbridge.sandbox.district import District
from classbridge.service import connections, grades, rosters, runs
from classbridge.text.outcomes import explain
from classbridge.web.app import create_app
from tests.installation import Installation, installation, settings_for
from tests.service.conftest import STUDENTS
from tests.service.test_authorization import jar
from tests.service.test_gate import CLOSED, Close, open_again, unconfirmed

COMMAND = str(Path(sys.executable).parent / "classbridge")


@pytest.fixture(scope="module")
def made(
    tmp_path_factory: pytest.TempPathFactory, made_up: District, one_classroom: ClassroomServer
) -> Iterator[Installation]:
    one_classroom.reset()
    folder = tmp_path_factory.mktemp("gate")
    with installation(settings_for(folder), students=STUDENTS, classroom=one_classroom) as running:
        running.up_to("link")
        yield running


@pytest.fixture
def client(made: Installation) -> Iterator[TestClient[Litestar]]:
    with TestClient(create_app(made.ctx), raise_server_exceptions=False) as opened:
        opened.follow_redirects = False
        jar(opened, made.teacher.email)
        yield opened


def until_quiet(made: Installation) -> None:
    """Wait for what a page has begun to read."""
    for run in runs.page(made.ctx, made.admin).items:
        if run.may_cancel:
            made.wait(run.id)


@pytest.fixture(params=CLOSED, ids=lambda close: str(close.__name__))
def closed(request: pytest.FixtureRequest, made: Installation) -> Iterator[tuple[Close, Code]]:
    """The functions closed in each way; afterwards they are open again."""
    close: Close = request.param
    close(made)
    yield close, CLOSED[close]
    open_again(made)
    if close is unconfirmed:
        confirm_again(made)


def confirm_again(made: Installation) -> None:
    one = connections.home(made.ctx, made.admin).connections[0].id
    connections.confirm_data(made.ctx, made.admin, one, connections.KINDS)


def test_pages_grey_the_function_with_the_reason_and_refuse_it_when_asked_all_the_same(
    made: Installation, client: TestClient[Litestar], closed: tuple[Close, Code]
) -> None:
    close, code = closed
    base = f"/classes/{made.course_id}"
    params = {"kind": "grades"} if code is Code.DATA_EXCHANGE_OFF else {}
    words = explain(code, params, "en")
    client.get(base + "/grades")
    until_quiet(made)
    page = client.get(base + "/grades").text
    assert "disabled>" in page
    assert words.happened in page
    assert f'action="{base}/grades"' not in page
    assert "disabled" in client.get(base + "/roster").text
    if close is not unconfirmed:
        listed = client.get("/classes").text
        assert words.happened in listed
        assert "disabled>" in listed
        assert "disabled>" in client.get(base + "/link").text
    token = client.cookies["csrftoken"]
    answer = client.post(base + "/grades", data={"_csrf_token": token})
    assert answer.status_code in (403, 409)
    assert all(text in answer.text for text in (words.happened, words.meaning, words.fix))
    assert words.owner.replace("your", "Your") in answer.text


def test_rest_refuses_with_the_code_the_fix_and_whom_to_ask(
    made: Installation, client: TestClient[Litestar], closed: tuple[Close, Code]
) -> None:
    base, head = f"/api/v1/classes/{made.course_id}", {"x-csrftoken": client.cookies["csrftoken"]}
    for path, sent in (
        ("import-previews", {"kinds": ["students"]}),
        ("export-previews", {"course_work_ids": None}),
    ):
        answer = client.post(f"{base}/{path}", json=sent, headers=head)
        body = answer.json()
        assert (answer.status_code in (403, 409), body["code"]) == (True, closed[1])
        assert all((body["title"], body["detail"], body["fix"]))
        assert body["owner"] == "your IT administrator"
    assert client.get(f"{base}/grades").json()["blocked"]["code"] == closed[1]


def test_the_command_line_refuses_and_says_what_to_do(made: Installation, closed: tuple[Close, Code]) -> None:
    for command in ("import", "export"):
        code, data = run(made, command, made.course_id, "--as", made.teacher.email, "--yes", "--json")
        assert (code, data["classes"][0]["error"]["code"]) == (1, closed[1]), data
        assert data["classes"][0]["error"]["fix"]


def run(made: Installation, *arguments: str) -> tuple[int, Any]:
    """Run a command beside the installation; its exit code and its JSON."""
    environment = {
        **os.environ,
        "CLASSBRIDGE_DATA_DIR": str(made.settings.data_dir),
        "CLASSBRIDGE_ALLOWED_HOSTS": ",".join(made.settings.allowed_hosts),
    }
    done = subprocess.run([COMMAND, *arguments], env=environment, capture_output=True, text=True, timeout=60)
    return done.returncode, json.loads(done.stdout)


def test_open_again_everything_is_as_before(made: Installation, client: TestClient[Litestar]) -> None:
    page = client.get(f"/classes/{made.course_id}/grades").text
    assert f'action="/classes/{made.course_id}/grades"' in page
    made.wait(grades.preview(made.ctx, made.teacher, made.course_id))
    assert [one.closed for one in rosters.offered(made.ctx, made.teacher, made.course_id)] == [None] * 4
