import re

from litestar import Litestar
from litestar.testing import TestClient

from classbridge.jobs import heartbeat
from classbridge.jobs.database import open_database
from classbridge.service.context import Context
from classbridge.settings import Settings


def test_a_living_process_says_so(client: TestClient[Litestar]) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


def test_without_a_worker_the_installation_is_not_ready(client: TestClient[Litestar]) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"database": True, "worker": False})


def test_with_a_worker_it_is(client: TestClient[Litestar], settings: Settings) -> None:
    jobs = open_database(settings.jobs_url)
    heartbeat.beat(jobs, "w1")
    try:
        answer = client.get("/readyz")
        figures = client.get("/metrics").text
    finally:
        heartbeat.leave(jobs, "w1")
        jobs.dispose()
    assert (answer.status_code, answer.json()) == (200, {"database": True, "worker": True})
    assert 'classbridge_up{part="worker"} 1' in figures


def test_the_figures_are_prometheus_text_and_name_no_district(client: TestClient[Litestar], ctx: Context) -> None:
    client.get("/nowhere")
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    for line in answer.text.splitlines():
        assert re.fullmatch(r'# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"\})? \d+(\.\d+)?', line), line
    assert re.search(r'classbridge_http_responses_total\{status="4xx"\} [1-9]', answer.text)
    assert "district" not in answer.text
    assert "d1" not in answer.text
