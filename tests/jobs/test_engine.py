import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from classbridge.jobs.client import Enqueued, JobsClient, State
from classbridge.jobs.database import open_database, schema_of
from classbridge.jobs.engine import Engine, JobsError, current
from classbridge.jobs.worker import inline_worker
from classbridge.settings import Settings
from tests.jobs.conftest import SAMPLE, wait_for, wait_for_end
from tests.jobs.sample import effects


def new_id() -> str:
    return secrets.token_hex(8)


def start(client: JobsClient, workflow: str, *args: str | int, **options: object) -> str:
    run_id = new_id()
    partition = str(options.pop("partition", "district/sis"))
    enqueued = client.enqueue(workflow, run_id, args, partition=partition, **options)  # type: ignore[arg-type]
    assert enqueued == Enqueued(run_id, joined=False)
    return run_id


def is_state(client: JobsClient, run_id: str, state: State) -> bool:
    status = client.status(run_id)
    return status is not None and status.state is state


def test_a_job_runs_and_its_result_can_be_read(settings: Settings, client: JobsClient) -> None:
    with inline_worker(settings, [SAMPLE]):
        run_id = start(client, "sample.steps", 3, 0)
        status = wait_for_end(client, run_id)
    assert (status.state, status.result) == (State.SUCCEEDED, 3)
    assert effects(settings) == [f"{run_id} {number}" for number in range(3)]


def test_a_job_waits_for_a_worker_and_an_unknown_one_has_no_status(settings: Settings, client: JobsClient) -> None:
    run_id = start(client, "sample.steps", 1, 0)
    assert is_state(client, run_id, State.QUEUED)
    assert client.status("nobody") is None


def test_a_second_request_joins_the_job_under_way_and_a_finished_one_does_not_count(
    settings: Settings, client: JobsClient
) -> None:
    first = start(client, "sample.held", "a", dedup_id="export/1")
    queued = client.enqueue("sample.held", new_id(), ("b",), partition="district/sis", dedup_id="export/1")
    with inline_worker(settings, [SAMPLE]):
        wait_for(lambda: effects(settings) == [f"{first} holds"])
        running = client.enqueue("sample.held", new_id(), ("b",), partition="district/sis", dedup_id="export/1")
        (settings.data_dir / "go").touch()
        wait_for_end(client, first)
        third = start(client, "sample.held", "c", dedup_id="export/1")
        wait_for_end(client, third)
    assert queued == running == Enqueued(first, joined=True)
    assert not [line for line in effects(settings) if line.endswith("after b")]


def test_enqueuing_the_same_run_twice_runs_it_once(settings: Settings, client: JobsClient) -> None:
    run_id = start(client, "sample.steps", 1, 0)
    client.enqueue("sample.steps", run_id, (1, 0), partition="district/sis")
    with inline_worker(settings, [SAMPLE]):
        wait_for_end(client, run_id)
    assert effects(settings) == [f"{run_id} 0"]


def test_a_connection_runs_one_job_at_a_time_and_others_do_not_wait(
    settings: Settings, client: JobsClient
) -> None:
    with inline_worker(settings, [SAMPLE]):
        mine = [start(client, "sample.held", "n", partition="d/one") for _ in range(3)]
        other = start(client, "sample.held", "w", partition="d/other")
        wait_for(lambda: len(effects(settings)) >= 2)
        time.sleep(0.6)
        holding = [line.split()[0] for line in effects(settings)]
        (settings.data_dir / "go").touch()
        for run_id in (*mine, other):
            wait_for_end(client, run_id)
    assert len([run_id for run_id in mine if run_id in holding]) == 1
    assert other in holding


def test_a_cancelled_job_ends_before_its_next_step(settings: Settings, client: JobsClient) -> None:
    with inline_worker(settings, [SAMPLE]):
        run_id = start(client, "sample.held", "x", dedup_id="export/2")
        wait_for(lambda: bool(effects(settings)))
        queued = start(client, "sample.held", "y")
        for cancelled in (run_id, queued):
            client.cancel(cancelled)
        (settings.data_dir / "go").touch()
        assert wait_for_end(client, run_id).state is State.CANCELLED
        next_run = start(client, "sample.steps", 1, 0, dedup_id="export/2")
        assert wait_for_end(client, next_run).state is State.SUCCEEDED
    assert effects(settings) == [f"{run_id} holds", f"{next_run} 0"]


def test_a_parked_job_goes_on_by_itself_when_its_time_is_over(settings: Settings, client: JobsClient) -> None:
    with inline_worker(settings, [SAMPLE]):
        run_id = start(client, "sample.parked", 1)
        status = wait_for_end(client, run_id)
    assert (status.state, status.result) == (State.SUCCEEDED, False)
    assert effects(settings) == [f"{run_id} before", f"{run_id} after"]


def test_a_parked_job_goes_on_when_woken(settings: Settings, client: JobsClient) -> None:
    with inline_worker(settings, [SAMPLE]):
        run_id = start(client, "sample.parked", 600)
        wait_for(lambda: bool(effects(settings)))
        time.sleep(0.1)
        client.wake(run_id)
        status = wait_for_end(client, run_id)
    assert (status.state, status.result) == (State.SUCCEEDED, True)


def test_a_parked_job_can_be_cancelled(settings: Settings, client: JobsClient) -> None:
    with inline_worker(settings, [SAMPLE]) as engine:
        run_id = start(client, "sample.parked", 600)
        wait_for(lambda: bool(effects(settings)))
        client.cancel(run_id)
        wait_for(lambda: not engine._dbos._active_workflows_set.activeList(), 5)
    assert effects(settings) == [f"{run_id} before"]


def test_a_parked_job_does_not_delay_the_end_of_the_worker_and_goes_on_in_the_next_one(
    settings: Settings, client: JobsClient
) -> None:
    with inline_worker(settings, [SAMPLE]):
        run_id = start(client, "sample.parked", 2)
        wait_for(lambda: bool(effects(settings)))
        leaving = time.monotonic()
    assert time.monotonic() - leaving < 1.2
    assert is_state(client, run_id, State.RUNNING)
    with inline_worker(settings, [SAMPLE]):
        assert wait_for_end(client, run_id).state is State.SUCCEEDED
    assert effects(settings) == [f"{run_id} before", f"{run_id} after"]


def test_a_job_outlasts_an_outage_of_its_sis(settings: Settings, client: JobsClient) -> None:
    with inline_worker(msgspec.structs.replace(settings, sis_pauses=(0.1,)), [SAMPLE]):
        run_id = start(client, "sample.outage", new_id())
        wait_for(lambda: len(effects(settings)) >= 2)
        assert is_state(client, run_id, State.RUNNING)
        (settings.data_dir / "up").touch()
        assert wait_for_end(client, run_id).result == "answered"


def test_a_declared_error_is_the_same_when_it_comes_from_the_record(
    settings: Settings, client: JobsClient
) -> None:
    with inline_worker(settings, [SAMPLE]) as engine:
        run_id = start(client, "sample.refused")
        wait_for(lambda: "refused" in effects(settings) and len(effects(settings)) == 2)
        engine.stopping.set()
        (settings.data_dir / "go").touch()
    assert is_state(client, run_id, State.RUNNING)
    with inline_worker(settings, [SAMPLE]):
        status = wait_for_end(client, run_id)
    assert (status.state, status.result) == (State.SUCCEEDED, "bad-title")
    assert effects(settings).count("refused") == 1


def test_an_unforeseen_error_fails_the_job_and_keeps_its_text_out_of_tables_and_logs(
    settings: Settings,
    client: JobsClient,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with inline_worker(settings, [SAMPLE]):
        status = wait_for_end(client, start(client, "sample.leaking", "id-7"))
    assert (status.state, status.error) == (State.FAILED, "sample.leak: ValueError")
    printed = "".join(capsys.readouterr())
    assert "sample.py" in printed
    for text in (printed, caplog.text, *stored(settings)):
        assert "ÅSA" not in text
        assert "Traceback" not in text


def stored(settings: Settings) -> list[str]:
    """Every text in the engine's tables."""
    database = open_database(settings.jobs_url)
    metadata = sa.MetaData(schema=schema_of(database))
    metadata.reflect(database)
    with database.connect() as connection:
        texts = [
            str(value)
            for table in metadata.tables.values()
            for row in connection.execute(table.select())
            for value in row
        ]
    database.dispose()
    return texts


def test_the_tables_hold_readable_json_and_no_pickle(settings: Settings, client: JobsClient) -> None:
    with inline_worker(settings, [SAMPLE]):
        wait_for_end(client, start(client, "sample.where", "hej"))
    texts = stored(settings)
    assert '{"namedArgs":{},"positionalArgs":["hej"]}' in texts
    assert any(text.startswith('{"greeting":"hej","pid":') for text in texts)
    assert not [text for text in texts if text == "py_pickle" or text.startswith("gAS")]


def test_sqlite_files_are_in_wal_mode(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'new' / 'jobs.sqlite'}")
    with database.connect() as connection:
        pragmas = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "busy_timeout")
        ]
    database.dispose()
    assert pragmas == ["wal", 1, 30000]


def test_an_engine_without_tables_says_what_to_do(tmp_path: Path) -> None:
    engine = Engine(Settings(data_dir=tmp_path))
    with pytest.raises(JobsError, match="classbridge migrate"):
        engine.launch()
    with pytest.raises(JobsError, match="No job engine"):
        current()


def test_a_process_runs_one_engine_at_a_time(sqlite: Settings) -> None:
    with inline_worker(sqlite), pytest.raises(JobsError, match="already runs"):
        Engine(sqlite).launch()


def test_a_shut_down_engine_leaves_no_thread_and_no_sign_of_life(settings: Settings, client: JobsClient) -> None:
    before = set(threading.enumerate())
    with inline_worker(settings, [SAMPLE]) as engine:
        wait_for_end(client, start(client, "sample.steps", 2, 0))
        assert client.workers() == {engine.executor_id}
    wait_for(lambda: set(threading.enumerate()) <= before, 5)
    assert client.workers() == set()


def test_an_engine_shuts_down_although_its_database_is_gone(sqlite: Settings) -> None:
    before = set(threading.enumerate())
    with inline_worker(sqlite, [SAMPLE]):
        database = open_database(sqlite.jobs_url)
        with database.begin() as connection:
            connection.exec_driver_sql("DROP TABLE classbridge_heartbeat")
        database.dispose()
    wait_for(lambda: set(threading.enumerate()) <= before, 5)


def test_a_resource_is_made_once_per_launch_and_closed_at_shutdown(sqlite: Settings) -> None:
    seen: list[str] = []

    @contextmanager
    def make(given: Settings) -> Iterator[str]:
        seen.append("made")
        yield given.executor_id
        seen.append("closed")

    with inline_worker(sqlite) as engine:
        assert [engine.keep(make), engine.keep(make)] == ["w1", "w1"]
        assert seen == ["made"]
    assert seen == ["made", "closed"]


def test_a_schedule_starts_its_workflow_by_itself(sqlite: Settings) -> None:
    (sqlite.data_dir / "ticking").touch()
    with inline_worker(sqlite, [SAMPLE]):
        wait_for(lambda: "tick" in effects(sqlite), 5)


def test_ended_jobs_can_be_forgotten_and_others_are_kept(settings: Settings, client: JobsClient) -> None:
    waiting = client.enqueue("sample.steps", new_id(), (1, 0), partition="p", delay=600).run_id
    with inline_worker(settings, [SAMPLE]):
        done = start(client, "sample.steps", 1, 0)
        wait_for_end(client, done)
    hour = timedelta(hours=1)
    assert client.forget(datetime.now(UTC) - hour) == 0
    assert client.forget(datetime.now(UTC) + hour) >= 1
    assert client.status(done) is None
    assert is_state(client, waiting, State.QUEUED)


def test_enqueuing_takes_milliseconds(
    settings: Settings, client: JobsClient, record_property: Callable[[str, object], None]
) -> None:
    times = []
    for _ in range(20):
        began = time.perf_counter()
        start(client, "sample.steps", 1, 0)
        times.append(time.perf_counter() - began)
    print(f"enqueue, median: {sorted(times)[10] * 1000:.1f} ms")  # noqa: T201
    record_property("enqueue_ms", sorted(times)[10] * 1000)
