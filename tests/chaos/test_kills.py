import random
import time

import pytest

from tests.chaos.school import School

GRADES = 500


def export_and_kill(school: School, kills: int, seed: int) -> None:
    """Export, kill the worker at random points of the way from the first grade to the last proof, and look."""
    dice = random.Random(seed)
    points = sorted(dice.randrange(2 * GRADES) for _ in range(kills))
    print(f"seed {seed}: killed when this much is done: {points}")  # noqa: T201
    with school.ready(GRADES) as ready:
        run_id = ready.made.start_export()
        for point in points:
            ready.until(run_id, done=point)
            time.sleep(dice.random() * 0.1)
            ready.kill()
        ready.until(run_id, "done", "failed", "held")
        ready.check_history(run_id)
        assert ready.in_sis() == ready.grades


def test_an_export_of_500_grades_survives_three_kills_of_its_worker(on_both: School) -> None:
    export_and_kill(on_both, kills=3, seed=11)


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(4))
def test_an_export_of_500_grades_survives_five_kills_of_its_worker(on_both: School, seed: int) -> None:
    export_and_kill(on_both, kills=5, seed=seed)
