"""Values of the SIS that a person let stand, and answers that are about what was shown only."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from classbridge.bridge.decision import DriftPolicy, Verdict
from classbridge.bridge.equality import Value
from classbridge.bridge.facts import Answers, Memory
from classbridge.bridge.gradebook import GradebookRules
from classbridge.bridge.guards import Volume
from classbridge.bridge.identity import line_item_id, result_id
from classbridge.bridge.outcome import Code
from classbridge.bridge.plan import ResultPlan
from classbridge.bridge.records import KnownResult
from classbridge.bridge.standing import LetStand, Stands
from classbridge.bridge.withdrawal import Claim, Evidence, plan_withdrawals
from classbridge.jobs.export_plans import ExportPlan
from tests.bridge.builders import COURSE, SECTION, SIDE, classroom, line_item, plan, result, section, submission

ITEM = line_item_id(SIDE, COURSE, "w1", SECTION)
MINE = result_id(ITEM, "st1")


def value(score: int | None) -> Value | None:
    return None if score is None else Value(Decimal(score))


def stands(sis: int | None, against: int | None) -> LetStand:
    return LetStand(line_item_sourced_id=ITEM, student_sourced_id="st1", sis=value(sis), classroom=value(against))


def known(class_id: str = SECTION) -> KnownResult:
    return KnownResult(
        course_work_id="w1",
        class_sourced_id=class_id,
        line_item_sourced_id=ITEM,
        student_sourced_id="st1",
        sourced_id=MINE,
        last_sent=value(70),
    )


def planned(
    sis: int | None, now: int | None, *said: LetStand, answers: Answers | None = None, ever_sent: bool = True
) -> ResultPlan:
    results = () if sis is None else (result(MINE, ITEM, "st1", sis),)
    memory = Memory(results=(known(),) if ever_sent else (), stands=said)
    one = section(items=(line_item(ITEM),), results=results)
    found = plan(classroom(submission("u1", now)), one, memory=memory, answers=answers or Answers(attended=True))
    return found.results()[0]


@pytest.mark.parametrize("sis", [60, None])
def test_a_kept_value_stands_while_both_sides_are_as_they_were(sis: int | None) -> None:
    found = planned(sis, 80, stands(sis, 80))
    assert (found.verdict, found.send, found.outcome and found.outcome.code) == (
        Verdict.KEPT,
        False,
        Code.DRIFTED_KEPT,
    )


@pytest.mark.parametrize(
    ("sis", "now", "kept", "against"), [(61, 80, 60, 80), (60, 81, 60, 80), (None, 80, 60, 80), (60, 80, 60, None)]
)
def test_a_value_or_a_grade_that_changed_since_is_asked_anew(
    sis: int | None, now: int, kept: int, against: int | None
) -> None:
    found = planned(sis, now, stands(kept, against))
    assert (found.verdict, found.outcome and found.outcome.code) == (Verdict.DRIFTED, Code.DRIFTED_HELD)


def test_what_a_person_kept_goes_before_a_policy_to_overwrite_but_not_before_their_next_answer() -> None:
    policy = Answers(policy=DriftPolicy.OVERWRITE)
    assert not planned(60, 80, stands(60, 80), answers=policy).send
    assert planned(60, 80, answers=policy).send
    assert planned(60, 80, stands(60, 80), answers=Answers(attended=True, overwrite={("w1", "st1"): "60"})).send


@pytest.mark.parametrize(("shown", "sent"), [("60", True), ("61", False), ("–", False)])
def test_only_the_value_that_was_shown_is_overwritten(shown: str, sent: bool) -> None:
    assert planned(60, 80, answers=Answers(attended=True, overwrite={("w1", "st1"): shown})).send is sent
    gone = planned(None, 80, answers=Answers(attended=True, overwrite={("w1", "st1"): shown}))
    assert gone.send is (shown == "–")


def test_a_grade_without_a_place_in_classroom_is_left_while_the_sis_holds_it() -> None:
    left = planned(60, None, stands(60, None))
    assert (left.verdict, left.outcome and left.outcome.code) == (Verdict.KEPT, Code.LEFT_AS_CHOSEN)
    for said in (stands(61, None), stands(60, 80)):
        waits = planned(60, None, said)
        assert (waits.verdict, waits.outcome and waits.outcome.code) == (Verdict.HELD, Code.WITHDRAWAL_WAITS)


def test_what_is_left_is_not_taken_back_and_counts_for_no_guard() -> None:
    def taken(*said: LetStand) -> tuple[int, list[Code]]:
        found = plan_withdrawals(
            [Claim(known(), Evidence.MOVED)],
            {MINE: result(MINE, ITEM, "st1", 70)},
            GradebookRules(),
            Volume(10, 0),
            stands=Stands(said),
            attended=True,
        )
        return len(found.delete), [one.outcome.code for one in found.kept]

    assert taken() == (1, [])
    assert taken(stands(70, None)) == (0, [Code.LEFT_AS_CHOSEN])
    assert taken(stands(71, None)) == (1, [])


def test_who_moved_has_the_value_of_the_earlier_section_shown_and_left() -> None:
    first = section("s1", frozenset(), (line_item(ITEM, class_id="s1"),), (result(MINE, ITEM, "st1", 70),))
    memory = Memory(results=(known("s1"),))
    there = section("s2", students=frozenset({"st1"}))
    held = plan(classroom(submission("u1", 80)), first, there, memory=memory).unplaced[0]
    assert (held.sis, held.verdict, held.sourced_id) == (value(70), Verdict.HELD, MINE)
    said = Memory(results=memory.results, stands=(stands(70, None),))
    left = plan(classroom(submission("u1", 80)), first, there, memory=said).unplaced[0]
    assert (left.verdict, left.outcome and left.outcome.code) == (Verdict.KEPT, Code.LEFT_AS_CHOSEN)


def test_a_plan_that_was_kept_before_there_were_answers_can_still_be_read() -> None:
    found = plan(classroom(submission("u1", 80)), section(items=(line_item("theirs"),)))
    newer = {"offers", "several", "sections"}

    def older(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: older(one) for name, one in value.items() if name not in newer}
        return [older(one) for one in value] if isinstance(value, list | tuple) else value

    read = msgspec.convert({"grades": older(msgspec.to_builtins(found))}, ExportPlan)
    assert (read.grades.items[0].results, read.moved.delete) == (found.items[0].results, ())
    assert (found.items[0].offers[0].sourced_id, read.grades.items[0].offers) == ("theirs", ())
