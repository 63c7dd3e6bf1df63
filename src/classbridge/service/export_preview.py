"""The preview of an export, as the pages show it."""

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

import msgspec

from classbridge.bridge.equality import Value, shown
from classbridge.bridge.outcome import Code
from classbridge.bridge.plan import GradePlan, Offer, ResultPlan
from classbridge.bridge.records import KnownResult
from classbridge.bridge.withdrawal import WithdrawalPlan
from classbridge.jobs.export_plans import ExportPlan
from classbridge.service import placing
from classbridge.service import runs as run_service
from classbridge.service.export_words import Words, said
from classbridge.service.views import (
    Candidate,
    ExportAssignment,
    ExportPreview,
    NamedGrade,
    SectionQuestion,
    SisGrade,
)
from classbridge.store import grades, rosters
from classbridge.store.rows import Rows
from classbridge.store.runs import Run


def of_run(rows: Rows, run: Run, zone: ZoneInfo) -> ExportPreview:
    """What an export would send. Raises `RefusedError` with the outcome of a preview that failed."""
    found = plan_of(rows, run)
    plan, made = found.grades, _Preview(rows, run, found, zone)
    return ExportPreview(
        run_id=run.id,
        course_id=run.course_id or "",
        assignments=made.assignments(),
        counts=plan.counts(),
        to_send=plan.to_send(),
        to_update=plan.to_update(),
        not_returned=sum(
            line.outcome is not None and line.outcome.code is Code.SKIPPED_NOT_RETURNED for line in plan.results()
        ),
        withdrawals=len(found.withdrawals.delete),
        take_back=made.ready(found.withdrawals),
        staying=made.staying(found.withdrawals),
        moved=(*made.ready(found.moved), *made.staying(found.moved)),
        sections=made.questions(),
        notes=tuple(map(said, (*found.gone.values(), *found.withdrawals.outcomes, *found.moved.outcomes))),
        held_withdrawals=len(found.withdrawals.held()),
    )


def plan_of(rows: Rows, run: Run) -> ExportPlan:
    """The plan that a finished preview keeps."""
    return msgspec.convert(run_service.plan_of(rows, run), ExportPlan)


def in_several(plan: GradePlan) -> dict[str, ResultPlan]:
    """A line of each student who is in several of the linked sections, by user id."""
    return {line.user_id: line for line in plan.unplaced if len(line.sections) > 1}


class _Preview:
    """A plan's parts with the names of what they are about."""

    def __init__(self, rows: Rows, run: Run, found: ExportPlan, zone: ZoneInfo) -> None:
        self._rows, self._run, self._found, self._zone = rows, run, found, zone
        self._words = Words(rows, run)
        self._users = {line.student_sourced_id: line.user_id for line in found.grades.results()}
        self._people = self._in_sis()
        entries = grades.line_items_of_course(rows, run.side or "", run.course_id or "")
        self._titles = {entry.course_work_id: entry.title for entry in entries}

    def _in_sis(self) -> dict[str, str]:
        """The names that the SIS has for students, in the linked sections and those that hold grades still."""
        plans = (self._found.withdrawals, self._found.moved)
        elsewhere = [known.class_sourced_id for plan in plans for known in _results(plan)]
        here = [item.class_sourced_id for item in self._found.grades.items]
        classes = sorted({*here, *elsewhere})
        people = rosters.people(self._rows, self._run.connection_id or "", classes, "student")
        return {one.user_id: placing.full_name(one) for one in people}

    def assignments(self) -> tuple[ExportAssignment, ...]:
        """Each assignment in each section that says something, and the grades without a place; what asks first."""
        plan = self._found.grades
        items = [
            self._words.assignment(item, tuple(map(self._candidate, item.offers)))
            for item in plan.items
            if item.results or item.ungraded
        ]
        unplaced = [self._words.unplaced(plan)] if plan.unplaced else []
        return tuple(sorted((*items, *unplaced), key=lambda one: not one.asks))

    def _candidate(self, offer: Offer) -> Candidate:
        held = [NamedGrade(name=self._name(one.student_sourced_id), value=str(one.value)) for one in offer.grades]
        return Candidate(
            sourced_id=offer.sourced_id,
            title=offer.title,
            due_on=offer.due.astimezone(self._zone).date() if offer.due else None,
            max_points=offer.maximum,
            grades=tuple(sorted(held, key=lambda one: one.name)),
        )

    def ready(self, plan: WithdrawalPlan) -> tuple[SisGrade, ...]:
        """The grades that can be taken back."""
        return self._sorted(self._grade(known, known.last_sent) for known in plan.delete)

    def staying(self, plan: WithdrawalPlan) -> tuple[SisGrade, ...]:
        """The grades that stay, with the reason."""
        return self._sorted(
            msgspec.structs.replace(
                self._grade(one.known, one.sis),
                said=said(one.outcome),
                left=one.outcome.code is Code.LEFT_AS_CHOSEN,
            )
            for one in plan.kept
        )

    def questions(self) -> tuple[SectionQuestion, ...]:
        """The students whose section a person must choose."""
        return tuple(
            SectionQuestion(
                user_id=user_id,
                name=self._words.name(user_id),
                sections=tuple((one, self._words.classes.get(one, one)) for one in line.sections),
            )
            for user_id, line in in_several(self._found.grades).items()
        )

    def _grade(self, known: KnownResult, value: Value | None) -> SisGrade:
        section = known.class_sourced_id
        title = self._words.titles.get(known.course_work_id) or self._titles.get(known.course_work_id)
        return SisGrade(
            result_id=known.sourced_id,
            name=self._name(known.student_sourced_id),
            title=title or known.course_work_id,
            class_title=self._words.classes.get(section, section),
            value=shown(value),
        )

    def _name(self, student_id: str) -> str:
        user_id = self._users.get(student_id)
        return self._words.name(user_id) if user_id else self._people.get(student_id, student_id)

    def _sorted(self, found: Iterable[SisGrade]) -> tuple[SisGrade, ...]:
        return tuple(sorted(found, key=lambda one: (one.title, one.name)))


def _results(plan: WithdrawalPlan) -> Sequence[KnownResult]:
    return (*plan.delete, *(one.known for one in plan.kept))
