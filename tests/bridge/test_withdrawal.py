"""rules.md 4: absence is never withdrawal."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from classbridge.bridge.equality import Value
from classbridge.bridge.gradebook import GradebookRules
from classbridge.bridge.guards import Volume
from classbridge.bridge.identity import result_id
from classbridge.bridge.outcome import Code
from classbridge.bridge.records import ItemFacts, KnownLineItem, KnownResult
from classbridge.bridge.unread import Unread
from classbridge.bridge.withdrawal import (
    Claim,
    Evidence,
    WithdrawalPlan,
    evidence_of,
    may_delete_emptied,
    plan_withdrawals,
)
from classbridge.oneroster.models import LineItem, Result
from tests.bridge.builders import SECTION, line_item, result, submission, work


def known(n: int, score: int | None = 80, created: bool = True) -> KnownResult:
    return KnownResult(
        course_work_id="w1",
        class_sourced_id=SECTION,
        line_item_sourced_id="li",
        student_sourced_id=f"st{n}",
        sourced_id=result_id("li", f"st{n}"),
        created=created,
        last_sent=None if score is None else Value(Decimal(score)),
    )


def held(n: int, score: int | None = 80) -> Result:
    return result(result_id("li", f"st{n}"), "li", f"st{n}", score)


def withdraw(
    *claimed: KnownResult,
    sis: tuple[Result, ...] = (held(1),),
    rules: GradebookRules | None = None,
    volume: Volume | None = None,
    attended: bool = True,
    released: bool = False,
    unread: Unread | None = None,
) -> WithdrawalPlan:
    claims = [Claim(record, Evidence.GRADE_REMOVED) for record in claimed]
    results = {r.sourced_id: r for r in sis}
    return plan_withdrawals(
        claims,
        results,
        rules or GradebookRules(),
        volume or Volume(30),
        unread=unread or Unread(),
        attended=attended,
        released=released,
    )


def reasons(plan: WithdrawalPlan) -> list[Code]:
    return [kept.outcome.code for kept in plan.kept]


def test_absence_is_no_evidence() -> None:
    assert evidence_of(None, None) is None
    assert evidence_of(None, submission("u1")) is None
    assert evidence_of(work(), None) is None
    assert evidence_of(work(), submission("u1", work_id="w2")) is None


def test_deleted_work_and_a_submission_without_its_grade_are_evidence() -> None:
    assert evidence_of(replace(work(), state="DELETED"), None) is Evidence.WORK_DELETED
    assert evidence_of(work(), submission("u1")) is Evidence.GRADE_REMOVED
    assert evidence_of(work(), submission("u1", draft=5)) is Evidence.GRADE_REMOVED


def test_a_grade_that_is_there_or_excused_is_no_evidence() -> None:
    assert evidence_of(work(), submission("u1", 0)) is None
    assert evidence_of(work(), submission("u1"), excused=True) is None
    assert evidence_of(replace(work(), state="DRAFT"), submission("u1", 5)) is None


def test_what_we_made_and_the_sis_still_holds_is_deleted() -> None:
    plan = withdraw(known(1))
    assert (plan.delete, plan.kept, plan.gone) == ((known(1),), (), ())


def test_what_was_there_before_us_stays() -> None:
    plan = withdraw(known(1, created=False))
    assert (plan.delete, reasons(plan)) == ((), [Code.WITHDRAWAL_NOT_OURS])


@pytest.mark.parametrize("last", [70, None])
def test_what_someone_changed_in_the_sis_stays(last: int | None) -> None:
    plan = withdraw(known(1, last))
    assert (plan.delete, reasons(plan)) == ((), [Code.WITHDRAWAL_CHANGED_IN_SIS])


@pytest.mark.parametrize("sis", [(), (held(1, None),)])
def test_what_the_sis_no_longer_holds_is_only_forgotten(sis: tuple[Result, ...]) -> None:
    plan = withdraw(known(1), sis=sis)
    assert (plan.delete, plan.kept, plan.gone) == ((), (), (known(1),))


@pytest.mark.parametrize("student", ["st1", None])
def test_what_cannot_be_read_is_neither_gone_nor_taken_back(student: str | None) -> None:
    for sis in ((), (held(1),)):
        plan = withdraw(known(1), sis=sis, unread=Unread(frozenset({("li", student)})))
        assert (plan.delete, plan.gone, reasons(plan)) == ((), (), [Code.RESULT_UNREADABLE])
    assert withdraw(known(1), unread=Unread(frozenset({("li", "st2"), ("other", None)}))).delete == (known(1),)


def test_where_the_sis_cannot_delete_a_leftover_is_reported() -> None:
    plan = withdraw(known(1), rules=GradebookRules(delete_results=False))
    assert (plan.delete, reasons(plan)) == ((), [Code.LEFTOVER_IN_SIS])


def test_a_schedule_never_withdraws() -> None:
    plan = withdraw(known(1), attended=False)
    assert (plan.delete, reasons(plan)) == ((), [Code.WITHDRAWAL_WAITS])
    assert withdraw(known(1), attended=False, released=True).delete == ()


def test_a_large_withdrawal_is_held_for_an_admin() -> None:
    many = [known(n) for n in range(4)]
    sis = tuple(held(n) for n in range(4))
    plan = withdraw(*many, sis=sis, volume=Volume(7))
    assert (plan.delete, set(reasons(plan))) == ((), {Code.WITHDRAWALS_HELD})
    assert plan.outcomes[0].params == {"count": "4", "people": "7"}
    assert len(withdraw(*many, sis=sis, volume=Volume(8)).delete) == 4
    assert withdraw(*many, sis=sis, volume=Volume(8, removed_week=5)).delete == ()
    assert len(withdraw(*many, sis=sis, volume=Volume(7), released=True).delete) == 4


FACTS = ItemFacts(title="Essay", due=None, maximum=Decimal(100), category_sourced_id=None)
ITEM = KnownLineItem(course_work_id="w1", class_sourced_id=SECTION, sourced_id="li", sent=FACTS)


def test_an_emptied_line_item_goes() -> None:
    rules = GradebookRules()
    assert may_delete_emptied(ITEM, line_item("li"), [held(1, None)], rules)


@pytest.mark.parametrize(
    ("record", "item", "left", "rules"),
    [
        (replace(ITEM, adopted=True), line_item("li"), [], GradebookRules()),
        (ITEM, line_item("li"), [held(1)], GradebookRules()),
        (ITEM, line_item("li"), [], GradebookRules(delete_line_items=False)),
        (ITEM, line_item("li", "Renamed"), [], GradebookRules()),
        (ITEM, line_item("li", points=50), [], GradebookRules()),
        (ITEM, None, [], GradebookRules()),
        (replace(ITEM, sent=None), line_item("li"), [], GradebookRules()),
    ],
    ids=["adopted", "graded", "no delete", "renamed", "other points", "gone", "unknown"],
)
def test_any_other_line_item_stays(
    record: KnownLineItem, item: LineItem | None, left: list[Result], rules: GradebookRules
) -> None:
    assert not may_delete_emptied(record, item, left, rules)
