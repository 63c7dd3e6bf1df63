"""The admin's overview: the last days in numbers, and what needs somebody, by who can act."""

from datetime import timedelta
from pathlib import Path

import pytest

from classbridge.bridge.policy import Role
from classbridge.cli.main_job import RunFailedError
from classbridge.service import connections, overview, setup
from classbridge.service.errors import RefusedError
from tests.service.conftest import Install


def test_what_was_done_is_counted_and_what_failed_names_who_can_act(install: Install) -> None:
    made = install()
    assert overview.view(made.ctx, made.admin).days == ()
    made.up_to("export")
    seen = overview.view(made.ctx, made.admin)
    assert len(seen.days) == overview.DAYS
    today = seen.days[-1]
    assert today.runs > 5
    assert today.records > 100
    assert today.failures == 0
    assert today.median is not None
    assert today.p95 is not None
    assert today.p95 >= today.median
    assert seen.problems == ()
    assert seen.last_sync is not None
    assert seen.last_sync.problems == 0

    connection_id = connections.home(made.ctx, made.admin).connections[0].id
    with made.stage.sis.control() as control:
        control.switch_on("server-error")
        with pytest.raises(RunFailedError):
            made.wait(connections.authorize(made.ctx, made.admin, connection_id), actor=made.admin)
        control.switch_off()
    [group] = overview.view(made.ctx, made.admin).problems
    assert group.owner == "admin"
    assert [run.kind for run in group.runs] == ["authorize"]
    made.wait(connections.authorize(made.ctx, made.admin, connection_id), actor=made.admin)
    assert overview.view(made.ctx, made.admin).problems == ()


def test_a_reading_tells_how_much_was_new(install: Install) -> None:
    made = install()
    made.up_to("connect")
    connection_id = connections.home(made.ctx, made.admin).connections[0].id
    made.wait(connections.sync(made.ctx, made.admin, connection_id), actor=made.admin)
    last = overview.view(made.ctx, made.admin).last_sync
    assert last is not None
    assert last.changed == 0, "nothing changed between the two readings"


def test_days_are_the_district_s_and_old_ones_are_left_out(install: Install) -> None:
    made = install()
    made.up_to("connect")
    later = made.ctx.now() + timedelta(days=overview.DAYS + 1)
    made.ctx.now = lambda: later
    assert overview.view(made.ctx, made.admin).days == ()


def test_it_is_for_those_who_manage(install: Install, tmp_path: Path) -> None:
    made = install()
    with pytest.raises(RefusedError):
        overview.view(made.ctx, made.teacher)
    auditor = "auditor@riverbend.example"
    setup.create_account(made.ctx, made.admin.district_id, email=auditor, name="Auditor", roles=(Role.AUDITOR,))
    assert overview.view(made.ctx, setup.actor_of(made.ctx, made.admin.district_id, auditor)).days == ()
