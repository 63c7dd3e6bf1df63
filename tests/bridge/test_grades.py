"""The plan of an export."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from classbridge.bridge.decision import DriftPolicy, Verdict
from classbridge.bridge.equality import Value
from classbridge.bridge.facts import Answers, Memory
from classbridge.bridge.gradebook import GradebookRules
from classbridge.bridge.identity import line_item_id, result_id
from classbridge.bridge.line_items import ItemAnswers, Step
from classbridge.bridge.outcome import Code
from classbridge.bridge.plan import GradePlan, to_result
from classbridge.bridge.records import ItemFacts, KnownLineItem, KnownResult
from classbridge.bridge.unread import Unread
from classbridge.oneroster.models import Result
from tests.bridge.builders import (
    COURSE,
    SECTION,
    SIDE,
    classroom,
    line_item,
    plan,
    result,
    section,
    submission,
    work,
)

ITEM = line_item_id(SIDE, COURSE, "w1", SECTION)
TODAY = date(2026, 5, 4)


def known(student: str, score: int | None, item: str = ITEM, class_id: str = SECTION) -> KnownResult:
    return KnownResult(
        course_work_id="w1",
        class_sourced_id=class_id,
        line_item_sourced_id=item,
        student_sourced_id=student,
        sourced_id=result_id(item, student),
        last_sent=None if score is None else Value(Decimal(score)),
    )


def lines(found: GradePlan) -> dict[str, tuple[Verdict, bool, Code | None]]:
    return {r.user_id: (r.verdict, r.send, r.outcome.code if r.outcome else None) for r in found.results()}


def test_a_grade_of_somebody_who_left_the_classroom_class_stays_and_is_counted() -> None:
    held = section(
        items=(line_item(ITEM),), results=(result("r1", ITEM, "st1", 80), result("r2", ITEM, "st2", 70))
    )
    item = KnownLineItem(course_work_id="w1", class_sourced_id=SECTION, sourced_id=ITEM)
    memory = Memory(line_items=(item,), results=(known("st1", 80), known("st2", 70)))
    without = classroom(submission("u1", 80), students={"u1": "st1", "u3": "st3"})
    found = plan(without, held, memory=memory)
    [said] = found.items[0].outcomes
    assert (said.code, dict(said.params)) == (Code.STUDENTS_NOT_IN_CLASSROOM, {"count": "1"})
    assert lines(found) == {"u1": (Verdict.UNCHANGED, False, Code.SKIPPED_UNCHANGED)}
    everybody = plan(classroom(submission("u1", 80)), held, memory=memory)
    assert everybody.items[0].outcomes == ()


def test_a_first_export_sends_every_returned_grade_and_says_why_not_for_the_rest() -> None:
    found = plan(classroom(submission("u1", 80), submission("u2", draft=70), submission("u3")))
    assert lines(found) == {
        "u1": (Verdict.NEW, True, None),
        "u2": (Verdict.SKIPPED, False, Code.SKIPPED_NOT_RETURNED),
        "u3": (Verdict.SKIPPED, False, Code.SKIPPED_NO_GRADE),
    }
    assert (found.to_send(), found.counts()["new"], found.counts()["skipped"]) == (1, 1, 2)


def test_new_changed_unchanged_and_drifted_stand_side_by_side() -> None:
    grades = classroom(
        submission("u1", 81),
        submission("u2", 70),
        submission("u3", 60),
        submission("u4", 50),
        students={f"u{n}": f"st{n}" for n in range(1, 5)},
    )
    sis = tuple(result(result_id(ITEM, f"st{n}"), ITEM, f"st{n}", s) for n, s in ((1, 80), (2, "70.00"), (3, 61)))
    one = section(students=frozenset({"st1", "st2", "st3", "st4"}), items=(line_item(ITEM),), results=sis)
    memory = Memory(results=tuple(known(f"st{n}", s) for n, s in ((1, 80), (2, 70), (3, 60))))
    assert lines(plan(grades, one, memory=memory)) == {
        "u1": (Verdict.CHANGED, True, None),
        "u2": (Verdict.UNCHANGED, False, Code.SKIPPED_UNCHANGED),
        "u3": (Verdict.DRIFTED, False, Code.DRIFTED_SKIPPED),
        "u4": (Verdict.NEW, True, None),
    }


def test_a_second_export_of_the_same_grades_sends_nothing() -> None:
    grades = classroom(submission("u1", 80), submission("u2", 70))
    first = plan(grades)
    item = first.items[0]
    assert item.put is not None
    stored = tuple(to_result(r, ITEM, TODAY) for r in item.results if r.send)
    sis = section(items=(item.put,), results=stored)
    memory = Memory(
        line_items=(
            KnownLineItem(course_work_id="w1", class_sourced_id=SECTION, sourced_id=ITEM, sent=item.facts),
        ),
        results=(known("st1", 80), known("st2", 70)),
    )
    for remembered in (memory, Memory(), Memory(lost=True)):
        again = plan(grades, sis, memory=remembered)
        assert again.to_send() == 0
        assert again.items[0].put is None
        assert again.counts()["unchanged"] == 2


def test_after_adopting_another_tools_export_nothing_equal_is_sent() -> None:
    sis = section(
        items=(line_item("random"),),
        results=(result("random-r1", "random", "st1", 80), result("random-r2", "random", "st2", 71)),
    )
    found = plan(
        classroom(submission("u1", 80), submission("u2", 70), submission("u3", 60)),
        sis,
        answers=Answers(attended=True),
    )
    assert lines(found) == {
        "u1": (Verdict.UNCHANGED, False, Code.SKIPPED_UNCHANGED),
        "u2": (Verdict.DRIFTED, False, Code.DRIFTED_HELD),
        "u3": (Verdict.NEW, True, None),
    }
    by_user = {r.user_id: r for r in found.results()}
    assert by_user["u2"].sourced_id == "random-r2"
    assert (by_user["u1"].created, by_user["u3"].created) == (False, True)
    assert by_user["u3"].sourced_id == result_id("random", "st3")


def test_an_existing_result_is_reused_whatever_its_id() -> None:
    sis = section(items=(line_item(ITEM),), results=(result("other", ITEM, "st1", 10),))
    found = plan(classroom(submission("u1", 80)), sis, answers=Answers(policy=DriftPolicy.OVERWRITE)).results()[0]
    assert (found.sourced_id, found.send) == ("other", True)
    assert to_result(found, ITEM, TODAY).sourced_id == "other"


@pytest.mark.parametrize("ours", [True, False])
def test_whose_a_result_is_stays_known_where_the_sis_gave_it_an_id_of_its_own(ours: bool) -> None:
    there = section(items=(line_item(ITEM),), results=(result("theirs", ITEM, "st1", 80),))
    sent = replace(known("st1", 80), sourced_id="theirs", created=ours)
    found = plan(classroom(submission("u1", 90)), there, memory=Memory(results=(sent,)))
    assert [(one.sourced_id, one.created) for one in found.results()] == [("theirs", ours)]


def test_several_results_of_one_student_are_held_unless_one_is_ours() -> None:
    double = (result("a", ITEM, "st1", 10), result("b", ITEM, "st1", 10))
    held = plan(classroom(submission("u1", 80)), section(items=(line_item(ITEM),), results=double))
    assert lines(held) == {"u1": (Verdict.HELD, False, Code.RESULT_AMBIGUOUS)}
    ours = (*double, result(result_id(ITEM, "st1"), ITEM, "st1", 80))
    found = plan(classroom(submission("u1", 80)), section(items=(line_item(ITEM),), results=ours))
    assert lines(found) == {"u1": (Verdict.UNCHANGED, False, Code.SKIPPED_UNCHANGED)}


def test_a_grade_that_cannot_be_read_is_held_and_no_other() -> None:
    grades = classroom(submission("u1", 80), submission("u2", 70), submission("u3"))
    sis = section(items=(line_item(ITEM),), unread=Unread(frozenset({(ITEM, "st1"), (ITEM, "st3")})))
    assert lines(plan(grades, sis)) == {
        "u1": (Verdict.HELD, False, Code.RESULT_UNREADABLE),
        "u2": (Verdict.NEW, True, None),
        "u3": (Verdict.SKIPPED, False, Code.SKIPPED_NO_GRADE),
    }
    memory = Memory(results=(known("st3", 60),))
    assert lines(plan(grades, sis, memory=memory))["u3"] == (Verdict.HELD, False, Code.RESULT_UNREADABLE)


def test_where_it_cannot_be_read_whose_grade_it_is_everybody_s_is_held() -> None:
    sis = section(items=(line_item(ITEM),), unread=Unread(frozenset({(ITEM, None)})))
    answers = Answers(policy=DriftPolicy.OVERWRITE)
    found = lines(plan(classroom(submission("u1", 80), submission("u2", 70)), sis, answers=answers))
    assert set(found.values()) == {(Verdict.HELD, False, Code.RESULT_UNREADABLE)}


def test_a_persons_answer_for_one_grade_counts_for_that_one() -> None:
    sis = section(
        items=(line_item(ITEM),),
        results=tuple(result(result_id(ITEM, s), ITEM, s, 1) for s in ("st1", "st2")),
    )
    answers = Answers(attended=True, overwrite={("w1", "st1"): "1"})
    found = lines(plan(classroom(submission("u1", 80), submission("u2", 70)), sis, answers=answers))
    assert found["u1"] == (Verdict.DRIFTED, True, Code.DRIFTED_OVERWRITTEN)
    assert found["u2"] == (Verdict.DRIFTED, False, Code.DRIFTED_HELD)


def test_a_place_that_the_sis_keeps_empty_is_filled() -> None:
    empty = result("placeholder", ITEM, "st1", None, "not submitted")
    found = plan(classroom(submission("u1", 80)), section(items=(line_item(ITEM),), results=(empty,))).results()[0]
    assert (found.verdict, found.sourced_id, found.created) == (Verdict.NEW, "placeholder", False)


def test_a_grade_that_someone_emptied_in_the_sis_is_drifted() -> None:
    found = plan(
        classroom(submission("u1", 80)),
        section(items=(line_item(ITEM),)),
        memory=Memory(results=(known("st1", 80),)),
    )
    assert lines(found) == {"u1": (Verdict.DRIFTED, False, Code.DRIFTED_SKIPPED)}


def test_each_grade_goes_to_the_students_own_section() -> None:
    one, two = section("s1", frozenset({"st1"})), section("s2", frozenset({"st2"}))
    found = plan(classroom(submission("u1", 80), submission("u2", 70)), one, two)
    assert [(i.class_sourced_id, [r.user_id for r in i.results]) for i in found.items] == [
        ("s1", ["u1"]),
        ("s2", ["u2"]),
    ]
    assert len({i.line_item_sourced_id for i in found.items}) == 2


def test_grades_of_a_line_item_made_anew_are_new() -> None:
    memory = Memory(
        line_items=(KnownLineItem(course_work_id="w1", class_sourced_id=SECTION, sourced_id=ITEM),),
        results=(known("st1", 80),),
    )
    answers = Answers(attended=True, items=ItemAnswers(recreate=frozenset({("w1", SECTION)})))
    found = plan(classroom(submission("u1", 80)), memory=memory, answers=answers)
    assert lines(found) == {"u1": (Verdict.NEW, True, None)}


def test_a_section_without_grades_gets_no_line_item() -> None:
    one, two = section("s1", frozenset({"st1"})), section("s2", frozenset({"st2"}))
    found = plan(classroom(submission("u1", 80), submission("u2")), one, two)
    assert [(i.class_sourced_id, i.put is not None) for i in found.items] == [("s1", True), ("s2", False)]


def test_a_student_without_a_place_is_told_apart() -> None:
    grades = classroom(
        *(submission(f"u{n}", 80) for n in range(1, 5)),
        submission("u9"),
        students={"u1": "st1", "u2": "st2"},
        ambiguous=frozenset({"u3"}),
    )
    one, two = section("s1", frozenset({"st1"})), section("s2", frozenset({"st1"}))
    assert lines(plan(grades, one, two)) == {
        "u1": (Verdict.HELD, False, Code.STUDENT_IN_SEVERAL_SECTIONS),
        "u2": (Verdict.SKIPPED, False, Code.STUDENT_NOT_IN_SECTION),
        "u3": (Verdict.HELD, False, Code.STUDENT_AMBIGUOUS_EMAIL),
        "u4": (Verdict.SKIPPED, False, Code.STUDENT_NOT_IN_SIS),
    }
    chosen = plan(classroom(submission("u1", 80)), one, two, answers=Answers(sections={"st1": "s2"}))
    assert [(r.class_sourced_id, r.send) for r in chosen.results()] == [("s2", True)]


def test_a_moved_student_gets_the_grade_in_the_new_section_and_the_old_one_is_held() -> None:
    old = line_item_id(SIDE, COURSE, "w1", "s1")
    one = section(
        "s1", frozenset(), items=(line_item(old, class_id="s1"),), results=(result("r", old, "st1", 80),)
    )
    two = section("s2", frozenset({"st1"}))
    memory = Memory(results=(known("st1", 80, old, "s1"),))
    found = plan(classroom(submission("u1", 80)), one, two, memory=memory)
    assert [(r.class_sourced_id, r.verdict, r.send, r.outcome and r.outcome.code) for r in found.results()] == [
        ("s2", Verdict.NEW, True, None),
        ("s1", Verdict.HELD, False, Code.HELD_MOVED_STUDENT),
    ]
    cleaned = section("s1", frozenset(), items=(line_item(old, class_id="s1"),))
    assert len(plan(classroom(submission("u1", 80)), cleaned, two, memory=memory).results()) == 1


def test_a_grade_taken_back_in_classroom_waits_and_is_not_sent_as_nothing() -> None:
    sis = section(items=(line_item(ITEM),), results=(result(result_id(ITEM, "st1"), ITEM, "st1", 80),))
    found = plan(classroom(submission("u1")), sis, memory=Memory(results=(known("st1", 80),)))
    assert lines(found) == {"u1": (Verdict.HELD, False, Code.WITHDRAWAL_WAITS)}
    assert lines(plan(classroom(), sis, memory=Memory(results=(known("st1", 80),)))) == {}


def test_ungraded_work_has_one_outcome_and_no_lines() -> None:
    found = plan(classroom(submission("u1", 5), works=(work(points=None),)))
    assert [o.code for o in found.items[0].outcomes] == [Code.SKIPPED_UNGRADED]
    assert (found.results(), found.items[0].put) == ((), None)


def test_what_preflight_blocks_is_not_sent_but_what_is_equal_stays_known() -> None:
    rules = GradebookRules(due_date_required=True)
    sis = section(items=(line_item(ITEM),), results=(result("r", ITEM, "st1", 80),), rules=rules)
    found = plan(classroom(submission("u1", 80), submission("u2", 70)), sis)
    assert lines(found) == {
        "u1": (Verdict.UNCHANGED, False, Code.SKIPPED_UNCHANGED),
        "u2": (Verdict.SKIPPED, False, Code.DUE_DATE_MISSING),
    }
    assert (found.items[0].blocked, found.items[0].put) == (True, None)


def test_an_excused_student_is_sent_as_exempt_where_the_sis_keeps_it() -> None:
    grades = classroom(submission("u1"), submission("u2", 50), excused=frozenset({("w1", "u1"), ("w1", "u2")}))
    found = {r.user_id: r for r in plan(grades).results()}
    assert [(r.score, r.score_status) for r in (to_result(found[u], ITEM, TODAY) for u in ("u1", "u2"))] == [
        (None, "exempt"),
        (Decimal(50), "exempt"),
    ]
    refused = plan(grades, section(rules=GradebookRules(score_statuses=("fully graded",))))
    assert lines(refused)["u1"] == (Verdict.SKIPPED, False, Code.SKIPPED_EXCUSED)


def test_a_known_loss_is_said_before_sending_and_is_unchanged_afterwards() -> None:
    rules = GradebookRules(above_maximum="clamp")
    first = plan(classroom(submission("u1", 120)), section(rules=rules)).results()[0]
    assert (first.send, [o.code for o in first.losses]) == (True, [Code.SCORE_CLAMPED])
    assert to_result(first, ITEM, TODAY).score == Decimal(120)
    clamped = section(rules=rules, items=(line_item(ITEM),), results=(result("r", ITEM, "st1", 100),))
    assert plan(classroom(submission("u1", 120)), clamped).counts()["unchanged"] == 1


def test_a_refused_grade_is_skipped_with_its_reason() -> None:
    rules = GradebookRules(above_maximum="refuse")
    found = plan(classroom(submission("u1", 120)), section(rules=rules))
    assert lines(found) == {"u1": (Verdict.SKIPPED, False, Code.SCORE_ABOVE_MAXIMUM)}
    assert found.items[0].put is None


def test_only_the_chosen_work_is_planned() -> None:
    grades = classroom(
        submission("u1", 80),
        submission("u1", 70, "w2"),
        works=(work("w1"), work("w2", "Lab")),
        chosen=frozenset({"w2"}),
    )
    assert [i.course_work_id for i in plan(grades).items] == ["w2"]


def test_what_the_sis_added_to_a_result_is_kept() -> None:
    held = result("r", ITEM, "st1", 10)
    held.comment, held.metadata = "from the SIS", {"flag": "yes"}
    sis = section(items=(line_item(ITEM),), results=(held,))
    found = plan(classroom(submission("u1", 80)), sis, answers=Answers(policy=DriftPolicy.OVERWRITE)).results()[0]
    sent = to_result(found, ITEM, TODAY)
    assert (sent.score, sent.score_date, sent.comment, sent.metadata) == (
        Decimal(80),
        TODAY,
        "from the SIS",
        {"flag": "yes"},
    )
    assert held.score == Decimal(10)


def test_a_line_without_a_grade_becomes_no_result() -> None:
    with pytest.raises(ValueError, match="grade"):
        to_result(plan(classroom(submission("u1"))).results()[0], ITEM, TODAY)


def test_a_plan_survives_being_stored() -> None:
    found = plan(classroom(submission("u1", Decimal("80.50")), submission("u2", draft=1)))
    assert msgspec.json.decode(msgspec.json.encode(found), type=GradePlan) == found


values = st.one_of(st.none(), st.integers(0, 3))


@given(
    st.lists(st.tuples(values, values, values), min_size=1, max_size=6),
    st.sampled_from(DriftPolicy),
    st.booleans(),
    st.booleans(),
)
def test_an_export_converges_and_never_doubles(
    students: list[tuple[int | None, int | None, int | None]],
    policy: DriftPolicy,
    attended: bool,
    forget: bool,
) -> None:
    """Play each plan against a SIS that stores what it is sent: what was sent is unchanged the next time."""
    ids = {f"u{n}": f"st{n}" for n in range(len(students))}
    grades = classroom(*(submission(f"u{n}", s[0]) for n, s in enumerate(students)), students=ids)
    held = {
        result_id(ITEM, f"st{n}"): result(result_id(ITEM, f"st{n}"), ITEM, f"st{n}", s[2])
        for n, s in enumerate(students)
        if s[2] is not None
    }
    memory = Memory(results=tuple(known(f"st{n}", s[1]) for n, s in enumerate(students) if s[1] is not None))
    answers = Answers(policy=policy, attended=attended)

    def look(stored: dict[str, Result], remembered: Memory) -> GradePlan:
        sis = section(students=frozenset(ids.values()), items=(line_item(ITEM),), results=tuple(stored.values()))
        return plan(grades, sis, memory=remembered, answers=answers)

    first = look(held, memory)
    sent = [r for r in first.results() if r.send]
    for line in sent:
        held[line.sourced_id] = to_result(line, ITEM, TODAY)
    assert len({(r.line_item.sourced_id, r.student.sourced_id) for r in held.values()}) == len(held)
    second = {r.user_id: r for r in look(held, Memory() if forget else memory).results()}
    assert all(second[line.user_id].verdict is Verdict.UNCHANGED for line in sent)
    for line in first.results():
        if line.verdict is Verdict.DRIFTED:
            assert line.send == (policy is DriftPolicy.OVERWRITE)


def test_the_same_facts_give_the_same_plan_in_any_order() -> None:
    subs = [submission(f"u{n}", n) for n in (1, 2, 3)]
    plans = [plan(classroom(*order)) for order in (subs, subs[::-1])]
    assert plans[0] == plans[1]


@pytest.mark.parametrize("attended", [True, False])
def test_a_held_line_item_holds_its_grades(attended: bool) -> None:
    two = (line_item("random-1"), line_item("random-2"))
    found = plan(classroom(submission("u1", 80)), section(items=two), answers=Answers(attended=attended))
    assert found.items[0].step is Step.AMBIGUOUS
    assert lines(found) == {"u1": (Verdict.HELD, False, Code.ADOPTION_AMBIGUOUS)}


def test_the_facts_to_remember_are_those_that_were_sent() -> None:
    item = plan(classroom(submission("u1", 80))).items[0]
    assert item.facts == ItemFacts(title="Essay", due=None, maximum=Decimal(100), category_sourced_id=None)
