import time

from classbridge.jobs import heartbeat
from classbridge.jobs.database import open_database
from classbridge.settings import Settings


def test_a_worker_is_alive_while_its_last_beat_is_young(settings: Settings) -> None:
    database = open_database(settings.jobs_url)
    heartbeat.beat(database, "old")
    time.sleep(0.3)
    heartbeat.beat(database, "young")
    assert heartbeat.alive(database, 0.25) == {"young"}
    heartbeat.beat(database, "old")
    assert heartbeat.alive(database, 0.25) == {"young", "old"}
    heartbeat.leave(database, "young")
    assert heartbeat.alive(database, 60) == {"old"}
    database.dispose()
