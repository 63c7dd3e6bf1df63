"""A preview that failed or was cancelled: what its page says, and making it anew."""

import html
from collections.abc import Iterator
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from classbridge.bridge.outcome import Code
from classbridge.service import runs
from classbridge.store import runs as kept
from classbridge.text.outcomes import explain
from classbridge.web.app import create_app
from tests.installation import PASSWORD, Installation


@pytest.fixture
def client(linked: Installation) -> Iterator[TestClient[Litestar]]:
    """The pages, to the class's teacher."""
    with TestClient(create_app(linked.ctx), raise_server_exceptions=False) as made:
        made.get("/signin")
        sent(made, "/signin", email=linked.teacher.email, password=PASSWORD, next="/")
        yield made


def sent(client: TestClient[Litestar], path: str, **fields: str) -> Any:
    """What a form answers."""
    return client.post(path, data={"_csrf_token": client.cookies["csrftoken"], **fields}, follow_redirects=False)


ASKED: dict[str, dict[str, object]] = {
    "preview-import": {"kinds": ["students"]},
    "preview-export": {"course_work": None},
    "preview-undo": {"run": "gone"},
}


def test_a_preview_that_was_cancelled_or_failed_says_so_and_can_be_made_again(
    linked: Installation, client: TestClient[Litestar]
) -> None:
    for kind, asked in ASKED.items():
        run_ids = lost(linked, kind, asked)
        for run_id, code in zip(run_ids, (Code.RUN_CANCELLED, Code.SIS_UNREACHABLE), strict=True):
            answer = client.get(f"/runs/{run_id}")
            assert answer.status_code == 200
            assert explain(code, {}).happened in html.unescape(answer.text)
            assert f'action="/runs/{run_id}/again"' in answer.text
        again = sent(client, f"/runs/{run_ids[0]}/again")
        assert again.status_code == (403 if kind == "preview-undo" else 303)
        if kind != "preview-undo":
            run = runs.view(linked.ctx, linked.teacher, again.headers["location"].rpartition("/")[2])
            assert (run.kind, run.course_id) == (kind, linked.course_id)


def lost(made: Installation, kind: str, asked: dict[str, object]) -> tuple[str, str]:
    """Two previews of a kind: one that was cancelled, and one that failed."""
    now = made.ctx.now()
    about: dict[str, Any] = {
        "side": "sandbox",
        "course_id": made.course_id,
        "requested_by": made.teacher.account_id,
    }
    with made.ctx.district(made.teacher).write() as rows:
        cancelled, failed = (kept.create(rows, kind=kind, at=now, request=asked, **about).id for _ in range(2))
        kept.finish(rows, failed, "failed", at=now, code="SIS_UNREACHABLE", params={})
    runs.cancel(made.ctx, made.teacher, cancelled)
    return cancelled, failed
