"""The plan of an export: what is sent, and what may be taken back."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from classbridge.bridge.decision import DriftPolicy
from classbridge.bridge.facts import Answers
from classbridge.bridge.grades import plan_export
from classbridge.bridge.line_items import ItemAnswers, Step
from classbridge.bridge.outcome import Code, Outcome
from classbridge.bridge.plan import GradePlan
from classbridge.bridge.records import ItemKey, KnownResult
from classbridge.bridge.withdrawal import with_reasons
from classbridge.jobs import withdrawing
from classbridge.jobs.export_facts import Facts
from classbridge.jobs.export_plans import ExportPlan, policy_of
from classbridge.jobs.keeping import keep_results
from classbridge.jobs.reading import Grades, SectionGradebook, read_grades
from classbridge.jobs.work import Work
from classbridge.store import rosters


def make_plan(work: Work, facts: Facts | None = None) -> ExportPlan:
    """Read both sides and plan. `answers_of` tells what the request holds besides `course_work` (ids or None)."""
    facts = facts or Facts(work)
    request = work.run.request
    chosen, memory = request.get("course_work"), facts.memory()
    classroom = facts.classroom(chosen)
    answers = answers_of(request, facts.sections_chosen, attended=work.run.attended, policy=policy_of(work))
    bare = [facts.section(book) for book in facts.books]
    outline = plan_export(classroom, bare, memory, answers)
    sections = [facts.section(book, _results_there(work, facts, outline, book)) for book in facts.books]
    plan = plan_export(classroom, sections, memory, answers)
    claims = withdrawing.Claims.find(work, facts, memory, plan)
    withdrawals = withdrawing.plan(work, facts, memory, claims.removed)
    moved = withdrawing.plan(work, facts, memory, claims.moved)
    return ExportPlan(
        grades=with_reasons(_without(plan, moved.gone), withdrawals),
        withdrawals=withdrawals,
        moved=moved,
        gone=_gone(work, facts),
    )


def _without(plan: GradePlan, gone: Sequence[KnownResult]) -> GradePlan:
    """The plan without what an earlier section of a student turned out not to hold any more."""
    ids = {known.sourced_id for known in gone}
    return replace(plan, unplaced=tuple(line for line in plan.unplaced if line.sourced_id not in ids))


def _gone(work: Work, facts: Facts) -> dict[str, Outcome]:
    with work.district.read() as rows:
        titles = {one.sourced_id: one.title for one in rosters.classes(rows, facts.sis.connection_id, facts.gone)}
    return {one: Outcome.of(Code.SECTION_GONE, section=titles.get(one, one)) for one in facts.gone}


def _results_there(work: Work, facts: Facts, outline: GradePlan, book: SectionGradebook) -> Grades:
    """The results of those line items that the plan would use, or offers; kept for the pages too."""
    class_id = book.class_.sourced_id
    mine = [item for item in outline.items if item.class_sourced_id == class_id]
    wanted = {item.line_item_sourced_id for item in mine if item.step in (Step.KNOWN, Step.ADOPT)}
    wanted.update(one for item in mine for one in item.candidates)
    found = work.call(read_grades, facts.sis.client, class_id, sorted(wanted))
    items = [item for item in book.line_items if item.sourced_id in wanted]
    keep_results(work, class_id, items, found.results)
    return found


def answers_of(
    request: Mapping[str, Any],
    sections: Mapping[str, str],
    *,
    attended: bool,
    policy: DriftPolicy,
) -> Answers:
    """A person's answers from a run's request, and the chosen sections of students.

    `adopt` names a line item for a place, `make_new` and `recreate` are places: a piece of course work and a
    section. `overwrite` names grades by work and student, with the value that was shown.
    """
    adopt: dict[ItemKey, str | None] = {(work, section): item for work, section, item in request.get("adopt", ())}
    adopt.update(dict.fromkeys(map(tuple, request.get("make_new", ()))))
    return Answers(
        policy=policy,
        attended=attended,
        items=ItemAnswers(adopt=adopt, recreate=frozenset(map(tuple, request.get("recreate", ())))),
        overwrite={(work, student): value for work, student, value in request.get("overwrite", ())},
        sections=sections,
    )
