import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from classbridge.jobs.access import classroom_of, sis_of
from classbridge.jobs.portal import portal
from classbridge.jobs.runtime import here
from classbridge.service import connections
from tests.installation import installation, settings_for


@contextmanager
def busy_loop() -> Iterator[None]:
    """The loop of the clients does not turn for a while."""
    held, released = threading.Event(), threading.Event()

    async def hold() -> None:
        held.set()
        released.wait(30)

    with ThreadPoolExecutor(1) as threads:
        threads.submit(portal.call, hold)
        held.wait(30)
        try:
            yield
        finally:
            released.set()


def test_opening_a_client_waits_for_no_turn_of_the_loop(tmp_path: Path) -> None:
    """Whoever opens one holds the lock on all; if the loop waited for that lock, both would wait for ever."""
    with installation(settings_for(tmp_path)) as made:
        made.up_to("connect")
        [connection] = connections.home(made.ctx, made.admin).connections
        district = here().district(made.admin.district_id)
        with ThreadPoolExecutor(2) as threads, busy_loop():
            classroom = threads.submit(classroom_of, here(), district, None)
            sis = threads.submit(sis_of, here(), district, connection.id)
            assert classroom.result(10).side
            assert sis.result(10).connection_id == connection.id
            other = threads.submit(classroom.result().seen_by, "somebody@riverbend.example")
            assert other.result(10) is not classroom.result().port
