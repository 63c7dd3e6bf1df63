"""A write test whose worker is killed in the middle still deletes what it wrote (A2)."""

import pytest

from classbridge.service import connections, runs, write_test
from tests.chaos.school import School, wait_for


def writes(school: School) -> dict[str, int]:
    with school.made.stage.sis.control() as control:
        state = control.state()
    return {**state["writes"], "kept": state["line_items"] + state["results"]}


@pytest.mark.parametrize(
    "after",
    [
        "put_result",
        pytest.param("put_line_item", marks=pytest.mark.exhaustive),
        pytest.param("delete_result", marks=pytest.mark.exhaustive),
    ],
)
def test_a_write_test_killed_in_the_middle_leaves_nothing_in_the_gradebook(on_both: School, after: str) -> None:
    made = on_both.made
    one = connections.home(made.ctx, made.admin).connections[0].id
    with on_both.ready(1) as ready:
        before = writes(on_both)
        made.stage.sis.board.switch_on("slow", value=0.5)
        run_id = write_test.start(made.ctx, made.admin, one, made.stage.made_up.demo_sections[0])
        wait_for(lambda: writes(on_both)[after] > before[after] or None)
        assert runs.view(made.ctx, made.admin, run_id).state == "running"
        ready.kill()
        made.stage.sis.board.switch_off()
        wait_for(lambda: runs.view(made.ctx, made.admin, run_id).state in ("done", "failed") or None)
        found = writes(on_both)
        line = connections.view(made.ctx, made.admin, one).proof[-1]
    assert found["kept"] == before["kept"]
    assert (line.name, line.state, line.said.code if line.said else "") == ("write", "passed", "WRITE_TESTED")
