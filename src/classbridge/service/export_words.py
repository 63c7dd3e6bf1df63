"""Names for the ids of an export's plan and of its outcomes."""

from classbridge.bridge.outcome import Code, Outcome
from classbridge.bridge.plan import GradePlan, ItemPlan, ResultPlan
from classbridge.jobs.tally import decision
from classbridge.service.export_answers import is_gone, may_answer
from classbridge.service.naming import Names
from classbridge.service.views import Candidate, ExportAssignment, ExportLine, Said
from classbridge.store import runs


class Words(Names):
    """Names for the ids of a plan or of outcomes."""

    def assignment(self, item: ItemPlan, candidates: tuple[Candidate, ...] = ()) -> ExportAssignment:
        """One planned assignment in one section."""
        return ExportAssignment(
            course_work_id=item.course_work_id,
            class_id=item.class_sourced_id,
            class_title=self.classes.get(item.class_sourced_id, item.class_sourced_id),
            title=self.titles.get(item.course_work_id, item.course_work_id),
            link=self.links.get(item.course_work_id),
            line_item="none" if item.ungraded else str(item.step),
            blocked=item.blocked and not item.ungraded,
            notices=tuple(said(outcome) for outcome in item.outcomes),
            lines=tuple(self._line(line) for line in sorted(item.results, key=self._by_name)),
            candidates=candidates,
            gone=is_gone(item),
        )

    def unplaced(self, plan: GradePlan) -> ExportAssignment:
        """The grades that have no section to go to."""
        return ExportAssignment(
            course_work_id="",
            class_id="",
            class_title="",
            title="",
            line_item="held",
            blocked=True,
            notices=(),
            lines=tuple(self._line(line) for line in sorted(plan.unplaced, key=self._by_name)),
        )

    def name(self, user_id: str) -> str:
        """Somebody's name, as Classroom has it."""
        return self.names.get(user_id, user_id)

    def _by_name(self, line: ResultPlan) -> str:
        return self.name(line.user_id)

    def _line(self, line: ResultPlan) -> ExportLine:
        why = line.outcome or next(iter(line.losses), None)
        return ExportLine(
            user_id=line.user_id,
            name=self._by_name(line),
            decision=str(line.verdict),
            classroom=line.score,
            sis=line.sis.score if line.sis else None,
            said=said(why) if why else None,
            several=tuple(map(str, line.several)),
            may_answer=may_answer(line),
        )

    def outcome(self, one: runs.Outcome, planned: ResultPlan | None) -> ExportLine:
        """What became of one grade; a verified one is in the SIS as predicted, and says what it replaced there."""
        held, who = None if planned is None else planned.sis, one.user_id or one.student_id or ""
        told = Said(code=one.code, params={k: str(v) for k, v in one.params.items()}, sis_words=one.sis_words)
        if planned is not None and one.code == Code.VERIFIED:
            held = planned.predicted
            told = said(planned.outcome) if planned.outcome else told
        return ExportLine(
            user_id=one.user_id or "",
            name=self.names.get(who, who),
            decision=decision(Code(one.code)),
            classroom=planned.score if planned else None,
            sis=held.score if held else None,
            said=told,
        )


def said(outcome: Outcome) -> Said:
    """An outcome of a plan, for the pages."""
    return Said(code=str(outcome.code), params=dict(outcome.params))
