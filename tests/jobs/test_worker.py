import os
import random
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from classbridge.jobs.client import JobsClient, State
from classbridge.jobs.engine import JobsError
from classbridge.jobs.worker import WorkerProcess, inline_worker, run
from classbridge.settings import Settings
from tests.jobs.conftest import SAMPLE, wait_for, wait_for_end
from tests.jobs.sample import effects


def is_running(pid: int) -> bool:
    try:
        # A dead child of ours stays as a zombie until it is waited for.
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def start(client: JobsClient, workflow: str, *args: str | int) -> str:
    run_id = secrets.token_hex(8)
    client.enqueue(workflow, run_id, args, partition="district/sis")
    return run_id


def test_a_job_from_this_process_runs_in_the_worker_process_which_ends_with_its_owner(
    settings: Settings, client: JobsClient
) -> None:
    with WorkerProcess(settings, [SAMPLE]) as worker:
        status = wait_for_end(client, start(client, "sample.where", "hej"))
        pid = worker.pid
        assert pid is not None
        assert status.result == {"greeting": "hej", "pid": pid}
        assert status.executor_id == "w1"
    assert not is_running(pid)
    assert client.workers() == set()


def kill_at_random(
    client: JobsClient, worker: WorkerProcess, settings: Settings, steps: int, kills: int, seed: int
) -> str:
    """Run a long workflow and kill its worker after random numbers of its steps."""
    random_ = random.Random(seed)
    run_id = start(client, "sample.steps", steps, 10)
    for number in range(1, kills + 1):
        point = steps * number // (kills + 1) - random_.randrange(steps // (kills + 2))
        wait_for(lambda point=point: len(effects(settings)) >= point)  # type: ignore[misc]
        pid = worker.pid
        assert pid is not None
        time.sleep(random_.random() * 0.01)
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda pid=pid: worker.pid not in (None, pid))  # type: ignore[misc]
    return run_id


def check_killed_run(settings: Settings, client: JobsClient, *, steps: int, kills: int, seed: int) -> None:
    with WorkerProcess(settings, [SAMPLE], first_backoff=0.01) as worker:
        run_id = kill_at_random(client, worker, settings, steps, kills, seed)
        status = wait_for_end(client, run_id)
    assert (status.state, status.result) == (State.SUCCEEDED, steps)
    done = Counter(effects(settings))
    assert set(done) == {f"{run_id} {number}" for number in range(steps)}
    assert done.total() - steps <= kills


def test_a_worker_killed_three_times_finishes_its_job_with_at_most_one_step_repeated_per_kill(
    settings: Settings, client: JobsClient
) -> None:
    check_killed_run(settings, client, steps=60, kills=3, seed=7)


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(10))
def test_a_worker_killed_ten_times_at_random_finishes_its_job(
    settings: Settings, client: JobsClient, seed: int
) -> None:
    check_killed_run(settings, client, steps=300, kills=10, seed=seed)


def test_the_job_of_a_dead_worker_is_adopted_by_another_one_and_keeps_its_lane_and_deduplication(
    settings: Settings, client: JobsClient
) -> None:
    worker = WorkerProcess(msgspec.structs.replace(settings, executor_id="lost"), [SAMPLE], first_backoff=60)
    with worker:
        run_id = secrets.token_hex(8)
        client.enqueue("sample.held", run_id, ("x",), partition="district/sis", dedup_id="export/1")
        wait_for(lambda: bool(effects(settings)))
        pid = worker.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        with inline_worker(settings, [SAMPLE], dead_after=1.0) as engine:
            wait_for(lambda: len(effects(settings)) == 2)
            again = client.enqueue("sample.held", "2", ("x",), partition="district/sis", dedup_id="export/1")
            (settings.data_dir / "go").touch()
            status = wait_for_end(client, run_id)
    assert (again.run_id, again.joined) == (run_id, True)
    assert (status.state, status.executor_id) == (State.SUCCEEDED, engine.executor_id)


def test_the_job_of_a_living_worker_is_left_to_it(settings: Settings, client: JobsClient) -> None:
    with WorkerProcess(msgspec.structs.replace(settings, executor_id="busy"), [SAMPLE]):
        run_id = start(client, "sample.held", "x")
        wait_for(lambda: bool(effects(settings)))
        with inline_worker(settings, [SAMPLE], dead_after=8.0):
            time.sleep(1.5)
            (settings.data_dir / "go").touch()
            assert wait_for_end(client, run_id).executor_id == "busy"
    assert len(effects(settings)) == 2


OWNER = """
import sys, msgspec
from classbridge.jobs.worker import WorkerProcess
from classbridge.settings import Settings
from pathlib import Path
worker = WorkerProcess(Settings(data_dir=Path(sys.argv[1])), ["tests.jobs.sample"])
worker.start()
print(worker.pid, flush=True)
sys.stdin.read()
"""


def test_no_worker_is_left_when_its_owner_is_killed(sqlite: Settings) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(sqlite.data_dir)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with owner:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        wait_for(lambda: (sqlite.data_dir / "worker-local.lock").exists())
        assert is_running(pid)
        owner.kill()
    wait_for(lambda: not is_running(pid), 15)


def test_a_worker_ends_on_sigterm_and_its_job_goes_on_in_the_next_one(sqlite: Settings) -> None:
    client = JobsClient(sqlite)
    with WorkerProcess(sqlite, [SAMPLE], first_backoff=0.01) as worker:
        run_id = start(client, "sample.steps", 40, 20)
        wait_for(lambda: len(effects(sqlite)) >= 5)
        first = worker.pid
        assert first is not None
        os.kill(first, signal.SIGTERM)
        status = wait_for_end(client, run_id)
        assert worker.pid != first
    client.close()
    assert status.state is State.SUCCEEDED
    assert max(Counter(effects(sqlite)).values()) == 1


def test_two_workers_of_one_name_are_refused(sqlite: Settings) -> None:
    client = JobsClient(sqlite)
    at_once = threading.Event()
    at_once.set()
    with WorkerProcess(sqlite, [SAMPLE]):
        wait_for(lambda: client.workers() == {"w1"})
        with pytest.raises(JobsError, match="CLASSBRIDGE_EXECUTOR_ID"):
            run(sqlite, [], at_once)
    client.close()
