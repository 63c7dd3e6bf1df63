"""What a SIS is known to lose of a grade is said before the grade is sent (rule 5)."""

from classbridge.store import connections
from tests.service.conftest import Gradebook, lines, matched


def test_a_grade_that_the_sis_will_round_says_so_in_the_preview(essay: Gradebook) -> None:
    overrides = {"editions": {"1.2": {"gradebook": {"score_decimals": 0}}}}
    with essay.made.ctx.district(essay.made.admin).write() as rows:
        connections.save_overrides(rows, essay.connection_id, overrides)
    email = min(matched(essay))
    essay.grade(email, 7.5)
    (rounded,) = [line for line in lines(essay.preview(), "new") if str(line.classroom) == "7.5"]
    assert rounded.said is not None
    assert (rounded.said.code, rounded.said.params) == ("SCORE_ROUNDED", {"score": "7.5", "stored": "8"})
