"""What the list of runs says of each, and how one ends whose job broke."""

import sqlite3
from contextlib import closing
from datetime import timedelta

from classbridge.jobs import breakage
from classbridge.service import classes, runs
from classbridge.store import runs as stored
from tests.installation import Installation
from tests.jobs.conftest import wait_for_end


def test_a_run_says_which_class_or_which_sis_it_was_about(linked: Installation) -> None:
    listed = runs.page(linked.ctx, linked.admin).items
    about = {run.kind: run.about for run in listed}
    assert about["sync"] == about["authorize"] == "Any OneRoster SIS"
    assert about["refresh"] == ""
    linked.start_export()
    preview = next(run for run in runs.page(linked.ctx, linked.admin).items if run.kind == "preview-export")
    assert preview.about.startswith("Biology 9")


def kept(made: Installation, run_id: str) -> stored.Run:
    with made.ctx.district(made.admin).read() as rows:
        return stored.get(rows, run_id)


def written(made: Installation, *, minutes_ago: int = 0) -> str:
    """A run that is written down, and whose job is not queued."""
    with made.ctx.district(made.admin).write() as rows:
        at = made.ctx.now() - timedelta(minutes=minutes_ago)
        return stored.create(rows, kind="export", at=at, request={}, side="sandbox", course_id=made.course_id).id


def test_runs_whose_job_is_over_or_was_never_queued_are_ended(linked: Installation) -> None:
    district_id, jobs = linked.admin.district_id, linked.ctx.jobs
    lost, fresh, over = written(linked, minutes_ago=20), written(linked), written(linked)
    jobs.enqueue("refresh", over, ("elsewhere", over), partition="elsewhere")
    wait_for_end(jobs, over)

    assert breakage.look(district_id) == 2

    assert {kept(linked, one).state for one in (lost, over)} == {"failed"}
    assert (kept(linked, lost).code, kept(linked, lost).params) == ("INTERNAL_ERROR", {"reference": lost})
    assert kept(linked, fresh).state == "queued"
    assert breakage.look(district_id) == 0


def test_a_run_that_cannot_even_be_taken_up_ends_visibly(linked: Installation) -> None:
    with closing(sqlite3.connect(linked.settings.data_dir / "app.sqlite")) as database:
        database.execute(
            "CREATE TRIGGER broken BEFORE UPDATE OF started_at ON run BEGIN SELECT RAISE(ABORT, 'broken'); END"
        )
    run_id = classes.refresh(linked.ctx, linked.teacher, linked.course_id)
    wait_for_end(linked.ctx.jobs, run_id)
    assert (kept(linked, run_id).state, kept(linked, run_id).code) == ("failed", "INTERNAL_ERROR")
