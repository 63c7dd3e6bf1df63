"""rules.md 2 and 3: what is exportable, and the decision for one grade, over its whole small world."""

from decimal import Decimal
from itertools import product

import pytest
from msgspec.structs import replace

from classbridge.bridge.decision import (
    DriftPolicy,
    Verdict,
    decide,
    exportable,
    held_value,
    settle,
)
from classbridge.bridge.equality import EXEMPT, Value
from classbridge.bridge.outcome import Code
from tests.bridge.builders import result, submission, work

A, B, C = Value(Decimal(1)), Value(Decimal(2)), Value(Decimal(3))


@pytest.mark.parametrize(("now", "last", "sis"), list(product([A, B], [None, A, B, C], [None, A, B, C])))
def test_the_decision_table_holds_everywhere(now: Value, last: Value | None, sis: Value | None) -> None:
    verdict = decide(now, last, sis)
    if sis is None:
        assert verdict is (Verdict.NEW if last is None else Verdict.DRIFTED)
    elif sis == now:
        assert verdict is Verdict.UNCHANGED
    elif sis == last:
        assert verdict is Verdict.CHANGED
    else:
        assert verdict is Verdict.DRIFTED


def test_something_we_sent_without_knowing_what_is_never_taken_for_ours() -> None:
    assert decide(A, None, None, ever_sent=True) is Verdict.DRIFTED
    assert decide(A, None, B, ever_sent=True) is Verdict.DRIFTED
    assert decide(A, None, A, ever_sent=True) is Verdict.UNCHANGED


@pytest.mark.parametrize(
    ("policy", "attended", "answer", "send", "code"),
    [
        (DriftPolicy.ASK, True, None, False, Code.DRIFTED_HELD),
        (DriftPolicy.ASK, False, None, False, Code.DRIFTED_SKIPPED),
        (DriftPolicy.KEEP, True, None, False, Code.DRIFTED_KEPT),
        (DriftPolicy.KEEP, False, None, False, Code.DRIFTED_KEPT),
        (DriftPolicy.OVERWRITE, True, None, True, Code.DRIFTED_OVERWRITTEN),
        (DriftPolicy.OVERWRITE, False, None, True, Code.DRIFTED_OVERWRITTEN),
        (DriftPolicy.ASK, True, DriftPolicy.OVERWRITE, True, Code.DRIFTED_OVERWRITTEN),
        (DriftPolicy.ASK, True, DriftPolicy.KEEP, False, Code.DRIFTED_KEPT),
        (DriftPolicy.OVERWRITE, True, DriftPolicy.KEEP, False, Code.DRIFTED_KEPT),
    ],
)
def test_a_drifted_grade_is_sent_only_when_someone_or_the_policy_says_so(
    policy: DriftPolicy, attended: bool, answer: DriftPolicy | None, send: bool, code: Code
) -> None:
    settled = settle(Verdict.DRIFTED, A, B, policy, attended=attended, answer=answer)
    assert settled.send is send
    assert settled.outcome is not None
    assert (settled.outcome.code, settled.outcome.params) == (code, {"classroom": "1", "sis": "2"})


@pytest.mark.parametrize("policy", DriftPolicy)
@pytest.mark.parametrize("attended", [True, False])
def test_the_policy_touches_nothing_but_drifted_grades(policy: DriftPolicy, attended: bool) -> None:
    assert settle(Verdict.NEW, A, None, policy, attended=attended).send
    assert settle(Verdict.CHANGED, A, B, policy, attended=attended).send
    assert not settle(Verdict.UNCHANGED, A, A, policy, attended=attended).send


@pytest.mark.parametrize("state", ["NEW", "CREATED", "TURNED_IN", "RETURNED", "RECLAIMED_BY_STUDENT"])
def test_an_assigned_grade_is_exportable_whatever_the_later_state(state: str) -> None:
    assert exportable(work(), replace(submission("u1", 0), state=state)) is None


def test_a_draft_grade_is_never_exportable() -> None:
    found = exportable(work(), submission("u1", draft=80))
    assert found is not None
    assert found.code is Code.SKIPPED_NOT_RETURNED


def test_no_grade_is_not_exportable_unless_the_student_is_excused() -> None:
    found = exportable(work(), submission("u1"))
    assert found is not None
    assert found.code is Code.SKIPPED_NO_GRADE
    assert exportable(work(), submission("u1"), excused=True) is None


def test_ungraded_work_is_not_exportable() -> None:
    found = exportable(work(points=None), submission("u1", 5))
    assert found is not None
    assert found.code is Code.SKIPPED_UNGRADED


def test_an_empty_place_in_the_sis_is_nothing_and_an_excused_one_is_something() -> None:
    assert held_value(None) is None
    assert held_value(result("r", "li", "st1", None, "not submitted")) is None
    assert held_value(result("r", "li", "st1", None, "exempt")) == Value(None, EXEMPT)
    assert held_value(result("r", "li", "st1", 0)) == Value(Decimal(0))
    lettered = result("r", "li", "st1", None)
    lettered.text_score = "B+"
    assert held_value(lettered) is not None
    gone = result("r", "li", "st1", 5)
    gone.status = "tobedeleted"
    assert held_value(gone) is None
