import random

import pytest

from classbridge.service import undo
from tests.chaos.school import Ready, School

GRADES = 250


def writes(ready: Ready) -> dict[str, int]:
    with ready.made.stage.sis.control() as control:
        found: dict[str, int] = control.state()["writes"]
    return found


@pytest.mark.exhaustive
def test_an_undo_survives_kills_of_its_worker_and_does_nothing_twice(on_sqlite: School) -> None:
    dice = random.Random(7)
    with on_sqlite.ready(GRADES) as ready:
        made = ready.made
        export_id = made.start_export()
        ready.until(export_id, "done")
        preview = undo.preview(made.ctx, made.teacher, export_id)
        ready.until(preview, "done")
        before = writes(ready)
        run_id = undo.undo(made.ctx, made.teacher, preview)
        assert undo.undo(made.ctx, made.teacher, preview) == run_id
        for point in sorted(dice.randrange(2 * GRADES) for _ in range(3)):
            ready.until(run_id, done=point)
            ready.kill()
        ready.until(run_id, "done", "failed", "held")
        details = undo.details(made.ctx, made.teacher, run_id)
        assert (details.undone, details.stayed, details.failed) == (GRADES, 0, 0)
        assert ready.in_sis() == {}
        assert writes(ready)["delete_result"] == before["delete_result"] + GRADES
        assert made.export().verified == GRADES
        assert ready.in_sis() == ready.grades


@pytest.mark.exhaustive
def test_an_outage_in_the_middle_of_an_undo_is_waited_for(on_sqlite: School) -> None:
    with on_sqlite.ready(GRADES) as ready:
        made = ready.made
        export_id = made.start_export()
        ready.until(export_id, "done")
        preview = undo.preview(made.ctx, made.teacher, export_id)
        ready.until(preview, "done")
        run_id = undo.undo(made.ctx, made.teacher, preview)
        ready.until(run_id, done=60)
        made.stage.sis.board.switch_on("outage")
        ready.until(run_id, "waiting")
        made.stage.sis.board.switch_off()
        ready.until(run_id, "done", "failed", "held")
        assert undo.details(made.ctx, made.teacher, run_id).undone == GRADES
        assert ready.in_sis() == {}
