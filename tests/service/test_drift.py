"""A grade that someone changed in the SIS is seen, shown, and left alone until a person or the policy says so."""

from decimal import Decimal

import pytest

from classbridge.bridge.decision import DriftPolicy
from classbridge.oneroster.models import Result
from classbridge.sandbox.sis.state import Grade
from classbridge.service import grades
from classbridge.service.errors import RefusedError
from classbridge.service.export_answers import Differing, ExportAnswers
from classbridge.service.grades import ExportChoices
from classbridge.service.views import ExportDetails, GradesPage
from tests.service.conftest import Gradebook, lines, sis_state

OTHER = Decimal("1.5")


@pytest.fixture
def drifted(essay: Gradebook) -> Grade:
    """One grade, changed in the SIS after it was exported."""
    essay.export()
    one = next(grade for grade in essay.held() if grade.score is not None and grade.score != OTHER)
    with essay.made.stage.sis.control() as control:
        control.change_score(one.result_id, OTHER)
    return one


def score_now(book: Gradebook, one: Grade) -> Decimal | None:
    return next(grade.score for grade in book.held() if grade.result_id == one.result_id)


def test_it_is_shown_with_both_values_and_not_overwritten(essay: Gradebook, drifted: Grade) -> None:
    preview = essay.preview()
    (line,) = lines(preview, "drifted")
    assert (line.classroom, line.sis, preview.to_send) == (drifted.score, OTHER, 0)
    assert line.said is not None
    assert line.said.code == "DRIFTED_HELD"
    done = essay.export()
    assert (done.sent, done.skipped, done.failed) == (0, 1 + preview_skips(preview.counts), 0)
    assert score_now(essay, drifted) == OTHER


def preview_skips(counts: dict[str, int]) -> int:
    return counts["skipped"] + counts["held"]


def test_it_is_overwritten_when_the_person_says_so(essay: Gradebook, drifted: Grade) -> None:
    done = essay.export(overwrite=True)
    assert (done.sent, done.verified) == (1, 1)
    assert score_now(essay, drifted) == drifted.score


def test_an_export_without_a_person_skips_it_and_says_so(essay: Gradebook, drifted: Grade) -> None:
    done = essay.export(attended=False)
    assert done.sent == 0
    assert "DRIFTED_SKIPPED" in {line.said.code for line in lines(done, "drifted") if line.said}
    assert score_now(essay, drifted) == OTHER


def test_an_export_without_a_person_overwrites_it_where_the_policy_says_so(
    essay: Gradebook, drifted: Grade
) -> None:
    assert essay.export(attended=False, overwrite=True).verified == 1
    assert score_now(essay, drifted) == drifted.score


def test_a_policy_to_keep_leaves_it_for_good(essay: Gradebook, drifted: Grade) -> None:
    done = essay.export(keep=True)
    assert "DRIFTED_KEPT" in {line.said.code for line in lines(done, "skipped") if line.said}
    assert score_now(essay, drifted) == OTHER
    assert sis_state(essay.made)["writes"]["put_line_item"] == 1


def change(book: Gradebook, one: Grade, score: Decimal) -> None:
    """Change a grade as somebody does in the SIS."""
    with book.made.stage.sis.control() as control:
        control.change_score(one.result_id, score)


def said(book: Gradebook, user_id: str, answer: DriftPolicy) -> ExportAnswers:
    return ExportAnswers(differing=(Differing(course_work_id=book.id, user_id=user_id, answer=answer),))


def page(book: Gradebook) -> GradesPage:
    return grades.page(book.made.ctx, book.made.teacher, book.made.course_id)


def exported(book: Gradebook, preview: str, **choices: object) -> ExportDetails:
    """Export what an earlier preview showed."""
    run_id = grades.export(book.made.ctx, book.made.teacher, preview, ExportChoices(**choices))  # type: ignore[arg-type]
    book.made.wait(run_id)
    return grades.details(book.made.ctx, book.made.teacher, run_id)


@pytest.mark.exhaustive
def test_a_value_that_a_person_keeps_stands_until_it_or_classrooms_grade_changes(
    essay: Gradebook, drifted: Grade
) -> None:
    one, other = drifted, next(g for g in essay.held() if g.score and g.result_id != drifted.result_id)
    change(essay, other, OTHER)
    preview = essay.preview()
    by_email = {
        essay.made.stage.classroom.state.accounts[x.user_id].email.casefold(): x for x in lines(preview, "drifted")
    }
    mine, theirs = by_email[(one.student_email or "").casefold()], by_email[(other.student_email or "").casefold()]
    assert mine.may_answer
    assert (page(essay).differing, page(essay).differing_in) == (2, (essay.id,))
    answers = ExportAnswers(
        differing=(
            *said(essay, mine.user_id, DriftPolicy.KEEP).differing,
            *said(essay, theirs.user_id, DriftPolicy.OVERWRITE).differing,
        )
    )
    done = essay.export(answers=answers)
    assert (done.verified, score_now(essay, one), score_now(essay, other)) == (1, OTHER, other.score)
    assert "DRIFTED_KEPT" in {line.said.code for line in lines(done, "skipped") if line.said}

    preview = essay.preview()
    assert (preview.counts["drifted"], preview.counts["kept"], page(essay).differing) == (0, 1, 0)
    assert lines(preview, "kept")[0].user_id == mine.user_id
    assert essay.export(overwrite=True).sent == 0
    assert score_now(essay, one) == OTHER

    change(essay, one, OTHER + 1)
    assert (essay.preview().counts["drifted"], essay.preview().counts["kept"]) == (1, 0)
    essay.export(keep=True)
    assert essay.preview().counts["kept"] == 1
    essay.grade(one.student_email or "", 33)
    assert (essay.preview().counts["drifted"], page(essay).differing) == (1, 1)
    essay.export(keep=True)
    essay.export(answers=said(essay, mine.user_id, DriftPolicy.ASK))
    assert essay.preview().counts["drifted"] == 1
    essay.export(keep=True)
    assert essay.export(answers=said(essay, mine.user_id, DriftPolicy.OVERWRITE)).verified == 1
    assert score_now(essay, one) == Decimal(33)


def test_only_the_value_that_the_preview_showed_is_overwritten_and_only_once(
    essay: Gradebook, drifted: Grade
) -> None:
    shown = essay.previewing()
    change(essay, drifted, OTHER + 1)
    done = exported(essay, shown, overwrite=True)
    assert done.sent == 0
    assert "DRIFTED_HELD" in {line.said.code for line in lines(done, "held") if line.said}
    assert score_now(essay, drifted) == OTHER + 1

    shown = essay.previewing()
    assert exported(essay, shown, overwrite=True).verified == 1
    change(essay, drifted, OTHER)
    before = sis_state(essay.made)["writes"]
    again = exported(essay, shown, overwrite=True)
    assert (again.sent, score_now(essay, drifted)) == (0, OTHER)
    assert sis_state(essay.made)["writes"] == before
    with pytest.raises(RefusedError) as refused:
        exported(essay, shown, answers=said(essay, "nobody", DriftPolicy.OVERWRITE))
    assert (refused.value.said.code, refused.value.status) == ("PREVIEW_OUTDATED", 409)


def test_several_grades_of_a_student_are_listed_and_never_chosen_among(essay: Gradebook, drifted: Grade) -> None:
    source = essay.made.stage.sis.source
    ours = source.record("result", drifted.result_id)
    assert isinstance(ours, Result)
    source.delete("result", drifted.result_id)
    for number in (1, 2):
        ours.sourced_id, ours.score = f"by-hand-{number}", Decimal(number)
        source.put(ours)
    (line,) = [one for one in lines(essay.preview(), "held") if one.said and one.said.code == "RESULT_AMBIGUOUS"]
    assert (sorted(line.several), line.may_answer) == (["1", "2"], False)
    assert essay.export(overwrite=True).sent == 0
