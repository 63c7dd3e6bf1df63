"""Some grades refused, the rest arrives; what failed is named with the SIS's own words and can be sent again."""

from decimal import Decimal

from classbridge.service import grades
from classbridge.service.views import ExportDetails
from tests.service.conftest import Gradebook, lines, matched, sis_state

REFUSED = 3


def retry(book: Gradebook, run_id: str) -> ExportDetails:
    again = grades.retry(book.made.ctx, book.made.teacher, run_id)
    book.made.wait(again)
    return grades.details(book.made.ctx, book.made.teacher, again)


def test_refused_grades_are_named_and_only_they_are_sent_again(essay: Gradebook) -> None:
    with essay.made.stage.sis.control() as control:
        control.switch_on("refuse-student", count=REFUSED)
    done = essay.export()
    everyone = len(matched(essay))
    assert (done.verified, done.failed) == (everyone - REFUSED, REFUSED)
    failed = lines(done, "failed")
    assert {line.said.code for line in failed if line.said} == {"SCORE_REJECTED"}
    assert all(line.said and "refuse-student" in (line.said.sis_words or "") for line in failed)

    before = sis_state(essay.made)["writes"]
    again = retry(essay, done.run.id)
    after = sis_state(essay.made)["writes"]
    assert (again.verified, again.failed, again.unchanged) == (REFUSED, 0, 0)
    assert after == {**before, "put_result": before["put_result"] + REFUSED}
    assert {line.user_id for line in lines(again, "sent")} == {line.user_id for line in failed}
    assert {(g.student_email or "").casefold(): g.score for g in essay.held()} == matched(essay)


def test_a_write_that_the_sis_dropped_is_found_and_sent_again(essay: Gradebook) -> None:
    with essay.made.stage.sis.control() as control:
        control.switch_on("drop-write", count=1)
    done = essay.export()
    assert [line.said.code for line in lines(done, "failed") if line.said] == ["NOT_VERIFIED"]
    again = retry(essay, done.run.id)
    assert (again.verified, again.failed) == (1, 0)
    assert {(g.student_email or "").casefold(): g.score for g in essay.held()} == matched(essay)


def test_a_score_that_the_sis_changed_is_found_and_sent_again(essay: Gradebook) -> None:
    with essay.made.stage.sis.control() as control:
        control.switch_on("change-score", count=1, value=77.25)
    done = essay.export()
    (line,) = lines(done, "failed")
    assert line.said is not None
    assert line.said.params["found"] == "77.25"
    assert (retry(essay, done.run.id).verified, essay.export().sent) == (1, 0)
    assert Decimal("77.25") not in {grade.score for grade in essay.held()}
