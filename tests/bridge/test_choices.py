"""What a person chose for an assignment, or for the class's categories, is what the SIS gets."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from classbridge.bridge import clock
from classbridge.bridge.choices import NOTHING, WorkChoice
from classbridge.bridge.facts import Answers, Memory, Section
from classbridge.bridge.gradebook import GradebookRules
from classbridge.bridge.identity import line_item_id
from classbridge.bridge.line_items import Step
from classbridge.bridge.outcome import Code
from classbridge.bridge.plan import ItemPlan
from classbridge.bridge.preflight import Gradebook, Prepared, plan_titles, prepare
from classbridge.bridge.records import ItemFacts, KnownLineItem
from classbridge.classroom.models import CourseWork, GradeCategory
from classbridge.oneroster.models import Category, LineItem, Ref
from tests.bridge.builders import (
    COURSE,
    SECTION,
    SIDE,
    STOCKHOLM,
    classroom,
    line_item,
    plan,
    section,
    submission,
    term,
    work,
)

HOMEWORK, TESTS = Category(sourced_id="cat-h", title="Homework"), Category(sourced_id="cat-t", title="Tests")
REQUIRED = GradebookRules(category="required")
AUTUMN = term(date(2026, 8, 20), date(2026, 12, 18))
FIRST = term(date(2026, 8, 20), date(2026, 10, 16), "p1", "gradingPeriod", "Period 1")
SECOND = term(date(2026, 10, 17), date(2026, 12, 18), "p2", "gradingPeriod", "Period 2")


def check(choice: WorkChoice, rules: GradebookRules = REQUIRED, item: CourseWork | None = None) -> Prepared:
    item = replace(item or work(), grade_category=GradeCategory(id="g1", name="Homework"))
    title = plan_titles([item], rules, {item.id: choice})[item.id]
    return prepare(item, title, book(rules), choice)


def book(rules: GradebookRules, **more: object) -> Gradebook:
    known: dict[str, object] = {
        "categories": (HOMEWORK, TESTS),
        "terms": (AUTUMN,),
        "periods": (FIRST, SECOND),
        "default_category": "Homework",
    }
    return Gradebook(rules=rules, zone=STOCKHOLM, **(known | more))  # type: ignore[arg-type]


def codes(found: Prepared | ItemPlan) -> list[Code]:
    return [outcome.code for outcome in found.outcomes]


# -- titles


def test_a_chosen_title_that_fits_is_sent_as_it_is_and_says_nothing() -> None:
    rules = GradebookRules(title_max=30)
    found = check(WorkChoice(title="The  revolution"), rules, work(title="An essay on the French Revolution"))
    assert (found.title, codes(found)) == ("The revolution", [])


def test_a_chosen_title_that_is_too_long_is_shortened_like_any_other() -> None:
    rules = GradebookRules(title_max=20)
    found = check(WorkChoice(title="A title of my own that is too long"), rules)
    assert found.title.startswith("A title of my #")
    assert codes(found) == [Code.TITLE_TOO_LONG]


@pytest.mark.parametrize("unique", [True, False])
def test_a_chosen_title_that_meets_another_gets_a_tag_and_the_other_keeps_its_own(unique: bool) -> None:
    works = [work("1", "Essay"), work("2", "Quiz")]
    titles = plan_titles(works, GradebookRules(unique_title=unique), {"1": WorkChoice(title="quiz")})
    assert titles["2"] == "Quiz"
    assert titles["1"].startswith("quiz #")


def test_other_choices_leave_the_title() -> None:
    assert plan_titles([work("1")], GradebookRules(), {"1": WorkChoice(category="Tests")}) == {"1": "Essay"}


# -- categories


def test_a_category_is_the_chosen_one_then_the_mapped_one_then_the_same_then_the_default() -> None:
    rules, tests = REQUIRED, WorkChoice(category=" tests ")
    named = replace(work(), grade_category=GradeCategory(id="g", name="Homework"))
    unknown = replace(work(), grade_category=GradeCategory(id="g", name="Läxor"))
    mapped = {"homework": "TESTS", "läxor": "tests"}

    def filed(item: CourseWork, choice: WorkChoice = NOTHING, **more: object) -> str | None:
        return prepare(item, item.title, book(rules, **more), choice).category_sourced_id

    assert filed(named, tests) == "cat-t"
    assert filed(named, WorkChoice(category="Homework"), mapping=mapped) == "cat-h"
    assert filed(named, mapping=mapped) == "cat-t"
    assert filed(unknown, mapping=mapped) == "cat-t"
    assert filed(named, default_category="Tests") == "cat-h"
    assert filed(unknown, default_category="tests") == "cat-t"


def test_work_without_a_category_can_be_mapped_too() -> None:
    found = prepare(work(), "Essay", book(REQUIRED, mapping={"": "Tests"}))
    assert (found.category_sourced_id, codes(found)) == ("cat-t", [])


@pytest.mark.parametrize("name", [None, "Läxor"])
def test_a_default_category_is_used_where_the_sis_wants_none_too(name: str | None) -> None:
    item = replace(work(), grade_category=None if name is None else GradeCategory(id="g", name=name))
    found = prepare(item, "Essay", book(GradebookRules(), default_category="Tests"))
    assert (found.category_sourced_id, codes(found)) == ("cat-t", [Code.CATEGORY_CHOSEN])


def test_a_chosen_category_that_is_gone_is_missed_and_not_replaced_by_the_default() -> None:
    found = check(WorkChoice(category="Labs"))
    assert found.category_sourced_id is None
    assert found.blocking is not None
    assert found.blocking.code is Code.CATEGORY_NOT_FOUND
    assert found.blocking.params == {"category": "Labs", "available": "Homework, Tests"}
    assert codes(check(WorkChoice(category="Labs"), GradebookRules())) == [Code.CATEGORY_LEFT_OUT]


def test_a_mapped_or_default_category_that_is_gone_is_missed_under_its_own_name() -> None:
    named = replace(work(), grade_category=GradeCategory(id="g", name="Läxor"))
    mapped = prepare(named, "Essay", book(REQUIRED, mapping={"läxor": "Labs"}))
    default = prepare(work(), "Essay", book(REQUIRED, default_category="Labs"))
    for found in (mapped, default):
        assert found.blocking is not None
        assert found.blocking.params["category"] == "Labs"


# -- due dates and grading periods

IN_TERM = GradebookRules(due_date_required=True, due_date_in_term=True)


def test_a_chosen_day_replaces_classrooms_and_ends_where_the_school_is() -> None:
    found = check(WorkChoice(due_on=date(2026, 11, 3)), IN_TERM, work(due=(2027, 1, 9), at=(22, 30)))
    assert (found.due, codes(found)) == (datetime(2026, 11, 3, 22, 59, tzinfo=UTC), [])
    assert check(WorkChoice(due_on=date(2026, 11, 3)), IN_TERM).due == found.due
    assert codes(check(WorkChoice(due_on=date(2027, 2, 1)), IN_TERM)) == [Code.DUE_DATE_OUTSIDE_TERM]


def test_a_chosen_day_that_is_classrooms_leaves_the_time_of_day() -> None:
    item = work(due=(2026, 11, 3), at=(7, 15))
    assert check(WorkChoice(due_on=date(2026, 11, 3)), item=item).due == datetime(2026, 11, 3, 7, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("due", "day"),
    [
        ((2026, 9, 1), date(2026, 10, 17)),
        ((2026, 11, 3), date(2026, 11, 3)),
        ((2027, 1, 9), date(2026, 12, 18)),
        (None, date(2026, 12, 18)),
    ],
)
def test_a_chosen_period_moves_the_due_day_as_little_as_needed(
    due: tuple[int, int, int] | None, day: date
) -> None:
    found = check(WorkChoice(period_id="p2"), IN_TERM, work(due=due))
    assert found.due is not None
    assert (found.due.date(), codes(found)) == (day, [])


def test_a_chosen_day_stays_outside_the_chosen_period() -> None:
    choice = WorkChoice(period_id="p2", due_on=date(2026, 9, 1))
    assert clock.planned_day(work(), STOCKHOLM, choice.due_on, SECOND) == date(2026, 9, 1)


def test_a_chosen_day_in_a_far_zone_keeps_its_date_in_utc() -> None:
    for zone in ("America/Los_Angeles", "Pacific/Auckland"):
        moment = clock.sis_due_moment(work(), ZoneInfo(zone), date(2026, 11, 1))
        assert moment is not None
        assert moment.date() == date(2026, 11, 1)
        assert moment.astimezone(ZoneInfo(zone)).date() == date(2026, 11, 1)


def test_a_chosen_period_that_the_section_does_not_have_stops_the_work() -> None:
    found = check(WorkChoice(period_id="gone"))
    assert found.blocking is not None
    assert found.blocking.code is Code.PERIOD_NOT_FOUND


def test_a_period_is_named_only_where_the_sis_wants_it() -> None:
    tells = GradebookRules(sends_grading_period=True)
    item = work(due=(2026, 9, 1))
    assert check(NOTHING, tells, item).session_sourced_id == "p1"
    assert check(WorkChoice(period_id="p2"), tells, item).session_sourced_id == "p2"
    assert check(WorkChoice(period_id="p2"), REQUIRED, item).session_sourced_id is None
    assert check(NOTHING, tells, work()).session_sourced_id is None
    assert check(NOTHING, tells, work(due=(2027, 1, 9))).session_sourced_id is None


# -- the line item

DERIVED = line_item_id(SIDE, COURSE, "w1", SECTION)
DUE = datetime(2026, 9, 1, 20, 0, tzinfo=UTC)
ESSAY = work(due=(2026, 9, 1), at=(20, 0))
FACTS = ItemFacts(title="Essay", due=DUE, maximum=ESSAY.max_points, category_sourced_id="cat-h")


def item(
    choice: WorkChoice,
    *listed: LineItem,
    sent: ItemFacts | None = None,
    rules: GradebookRules = REQUIRED,
    essay: CourseWork = ESSAY,
) -> ItemPlan:
    grades = replace(classroom(submission("u1", 80), works=(essay,)), choices={"w1": choice})
    place: Section = replace(section(items=listed), gradebook=book(rules, default_category="Homework"))
    known = KnownLineItem(course_work_id="w1", class_sourced_id=SECTION, sourced_id=DERIVED, sent=sent)
    memory = Memory(line_items=(known,) if sent else ())
    return plan(grades, place, memory=memory, answers=Answers(attended=True)).items[0]


def held(sourced_id: str = DERIVED, **more: object) -> LineItem:
    known = {"category": Ref(sourced_id="cat-h", type="category"), **more}
    return replace(line_item(sourced_id, due=DUE), **known)


@pytest.mark.parametrize(
    ("choice", "field", "value"),
    [
        (WorkChoice(title="Uppsats"), "title", "Uppsats"),
        (WorkChoice(category="Tests"), "category", Ref(sourced_id="cat-t", type="category")),
        (WorkChoice(due_on=date(2026, 9, 4)), "due_date", datetime(2026, 9, 4, 21, 59, tzinfo=UTC)),
    ],
)
def test_a_change_is_sent_once_as_a_change_of_the_line_item(choice: WorkChoice, field: str, value: object) -> None:
    changed = item(choice, held(), sent=FACTS)
    assert (changed.step, changed.line_item_sourced_id) == (Step.KNOWN, DERIVED)
    assert getattr(changed.put, field) == value
    assert item(choice, held(), sent=changed.facts).put is None


def test_nothing_chosen_sends_nothing_again() -> None:
    assert item(NOTHING, held(), sent=FACTS).put is None


def test_a_candidate_is_found_under_classrooms_title_and_day_and_under_the_chosen_ones() -> None:
    choice = WorkChoice(title="Uppsats", due_on=date(2026, 9, 4))
    chosen = held("x2", title="Uppsats", due_date=datetime(2026, 9, 4, 10, tzinfo=UTC))
    as_in_classroom = item(choice, held("x1"))
    assert (as_in_classroom.step, as_in_classroom.line_item_sourced_id) == (Step.ADOPT, "x1")
    assert as_in_classroom.put is not None
    assert as_in_classroom.put.title == "Uppsats"
    as_chosen = item(choice, chosen)
    assert (as_chosen.step, as_chosen.line_item_sourced_id, as_chosen.put) == (Step.ADOPT, "x2", None)


def test_an_adopted_line_item_keeps_its_category_unless_one_was_chosen() -> None:
    assert item(NOTHING, held("x1", category=Ref(sourced_id="cat-t"))).put is None
    changed = item(WorkChoice(category="Tests"), held("x1"))
    assert changed.step is Step.ADOPT
    assert changed.put is not None
    assert changed.put.category == Ref(sourced_id="cat-t", type="category")


def test_the_period_is_written_where_the_sis_has_it() -> None:
    rules = replace(REQUIRED, sends_grading_period=True)
    named = Ref(sourced_id="p1", type="academicSession")
    new = item(NOTHING, rules=rules)
    assert new.put is not None
    assert (new.put.academic_session, new.put.grading_period) == (named, None)
    there = item(WorkChoice(period_id="p1"), held(grading_period=Ref(sourced_id="p2")), sent=FACTS, rules=rules)
    assert there.put is not None
    assert (there.put.academic_session, there.put.grading_period) == (named, named)


def test_a_blocked_assignment_goes_on_once_it_is_fixed() -> None:
    late, rules = work(due=(2027, 1, 9)), replace(IN_TERM, category="required")
    blocked, fixed = (item(one, rules=rules, essay=late) for one in (NOTHING, WorkChoice(period_id="p2")))
    assert (blocked.blocked, codes(blocked)[-1]) == (True, Code.DUE_DATE_OUTSIDE_TERM)
    assert (fixed.blocked, fixed.results[0].send) == (False, True)
