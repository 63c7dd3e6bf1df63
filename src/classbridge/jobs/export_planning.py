"""The plan of an export: what is sent, and what may be taken back."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from classbridge.bridge.decision import DriftPolicy
from classbridge.bridge.facts import Answers
from classbridge.bridge.grades import GradePlan, plan_export
from classbridge.bridge.line_items import ItemAnswers, Step
from classbridge.bridge.records import KnownResult
from classbridge.bridge.withdrawal import WithdrawalPlan, with_reasons
from classbridge.jobs import withdrawing
from classbridge.jobs.export_facts import Facts
from classbridge.jobs.keeping import keep_results
from classbridge.jobs.reading import SectionGradebook, read_results
from classbridge.jobs.work import Work
from classbridge.oneroster.models import LineItem, Result
from classbridge.store import class_settings


class ExportPlan(Struct, frozen=True, kw_only=True):
    """A run's stored plan."""

    grades: GradePlan
    withdrawals: WithdrawalPlan = WithdrawalPlan()
    withdrawn: tuple[KnownResult, ...] = ()
    """What the export takes back, each with the SIS's record of it, for an undo."""
    emptied: tuple[LineItem, ...] = ()
    """The line items of deleted course work as they were."""


def make_plan(work: Work, facts: Facts | None = None) -> ExportPlan:
    """Read both sides and plan. `answers_of` tells what the request holds besides `course_work` (ids or None)."""
    facts = facts or Facts(work)
    request = work.run.request
    chosen, memory = request.get("course_work"), facts.memory()
    classroom = facts.classroom(chosen)
    answers = answers_of(request, attended=work.run.attended, policy=_policy(work, facts))
    bare = [facts.section(book) for book in facts.books]
    outline = plan_export(classroom, bare, memory, answers)
    sections = [facts.section(book, _results_there(work, facts, outline, book)) for book in facts.books]
    withdrawals = withdrawing.plan(work, facts, memory)
    return ExportPlan(
        grades=with_reasons(plan_export(classroom, sections, memory, answers), withdrawals),
        withdrawals=withdrawals,
    )


def _results_there(work: Work, facts: Facts, outline: GradePlan, book: SectionGradebook) -> list[Result]:
    """The results of those line items that the plan would use and the SIS has; kept for the pages too."""
    class_id = book.class_.sourced_id
    wanted = {
        item.line_item_sourced_id
        for item in outline.items
        if item.class_sourced_id == class_id and item.step in (Step.KNOWN, Step.ADOPT)
    }
    results = work.call(read_results, facts.sis.client, class_id, sorted(wanted))
    items = [item for item in book.line_items if item.sourced_id in wanted]
    keep_results(work, class_id, items, results)
    return results


def _policy(work: Work, facts: Facts) -> DriftPolicy:
    """What holds where the request does not say. What is only shown, asks: the page shows the policy beside it."""
    if work.run.kind != "export":
        return DriftPolicy.ASK
    with work.district.read() as rows:
        return class_settings.drift_of(rows, facts.side, facts.course_id)


def answers_of(request: Mapping[str, Any], *, attended: bool, policy: DriftPolicy = DriftPolicy.ASK) -> Answers:
    """A person's answers from a run's request.

    `drift` takes the place of the policy; `make_new` and `recreate` name places; `overwrite` names grades by work
    and student.
    """
    refused = dict.fromkeys(map(tuple, request.get("make_new", ())))
    recreate = frozenset(map(tuple, request.get("recreate", ())))
    return Answers(
        policy=DriftPolicy(request.get("drift") or policy),
        attended=attended,
        items=ItemAnswers(adopt=refused, recreate=recreate),
        drift=dict.fromkeys(map(tuple, request.get("overwrite", ())), DriftPolicy.OVERWRITE),
    )
