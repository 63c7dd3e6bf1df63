"""The stored plan of an export: what its steps go by, and what an undo takes to have been there before."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from classbridge.bridge.decision import DriftPolicy
from classbridge.bridge.outcome import Outcome
from classbridge.bridge.plan import GradePlan, ItemPlan, ResultPlan
from classbridge.bridge.records import KnownResult
from classbridge.bridge.withdrawal import WithdrawalPlan
from classbridge.jobs.outcomes import subject
from classbridge.jobs.work import Work
from classbridge.oneroster.models import LineItem
from classbridge.store import class_settings, runs


class ExportPlan(Struct, frozen=True, kw_only=True):
    """A run's stored plan."""

    grades: GradePlan
    withdrawals: WithdrawalPlan = WithdrawalPlan()
    moved: WithdrawalPlan = WithdrawalPlan()
    """What earlier sections of students who moved still hold."""
    withdrawn: tuple[KnownResult, ...] = ()
    """What the export takes back, each with the SIS's record of it, for an undo."""
    emptied: tuple[LineItem, ...] = ()
    """The line items of deleted course work as they were."""
    gone: dict[str, Outcome] = {}
    """What is said of linked sections that the SIS has no more, by sourcedId."""


def stored_plan(work: Work) -> ExportPlan:
    """The run's stored plan."""
    with work.district.read() as rows:
        return msgspec.convert(runs.plan(rows, work.run.id), ExportPlan)


def plan_of(work: Work) -> GradePlan:
    """The grades of the run's stored plan."""
    return stored_plan(work).grades


def renew(work: Work, lines: Sequence[ResultPlan]) -> None:
    """Keep what the SIS turned out to hold of grades that are about to be sent: an undo puts that back."""
    if not lines:
        return
    fresh, stored = {subject(line): line for line in lines}, stored_plan(work)

    def renewed(item: ItemPlan) -> ItemPlan:
        return replace(item, results=tuple(fresh.get(subject(line), line) for line in item.results))

    items = tuple(map(renewed, stored.grades.items))
    with work.district.write() as rows:
        runs.save_plan(rows, work.run.id, replace(stored, grades=replace(stored.grades, items=items)))


def policy_of(work: Work) -> DriftPolicy:
    """What becomes of drifted grades of which the run's request says nothing one by one.

    What is only shown, asks: the page shows the class's policy beside it.
    """
    if asked := work.run.request.get("drift"):
        return DriftPolicy(asked)
    if work.run.kind != "export":
        return DriftPolicy.ASK
    with work.district.read() as rows:
        return class_settings.drift_of(rows, work.run.side or "", work.run.course_id or "")
