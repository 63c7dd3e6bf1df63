"""The plan of an export: what is sent, and what may be taken back."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from classbridge.bridge.decision import DriftPolicy
from classbridge.bridge.facts import Answers
from classbridge.bridge.grades import plan_export
from classbridge.bridge.line_items import ItemAnswers, Step
from classbridge.bridge.plan import GradePlan
from classbridge.bridge.withdrawal import WithdrawalPlan
from classbridge.jobs import withdrawing
from classbridge.jobs.export_facts import Facts
from classbridge.jobs.keeping import keep_results
from classbridge.jobs.reading import SectionGradebook, read_results
from classbridge.jobs.work import Work
from classbridge.oneroster.models import Result


class ExportPlan(Struct, frozen=True, kw_only=True):
    """A run's stored plan."""

    grades: GradePlan
    withdrawals: WithdrawalPlan = WithdrawalPlan()


def make_plan(work: Work) -> ExportPlan:
    """Read both sides and plan. `answers_of` tells what the request holds besides `course_work` (ids or None)."""
    facts = Facts(work)
    request = work.run.request
    chosen, memory = request.get("course_work"), facts.memory()
    classroom = facts.classroom(chosen)
    answers = answers_of(request, attended=work.run.attended)
    bare = [facts.section(book) for book in facts.books]
    outline = plan_export(classroom, bare, memory, answers)
    sections = [facts.section(book, _results_there(work, facts, outline, book)) for book in facts.books]
    return ExportPlan(
        grades=plan_export(classroom, sections, memory, answers),
        withdrawals=withdrawing.plan(work, facts, memory),
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


def answers_of(request: Mapping[str, Any], *, attended: bool) -> Answers:
    """A person's answers from a run's request.

    `drift` is the policy; `make_new` and `recreate` name places; `overwrite` names grades by work and student.
    """
    refused = dict.fromkeys(map(tuple, request.get("make_new", ())))
    recreate = frozenset(map(tuple, request.get("recreate", ())))
    return Answers(
        policy=DriftPolicy(request.get("drift", "ask")),
        attended=attended,
        items=ItemAnswers(adopt=refused, recreate=recreate),
        drift=dict.fromkeys(map(tuple, request.get("overwrite", ())), DriftPolicy.OVERWRITE),
    )
