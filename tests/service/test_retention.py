"""The clean-up in a whole installation: what is too old goes by itself, and the work goes on."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from classbridge.jobs import retention
from classbridge.service import classes, grades, runs
from classbridge.store import accounts
from tests.installation import Installation
from tests.postgres import Cluster
from tests.service.conftest import Gradebook, Install
from tests.service.test_privacy import settle


def clean_up(made: Installation) -> int:
    """What the hourly job does; how many rows went."""
    gone = retention.clean(made.admin.district_id)
    assert retention.clean(made.admin.district_id) == 0
    while retention.forget_jobs():
        pass
    retention.finish()
    return gone


@pytest.mark.parametrize("database", [pytest.param("sqlite", marks=pytest.mark.exhaustive), "postgresql"])
def test_after_its_days_a_run_tells_no_more_of_anybody_and_a_new_export_sends_nothing_twice(
    install: Install, postgres: Cluster, database: str
) -> None:
    made = install(url=postgres.new_database() if database == "postgresql" else "")
    made.up_to("link")
    book = Gradebook(made, "Cell division essay")
    sent = book.export()
    settle(made)
    run_id = sent.run.id
    accounts.record_failure(made.ctx.database, "mallory@evil.example", made.ctx.now())
    assert clean_up(made) == 0
    assert made.ctx.jobs.status(run_id) is not None
    with time_machine.travel(datetime.now(UTC) + timedelta(days=401)):
        assert clean_up(made) > 0
    assert grades.details(made.ctx, made.teacher, run_id).assignments == ()
    kept = runs.view(made.ctx, made.admin, run_id)
    assert (kept.state, sum(kept.counts.values())) == (sent.run.state, sum(sent.run.counts.values()))
    assert made.ctx.jobs.status(run_id) is None
    long_ago = datetime(2001, 1, 1, tzinfo=UTC)
    assert accounts.count_failures(made.ctx.database, "mallory@evil.example", long_ago) == 0
    made.wait(classes.refresh(made.ctx, made.teacher, None))
    assert (book.export().sent, book.export().unchanged) == (0, sent.sent + sent.unchanged)
