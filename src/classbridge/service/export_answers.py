"""A person's answers to the preview of an export: only about what it showed, and kept where they are to last."""

from datetime import datetime
from functools import cached_property
from typing import Any

from msgspec import Struct

from classbridge.bridge.decision import DriftPolicy, Verdict
from classbridge.bridge.equality import Value, shown
from classbridge.bridge.line_items import Step
from classbridge.bridge.outcome import Code
from classbridge.bridge.plan import ItemPlan, ResultPlan
from classbridge.bridge.policy import Actor
from classbridge.bridge.records import KnownResult
from classbridge.jobs.export_plans import ExportPlan
from classbridge.service.errors import refuse
from classbridge.store import answers
from classbridge.store.answers import GradeAnswer
from classbridge.store.rows import Rows


class Place(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An assignment in a section of the SIS."""

    course_work_id: str
    class_id: str


class Use(Place, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which line item to use there, by its sourcedId; empty: make a new one."""

    line_item: str


class Differing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What becomes of a student's grade that the SIS holds otherwise.

    "overwrite" sends Classroom's, "keep" lets the SIS's stand until one of the two changes, "ask" takes such an
    answer back.
    """

    course_work_id: str
    user_id: str
    answer: DriftPolicy


class ExportAnswers(Struct, frozen=True, kw_only=True):
    """Answers one by one; they go before those that are given for all.

    `take_back`, `leave` and `ask` name grades in the SIS by the result's sourcedId: take them back, let them
    stand, take such an answer back.
    """

    use: tuple[Use, ...] = ()
    recreate: tuple[Place, ...] = ()
    differing: tuple[Differing, ...] = ()
    take_back: tuple[str, ...] = ()
    leave: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()


class ForAll(Struct, frozen=True, kw_only=True):
    """What a person said of all assignments or grades of a kind at once."""

    adopt: bool
    differing: DriftPolicy
    withdraw: bool


class Shown:
    """What a preview showed. An answer about anything else is refused, for it is about another state of things."""

    def __init__(self, plan: ExportPlan) -> None:
        self._plan = plan
        self._items = {(item.course_work_id, item.class_sourced_id): item for item in plan.grades.items}

    @cached_property
    def differing(self) -> dict[tuple[str, str], tuple[ItemPlan, ResultPlan]]:
        """Grades that the SIS holds otherwise, by course work and user."""
        return {
            (line.course_work_id, line.user_id): (item, line)
            for item in self._plan.grades.items
            for line in item.results
            if may_answer(line)
        }

    @cached_property
    def in_sis(self) -> dict[str, tuple[KnownResult, Value | None]]:
        """Grades without a place in Classroom, by the result's sourcedId, with what the SIS holds."""
        plans = (self._plan.withdrawals, self._plan.moved)
        ready = {known.sourced_id: (known, known.last_sent) for plan in plans for known in plan.delete}
        return ready | {one.known.sourced_id: (one.known, one.sis) for plan in plans for one in plan.kept}

    def request(self, given: ExportAnswers, for_all: ForAll) -> dict[str, Any]:
        """The answers as an export's request holds them; raises `RefusedError` for one about something else."""
        chosen = {(one.course_work_id, one.class_id): one.line_item for one in given.use}
        uses = self._offered(adopt=for_all.adopt) | {key: self._use(key, item) for key, item in chosen.items()}
        return {
            "adopt": [[*key, item] for key, item in uses.items() if item],
            "make_new": [list(key) for key, item in uses.items() if not item],
            "recreate": [self._gone(one.course_work_id, one.class_id) for one in given.recreate],
            "overwrite": [
                [line.course_work_id, line.student_sourced_id, shown(line.sis)]
                for _, line, answer in self._answered(given, for_all)
                if answer is DriftPolicy.OVERWRITE
            ],
            "withdraw": self._doomed(given, everything=for_all.withdraw),
        }

    def remember(
        self, rows: Rows, connection_id: str, given: ExportAnswers, for_all: ForAll, *, actor: Actor, at: datetime
    ) -> None:
        """Keep what is to stand beyond this export, and forget what is not to stand any more."""

        def stand(place: answers.Place, sis: Value | None, classroom: Value | None) -> GradeAnswer:
            return GradeAnswer(
                connection_id=connection_id,
                line_item_id=place[0],
                student_id=place[1],
                score=sis.score if sis else None,
                score_status=sis.status if sis else "",
                classroom_score=classroom.score if classroom else None,
                classroom_status=classroom.status if classroom else None,
                by=actor.account_id,
                at=at,
            )

        said = [(_place(item, line), line, answer) for item, line, answer in self._answered(given, for_all)]
        keep = DriftPolicy.KEEP
        kept = [stand(place, line.sis, line.predicted) for place, line, answer in said if answer is keep]
        left = [stand(_at(known), sis, None) for known, sis in map(self._in_sis, given.leave)]
        forgotten = [place for place, _, answer in said if answer is not keep]
        forgotten += [_at(known) for known, _ in map(self._in_sis, given.ask)]
        answers.ask_again(rows, connection_id, forgotten)
        answers.let_stand(rows, [*kept, *left])

    def _answered(self, given: ExportAnswers, for_all: ForAll) -> list[tuple[ItemPlan, ResultPlan, DriftPolicy]]:
        """Each differing grade that was answered for; what stands already is not part of "all"."""
        own = {(one.course_work_id, one.user_id): one.answer for one in given.differing}
        if own.keys() - self.differing.keys():
            raise refuse(Code.PREVIEW_OUTDATED)
        found = []
        for key, (item, line) in self.differing.items():
            general = for_all.differing if line.verdict is Verdict.DRIFTED else DriftPolicy.ASK
            if key in own or general is not DriftPolicy.ASK:
                found.append((item, line, own.get(key, general)))
        return found

    def _offered(self, *, adopt: bool) -> dict[tuple[str, str], str]:
        """What becomes of the items with one candidate, as was said for all; several need an answer each."""
        return {
            key: item.line_item_sourced_id if adopt else ""
            for key, item in self._items.items()
            if item.step is Step.ADOPT
        }

    def _use(self, key: tuple[str, str], line_item: str) -> str:
        item = self._items.get(key)
        if item is None or not item.candidates or (line_item and line_item not in item.candidates):
            raise refuse(Code.PREVIEW_OUTDATED)
        return line_item

    def _gone(self, work: str, section: str) -> list[str]:
        item = self._items.get((work, section))
        if item is None or not is_gone(item):
            raise refuse(Code.PREVIEW_OUTDATED)
        return [work, section]

    def _doomed(self, given: ExportAnswers, *, everything: bool) -> list[str]:
        removed = [known.sourced_id for known in self._plan.withdrawals.delete]
        moved = [known.sourced_id for known in self._plan.moved.delete]
        if set(given.take_back) - {*removed, *moved}:
            raise refuse(Code.PREVIEW_OUTDATED)
        return list(dict.fromkeys([*(removed if everything else ()), *given.take_back]))

    def _in_sis(self, result_id: str) -> tuple[KnownResult, Value | None]:
        if result_id not in self.in_sis:
            raise refuse(Code.PREVIEW_OUTDATED)
        return self.in_sis[result_id]


def may_answer(line: ResultPlan) -> bool:
    """Whether a person may say what becomes of a planned grade."""
    return line.verdict in (Verdict.DRIFTED, Verdict.KEPT) and line.predicted is not None


def is_gone(item: ItemPlan) -> bool:
    """Whether a line item that was exported before is not in the SIS any more."""
    return any(outcome.code is Code.LINE_ITEM_GONE for outcome in item.outcomes)


def _place(item: ItemPlan, line: ResultPlan) -> answers.Place:
    return item.line_item_sourced_id, line.student_sourced_id or ""


def _at(known: KnownResult) -> answers.Place:
    return known.line_item_sourced_id, known.student_sourced_id
