"""rules.md 4: what an undo does about one grade, over everything that the SIS may hold by then."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from classbridge.bridge.equality import Value
from classbridge.bridge.gradebook import GradebookRules
from classbridge.bridge.outcome import Code
from classbridge.bridge.undo import Done, Exported, UndoLine, UndoStep, judge, plan_undo, to_put
from classbridge.bridge.unread import Unread
from classbridge.oneroster.models import Result
from tests.bridge.builders import SECTION, line_item, result

PUT, DELETE, STAY = UndoStep.PUT, UndoStep.DELETE, UndoStep.STAY
RULES = GradebookRules()


def held(score: int | None, *, comment: str | None = None, sourced_id: str = "r1") -> Result:
    return replace(result(sourced_id, "li", "st1", score), comment=comment)


def done(
    left: int | None, before: Result | None = None, *, created: bool = True, found: str = "", student: str = "st1"
) -> Done:
    return Done(
        course_work_id="w1",
        class_sourced_id=SECTION,
        user_id="u1",
        student_sourced_id=student,
        line_item_sourced_id="li",
        sourced_id="r1",
        created=created,
        left=None if left is None else Value(Decimal(left)),
        found=found,
        held=before,
    )


def why(line: UndoLine) -> Code | None:
    return None if line.outcome is None else line.outcome.code


CHANGED, NOT_NEEDED, LEFTOVER = Code.UNDO_CHANGED_IN_SIS, Code.UNDO_NOT_NEEDED, Code.UNDO_LEFTOVER


@pytest.mark.parametrize(
    ("left", "before", "now", "step", "code"),
    [
        # a grade that was sent where there was none
        (80, None, 80, DELETE, None),
        (80, None, None, STAY, NOT_NEEDED),
        (80, None, 70, STAY, CHANGED),
        # a grade that was sent over an earlier one
        (80, 60, 80, PUT, None),
        (80, 60, 60, STAY, NOT_NEEDED),
        (80, 60, 70, STAY, CHANGED),
        (80, 60, None, STAY, CHANGED),
        # a grade that was taken back
        (None, 60, None, PUT, None),
        (None, 60, 60, STAY, NOT_NEEDED),
        (None, 60, 70, STAY, CHANGED),
    ],
)
def test_the_whole_table(
    left: int | None, before: int | None, now: int | None, step: UndoStep, code: Code
) -> None:
    earlier = None if before is None else held(before)
    line = judge(done(left, earlier), [] if now is None else [held(now)], RULES)
    assert (line.step, why(line)) == (step, code)


def test_what_stays_names_both_values() -> None:
    outcome = judge(done(80, held(60)), [held(70)], RULES).outcome
    assert outcome is not None
    assert outcome.params == {"sent": "80", "sis": "70"}


def test_a_value_that_was_read_back_otherwise_than_sent_is_what_the_export_left() -> None:
    assert judge(done(80, held(60), found="81"), [held(81)], RULES).step is PUT
    assert judge(done(80, held(60), found="–"), [], RULES).step is PUT
    assert why(judge(done(80, held(60), found="81"), [held(82)], RULES)) is CHANGED


def test_a_sis_that_cannot_delete_keeps_a_leftover_but_takes_an_earlier_grade_back() -> None:
    rules = GradebookRules(delete_results=False)
    assert why(judge(done(80), [held(80)], rules)) is LEFTOVER
    assert judge(done(80, held(60)), [held(80)], rules).step is PUT


def test_an_empty_place_is_made_empty_again_and_not_deleted() -> None:
    line = judge(done(80, held(None), created=False), [held(80)], RULES)
    assert line.step is PUT
    assert to_put(line, "li").score is None


def test_a_comment_that_was_written_since_is_not_lost() -> None:
    line = judge(done(80, held(60)), [held(80, comment="since")], RULES)
    assert (line.step, why(line)) == (STAY, Code.UNDO_COMMENTED)
    assert why(judge(done(80), [held(80, comment="since")], RULES)) is Code.UNDO_COMMENTED
    before = held(60, comment="by hand")
    assert judge(done(80, before), [held(80, comment="by hand")], RULES).step is PUT


def test_the_earlier_result_goes_back_as_it_was_under_the_id_that_the_sis_has_now() -> None:
    before = replace(held(60, comment="by hand"), metadata={"hue": "blue"})
    line = judge(done(80, before), [held(80, comment="by hand", sourced_id="r9")], RULES)
    put = to_put(line, "li2")
    assert (put.sourced_id, put.line_item.sourced_id) == ("r9", "li2")
    assert (put.score, put.comment, put.metadata) == (Decimal(60), "by hand", {"hue": "blue"})


def test_several_results_of_a_student_are_told_apart_by_id_or_left() -> None:
    ours, other = held(80), held(50, sourced_id="r2")
    assert judge(done(80), [other, ours], RULES).step is DELETE
    line = judge(done(80), [other, replace(other, sourced_id="r3")], RULES)
    assert (line.step, why(line)) == (STAY, Code.RESULT_AMBIGUOUS)


@pytest.mark.parametrize(("left", "before"), [(80, None), (80, 60), (None, 60)])
def test_what_cannot_be_read_is_left_as_it_is(left: int | None, before: int | None) -> None:
    earlier = None if before is None else held(before)
    line = judge(done(left, earlier), [], RULES, Unread(frozenset({("li", "st1")})))
    assert (line.step, why(line)) == (STAY, Code.RESULT_UNREADABLE)


def test_another_student_s_result_is_none_of_its_business() -> None:
    assert why(judge(done(80, student="st2"), [held(80)], RULES)) is NOT_NEEDED


def exported(one: Done, **facts: object) -> Exported:
    base = Exported(
        course_work_id="w1",
        class_sourced_id=SECTION,
        line_item_sourced_id="li",
        title="Quiz",
        there=True,
        done=(one,),
    )
    return replace(base, **facts)


def test_a_grade_that_a_later_export_changed_is_left() -> None:
    plan = plan_undo([exported(done(80), results=(held(80),), later=frozenset({"st1"}))], RULES)
    assert [(why(line), str(line.sis)) for line in plan.lines()] == [(Code.UNDO_LATER_EXPORT, "80")]
    assert plan.to_do() == 0


def test_a_line_item_that_the_export_deleted_is_put_again_for_its_grades() -> None:
    gone = exported(done(None, held(60)), there=False, removed=line_item("li"))
    (item,) = plan_undo([gone], RULES).items
    assert item.back == line_item("li")
    assert [line.step for line in item.lines] == [PUT]
    (still,) = plan_undo([replace(gone, there=True)], RULES).items
    assert still.back is None


def test_without_its_line_item_no_grade_goes_back() -> None:
    plan = plan_undo([exported(done(None, held(60)), there=False)], RULES)
    assert [(line.step, why(line)) for line in plan.lines()] == [(STAY, Code.LINE_ITEM_GONE)]


def test_the_same_facts_give_the_same_plan() -> None:
    facts = [exported(done(80, held(60)), results=(held(80),))]
    assert plan_undo(facts, RULES) == plan_undo(facts, RULES)
