import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from classbridge.jobs import access
from classbridge.jobs.access import classroom_of, sis_of
from classbridge.jobs.portal import portal
from classbridge.jobs.runtime import here
from classbridge.oneroster.client import Client
from classbridge.service import connections, tuning
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


def test_a_sis_is_asked_for_more_at_a_time_outside_of_school_hours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with installation(settings_for(tmp_path)) as made:
        made.up_to("connect")
        connection = connections.home(made.ctx, made.admin).connections[0].id
        tuning.save(made.ctx, made.admin, connection, {"concurrency": "1", "concurrency_off_peak": "3"})
        district = here().district(made.admin.district_id)

        def at(hour: int) -> Client:
            moment = datetime(2026, 11, 23, hour, 30, tzinfo=here().zone(district.id))
            monkeypatch.setattr(access, "now", lambda: moment)
            return sis_of(here(), district, connection).client

        opened = {hour: at(hour) for hour in (5, 6, 17, 18)}
        most = {hour: client.session.options.max_concurrency for hour, client in opened.items()}
    assert most == {5: 3, 6: 1, 17: 1, 18: 3}
    assert (opened[5], opened[6]) == (opened[18], opened[17])


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
