"""rules.md 1: what is looked for before anything is created, and what is adopted."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from classbridge.bridge.adoption import possible_titles
from classbridge.bridge.facts import Answers, Memory
from classbridge.bridge.gradebook import GradebookRules
from classbridge.bridge.identity import line_item_id, result_id
from classbridge.bridge.line_items import ItemAnswers, Step
from classbridge.bridge.outcome import Code
from classbridge.bridge.plan import ItemPlan, placed
from classbridge.bridge.records import ItemFacts, KnownLineItem
from classbridge.bridge.unread import Unread
from classbridge.classroom.models import CourseWork
from classbridge.oneroster.models import Category, LineItem, Ref
from tests.bridge.builders import (
    COURSE,
    SECTION,
    SIDE,
    classroom,
    line_item,
    plan,
    section,
    submission,
    work,
)

DERIVED = line_item_id(SIDE, COURSE, "w1", SECTION)
KEY = ("w1", SECTION)
ATTENDED = Answers(attended=True)
DUE_MOMENT = datetime(2026, 5, 4, 21, 59, tzinfo=UTC)


def item(
    *listed: LineItem,
    known: KnownLineItem | None = None,
    answers: Answers | None = None,
    rules: GradebookRules | None = None,
    works: tuple[CourseWork, ...] | None = None,
    lost: bool = False,
    unread: bool = False,
) -> ItemPlan:
    memory = Memory(line_items=(known,) if known else (), lost=lost)
    grades = classroom(submission("u1", 80), works=works, chosen=frozenset({"w1"}))
    one = section(items=listed, rules=rules, unread=Unread(line_items=unread))
    return plan(grades, one, memory=memory, answers=answers).items[0]


def known(sourced_id: str, sent: ItemFacts | None = None, generation: int = 0) -> KnownLineItem:
    return KnownLineItem(
        course_work_id="w1",
        class_sourced_id=SECTION,
        sourced_id=sourced_id,
        sent=sent,
        generation=generation,
    )


def codes(found: ItemPlan) -> list[Code]:
    return [outcome.code for outcome in found.outcomes]


def test_where_nothing_is_there_the_derived_one_is_created_in_full() -> None:
    found = item(works=(work(due=(2026, 5, 4), at=(21, 59)),))
    assert (found.step, found.line_item_sourced_id) == (Step.CREATE, DERIVED)
    assert found.put is not None
    assert found.put.sourced_id == DERIVED
    assert (found.put.title, found.put.due_date) == ("Essay", DUE_MOMENT)
    assert (found.put.result_value_min, found.put.result_value_max) == (Decimal(0), Decimal(100))
    assert found.put.class_.sourced_id == SECTION
    assert found.put.school == Ref(sourced_id="school1", type="org")


def test_what_our_records_know_is_used_under_the_id_the_sis_gave_it() -> None:
    found = item(line_item("sis-77"), known=known("sis-77"))
    assert (found.step, found.line_item_sourced_id, found.put) == (Step.KNOWN, "sis-77", None)
    assert found.results[0].sourced_id == result_id("sis-77", "st1")


def test_without_our_records_the_derived_id_is_found_again() -> None:
    found = item(line_item(DERIVED, "Renamed in the SIS"))
    assert (found.step, found.line_item_sourced_id) == (Step.KNOWN, DERIVED)


def test_another_tools_line_item_is_adopted_by_a_person_and_not_doubled() -> None:
    found = item(line_item("random-1", due=None), answers=ATTENDED)
    assert (found.step, found.line_item_sourced_id, found.put) == (Step.ADOPT, "random-1", None)
    assert codes(found) == [Code.ADOPTED]
    assert found.results[0].send


def test_a_schedule_never_creates_beside_a_candidate() -> None:
    found = item(line_item("random-1"))
    assert (found.step, found.put, found.blocked) == (Step.HELD, None, True)
    assert found.candidates == ("random-1",)
    assert codes(found) == [Code.ADOPTION_OFFERED]
    assert not found.results[0].send


def test_a_person_can_choose_a_new_one_but_a_schedule_cannot() -> None:
    answer = ItemAnswers(adopt={KEY: None})
    assert item(line_item("random-1"), answers=Answers(attended=True, items=answer)).step is Step.CREATE
    assert item(line_item("random-1"), answers=Answers(attended=False, items=answer)).step is Step.HELD


@pytest.mark.parametrize("attended", [True, False])
def test_several_candidates_wait_for_a_person(attended: bool) -> None:
    found = item(line_item("b"), line_item("a"), answers=Answers(attended=attended))
    assert (found.step, found.put, found.candidates) == (Step.AMBIGUOUS, None, ("a", "b"))
    assert codes(found) == [Code.ADOPTION_AMBIGUOUS]
    assert not found.results[0].send


def test_a_person_chooses_among_several_and_only_among_them() -> None:
    chosen = Answers(attended=True, items=ItemAnswers(adopt={KEY: "b"}))
    assert item(line_item("b"), line_item("a"), answers=chosen).line_item_sourced_id == "b"
    elsewhere = Answers(attended=True, items=ItemAnswers(adopt={KEY: "z"}))
    assert item(line_item("b"), line_item("a"), answers=elsewhere).step is Step.AMBIGUOUS


@pytest.mark.parametrize(
    "other",
    [
        line_item("x", title="Essay 2", due=DUE_MOMENT),
        line_item("x", points=50, due=DUE_MOMENT),
        line_item("x", points=None, due=DUE_MOMENT),
        line_item("x", due=datetime(2026, 5, 9, tzinfo=UTC)),
        line_item("x", due=None),
        line_item("x", due=DUE_MOMENT, class_id="s2"),
    ],
)
def test_what_differs_in_title_points_due_day_or_class_is_no_candidate(other: LineItem) -> None:
    found = item(other, works=(work(due=(2026, 5, 4), at=(21, 59)),), answers=ATTENDED)
    assert (found.step, found.candidates) == (Step.CREATE, ())


@pytest.mark.parametrize("due", [datetime(2026, 5, 4, tzinfo=UTC), datetime(2026, 5, 3, 22, tzinfo=UTC)])
def test_a_due_date_that_the_sis_keeps_as_a_day_is_the_same(due: datetime) -> None:
    found = item(line_item("x", due=due), works=(work(due=(2026, 5, 4), at=(21, 59)),), answers=ATTENDED)
    assert (found.step, found.put) == (Step.ADOPT, None)


def test_a_deleted_line_item_is_no_candidate() -> None:
    gone = line_item("x")
    gone.status = "tobedeleted"
    assert item(gone, answers=ATTENDED).step is Step.CREATE


def test_a_title_that_the_sis_or_another_tool_cut_is_the_same() -> None:
    long = "An essay on the causes of the French Revolution"
    for title in (long, long[:30], long[:30].upper()):
        found = item(
            line_item("x", title=title),
            works=(work(title=long),),
            answers=ATTENDED,
            rules=GradebookRules(title_max=30),
        )
        assert found.step is Step.ADOPT
    assert possible_titles(" A  b ", "A b", None) == ("A b",)


def test_the_line_item_of_other_course_work_is_no_candidate() -> None:
    twin = line_item_id(SIDE, COURSE, "w2", SECTION)
    works = (work("w1"), work("w2"))
    assert item(line_item(twin), works=works, answers=ATTENDED).step is Step.CREATE
    other = KnownLineItem(course_work_id="w2", class_sourced_id=SECTION, sourced_id="sis-2")
    assert item(line_item("sis-2"), works=works, known=other, answers=ATTENDED).step is Step.CREATE


@pytest.mark.parametrize("hidden", [{"assigns_ids": True}, {"sees_foreign_line_items": False}])
def test_where_ids_are_hidden_and_our_records_lost_the_export_is_held(hidden: dict[str, bool]) -> None:
    rules = GradebookRules(**hidden)  # type: ignore[arg-type]
    found = item(rules=rules, lost=True, answers=ATTENDED)
    assert (found.step, codes(found), found.put) == (Step.HELD, [Code.IDS_LOST], None)
    assert item(rules=rules, answers=ATTENDED).step is Step.CREATE
    assert item(lost=True, answers=ATTENDED).step is Step.CREATE
    assert item(line_item(DERIVED), rules=rules, lost=True).step is Step.KNOWN


def test_a_line_item_that_is_gone_is_held_until_someone_wants_it_anew() -> None:
    found = item(known=known(DERIVED))
    assert (found.step, codes(found), found.put) == (Step.HELD, [Code.LINE_ITEM_GONE], None)
    again = Answers(attended=True, items=ItemAnswers(recreate=frozenset({KEY})))
    anew = item(known=known(DERIVED), answers=again)
    assert (anew.step, anew.line_item_sourced_id, anew.results[0].send) == (Step.CREATE, DERIVED, True)


def test_an_id_that_the_sis_keeps_reserved_raises_the_generation() -> None:
    gone = line_item(DERIVED)
    gone.status = "tobedeleted"
    assert item(gone).step is Step.HELD
    again = Answers(attended=True, items=ItemAnswers(recreate=frozenset({KEY})))
    anew = item(gone, answers=again)
    second = line_item_id(SIDE, COURSE, "w1", SECTION, 1)
    assert (anew.step, anew.generation, anew.line_item_sourced_id) == (Step.CREATE, 1, second)
    found = item(gone, line_item(second))
    assert (found.step, found.generation, found.line_item_sourced_id) == (Step.KNOWN, 1, second)


def test_changed_course_work_is_sent_again_and_an_unchanged_one_never() -> None:
    facts = ItemFacts(title="Essay", due=None, maximum=Decimal(100), category_sourced_id=None)
    # What the SIS made of our words does not count against what we sent.
    shown = line_item(DERIVED, title="ESSAY (shortened by the SIS)", due=DUE_MOMENT)
    assert item(shown, known=known(DERIVED, facts)).put is None
    renamed = item(shown, known=known(DERIVED, facts), works=(work(title="Essay 2"),))
    assert renamed.put is not None
    assert (renamed.put.sourced_id, renamed.put.title) == (DERIVED, "Essay 2")
    assert item(line_item(DERIVED)).put is None
    assert item(line_item(DERIVED, points=50)).put is not None


def test_what_the_sis_holds_beyond_our_values_is_kept() -> None:
    held = line_item("random-1")
    held.category = Ref(sourced_id="cat-sis")
    held.grading_period = Ref(sourced_id="gp1")
    held.metadata = {"ext": 1}
    found = item(held, known=known("random-1"), works=(work(points=50),))
    assert found.put is not None
    assert found.put.category == Ref(sourced_id="cat-sis")
    assert found.put.grading_period == Ref(sourced_id="gp1")
    assert found.put.metadata == {"ext": 1}
    assert found.put.result_value_max == Decimal(50)


def test_where_the_sis_gives_its_own_id_new_results_follow_it() -> None:
    created = item(rules=GradebookRules(assigns_ids=True))
    moved = placed(created, "sis-9")
    assert moved.line_item_sourced_id == "sis-9"
    assert [r.sourced_id for r in moved.results] == [result_id("sis-9", "st1")]


def test_a_category_is_sent_with_a_new_line_item() -> None:
    one = section(rules=GradebookRules(category="required"))
    book = type(one.gradebook)(
        rules=one.gradebook.rules,
        zone=one.gradebook.zone,
        categories=(Category(sourced_id="cat1", title="Homework"),),
        default_category="Homework",
    )
    with_category = type(one)(class_sourced_id=SECTION, gradebook=book, students=one.students)
    found = plan(classroom(submission("u1", 80)), with_category).items[0]
    assert found.put is not None
    assert found.put.category == Ref(sourced_id="cat1", type="category")


def test_beside_one_that_cannot_be_read_none_is_made_and_none_counts_as_gone() -> None:
    anew = Answers(attended=True, items=ItemAnswers(adopt={KEY: None}, recreate=frozenset({KEY})))
    for found in (
        item(unread=True),
        item(known=known("was here"), unread=True),
        item(line_item("theirs"), answers=anew, unread=True),
        item(known=known("was here"), answers=anew, unread=True),
    ):
        assert (found.step, codes(found), found.put) == (Step.HELD, [Code.LINE_ITEMS_UNREADABLE], None)
        assert not any(line.send for line in found.results)


def test_beside_one_that_cannot_be_read_those_that_can_are_used() -> None:
    assert item(line_item(DERIVED), unread=True).step is Step.KNOWN
    assert item(line_item("theirs"), answers=ATTENDED, unread=True).step is Step.ADOPT


def test_the_line_item_of_another_class_that_shares_the_section_is_no_candidate() -> None:
    theirs = line_item("theirs")
    shared = section(items=(theirs,), taken=frozenset({theirs.sourced_id}))
    (found,) = plan(classroom(submission("u1", 80)), shared, answers=ATTENDED).items
    assert (found.step, found.candidates, found.line_item_sourced_id) == (Step.CREATE, (), DERIVED)
