"""Planning an export: per piece of course work and section a line item, per student a result, and why not."""

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from classbridge.bridge.choices import NOTHING
from classbridge.bridge.decision import (
    DriftPolicy,
    Verdict,
    decide,
    exportable,
    held_value,
    settle,
    verdict_of,
)
from classbridge.bridge.equality import EXEMPT, GRADED, Prediction, Value, predict, shown, value_of
from classbridge.bridge.facts import Answers, ClassroomGrades, Memory, Section
from classbridge.bridge.identity import line_item_id, result_id
from classbridge.bridge.line_items import (
    Place,
    Step,
    Target,
    facts_of,
    find_target,
    outdated,
    to_line_item,
)
from classbridge.bridge.outcome import Code, Outcome
from classbridge.bridge.plan import GradePlan, ItemPlan, Offer, OfferedGrade, ResultPlan
from classbridge.bridge.preflight import plan_titles, prepare
from classbridge.bridge.records import ItemKey, KnownResult
from classbridge.bridge.standing import Stands
from classbridge.bridge.unread import Unread
from classbridge.classroom.models import CourseWork, StudentSubmission
from classbridge.oneroster.models import LineItem, Result


def plan_export(
    classroom: ClassroomGrades, sections: Iterable[Section], memory: Memory, answers: Answers
) -> GradePlan:
    """Plan an export of a class to its linked sections. Deterministic: the same facts give the same plan."""
    planner = _Planner(classroom, tuple(sections), memory, answers)
    works = [w for w in classroom.works if classroom.chosen is None or w.id in classroom.chosen]
    items: list[ItemPlan] = []
    unplaced: list[ResultPlan] = []
    for work in works:
        routed, lost = planner.route(work)
        unplaced += lost
        items += [planner.item(work, section, routed) for section in planner.sections]
    return GradePlan(items=tuple(items), unplaced=tuple(unplaced))


class _Planner:
    """The facts of one export, indexed once."""

    def __init__(
        self, classroom: ClassroomGrades, sections: tuple[Section, ...], memory: Memory, answers: Answers
    ) -> None:
        self.classroom, self.sections, self.memory, self.answers = classroom, sections, memory, answers
        self.known_items = {item.key: item for item in memory.line_items}
        self.known_results = {(r.line_item_sourced_id, r.student_sourced_id): r for r in memory.results}
        self.absent: dict[str, set[str]] = {}
        """Of each line item, the students whom we sent a grade of and who are not in the Classroom class."""
        present = set(classroom.students.values())
        for item, student in self.known_results:
            if student not in present:
                self.absent.setdefault(item, set()).add(student)
        self.sis_results: dict[tuple[str, str], list[Result]] = {}
        for result in sorted((r for s in sections for r in s.results), key=lambda r: r.sourced_id):
            if result.active:
                key = (result.line_item.sourced_id, result.student.sourced_id)
                self.sis_results.setdefault(key, []).append(result)
        self.unread = Unread(frozenset(one for s in sections for one in s.unread.grades))
        self.submissions: dict[str, list[StudentSubmission]] = {}
        for submission in classroom.submissions:
            self.submissions.setdefault(submission.course_work_id, []).append(submission)
        self.titles = {
            s.class_sourced_id: plan_titles(classroom.works, s.gradebook.rules, classroom.choices)
            for s in sections
        }
        self.claims = self._claims()
        self.stands = Stands(memory.stands)

    def _claims(self) -> dict[str, ItemKey]:
        """Return which place of this class each line item's id belongs to, derived or remembered."""
        claims = {
            line_item_id(self.classroom.side, self.classroom.course_id, work.id, section.class_sourced_id): (
                work.id,
                section.class_sourced_id,
            )
            for work in self.classroom.works
            for section in self.sections
        }
        claims.update({item.sourced_id: item.key for item in self.memory.line_items if not item.retired})
        return claims

    def route(self, work: CourseWork) -> tuple[dict[str, list[StudentSubmission]], list[ResultPlan]]:
        """Send each submission to the student's own section; say why where there is none."""
        routed: dict[str, list[StudentSubmission]] = {}
        unplaced: list[ResultPlan] = []
        if not work.graded:
            return routed, unplaced
        for submission in sorted(self.submissions.get(work.id, ()), key=lambda s: s.user_id):
            section, outcome = self._section_of(submission.user_id)
            if section is not None:
                routed.setdefault(section, []).append(submission)
            elif self._not_exportable(work, submission) is None and outcome is not None:
                line = self._line(submission, None, outcome)
                unplaced.append(replace(line, sections=self._sections_with(line.student_sourced_id)))
            unplaced += self._moved(submission, section)
        return routed, unplaced

    def _section_of(self, user_id: str) -> tuple[str | None, Outcome | None]:
        student = self.classroom.students.get(user_id)
        if student is None:
            return None, Outcome.of(self._without_place(user_id))
        found = self._sections_with(student)
        chosen = self.answers.sections.get(student)
        if len(found) == 1 or chosen in found:
            return (chosen if chosen in found else found[0]), None
        if found:
            return None, Outcome.of(Code.STUDENT_IN_SEVERAL_SECTIONS, count=len(found))
        return None, Outcome.of(Code.STUDENT_NOT_IN_SECTION)

    def _without_place(self, user_id: str) -> Code:
        if user_id in self.classroom.ambiguous:
            return Code.STUDENT_AMBIGUOUS_EMAIL
        return Code.STUDENT_NOT_IN_SECTION if user_id in self.classroom.elsewhere else Code.STUDENT_NOT_IN_SIS

    def _sections_with(self, student: str | None) -> tuple[str, ...]:
        return tuple(section.class_sourced_id for section in self.sections if student in section.students)

    def _moved(self, submission: StudentSubmission, section: str | None) -> list[ResultPlan]:
        """Hold what an earlier section still has of a student who is in another one now."""
        if section is None:
            return []
        student = self.classroom.students[submission.user_id]
        read = {s.class_sourced_id for s in self.sections}
        return [
            self._left_behind(submission, known)
            for known in self.memory.results
            if known.student_sourced_id == student
            and known.course_work_id == submission.course_work_id
            and known.class_sourced_id != section
            and (known.class_sourced_id not in read or self._there(known.line_item_sourced_id, student))
        ]

    def _there(self, line_item: str, student: str) -> bool:
        """Whether the SIS has a result, be it one that cannot be read."""
        return (line_item, student) in self.sis_results or self.unread.grade(line_item, student)

    def _left_behind(self, submission: StudentSubmission, known: KnownResult) -> ResultPlan:
        """What an earlier section holds; of one that is no longer linked it is known only what was sent there."""
        place = (known.line_item_sourced_id, known.student_sourced_id)
        held = next((one for one in self.sis_results.get(place, ()) if one.sourced_id == known.sourced_id), None)
        sis = known.last_sent if held is None else held_value(held)
        stands = self.stands.left(*place, sis)
        code = Code.LEFT_AS_CHOSEN if stands else Code.HELD_MOVED_STUDENT
        line = self._line(submission, known.class_sourced_id, Outcome.of(code))
        return replace(line, sourced_id=known.sourced_id, sis=sis, held=held)

    def _line(
        self, submission: StudentSubmission, section: str | None, outcome: Outcome | None = None
    ) -> ResultPlan:
        return ResultPlan(
            course_work_id=submission.course_work_id,
            user_id=submission.user_id,
            student_sourced_id=self.classroom.students.get(submission.user_id),
            class_sourced_id=section,
            verdict=verdict_of(outcome),
            score=submission.assigned_grade,
            outcome=outcome,
        )

    def _not_exportable(self, work: CourseWork, submission: StudentSubmission) -> Outcome | None:
        return exportable(work, submission, excused=self._excused(submission))

    def _excused(self, submission: StudentSubmission) -> bool:
        return (submission.course_work_id, submission.user_id) in self.classroom.excused

    def item(self, work: CourseWork, section: Section, routed: Mapping[str, list[StudentSubmission]]) -> ItemPlan:
        """Plan one piece of course work in one section."""
        place = self._place(work, section)
        known = self.known_items.get(place.key)
        target = find_target(
            place,
            known,
            self.answers.items,
            attended=self.answers.attended,
            records_lost=self.memory.lost,
        )
        blocking = place.prepared.blocking or (None if target.usable else target.outcome)
        results = tuple(
            _blocked(self._result(place, target, submission), blocking)
            for submission in routed.get(section.class_sourced_id, ())
        )
        create = target.step is Step.CREATE and any(r.send for r in results)
        put = create or (blocking is None and outdated(place, target, known))
        target_outcome = () if target.outcome is None else (target.outcome,)
        of_work = (*target_outcome, *place.prepared.outcomes, *self._left_classroom(target, section))
        return ItemPlan(
            course_work_id=work.id,
            class_sourced_id=section.class_sourced_id,
            step=target.step,
            line_item_sourced_id=target.sourced_id,
            generation=target.generation,
            facts=facts_of(place.prepared),
            put=to_line_item(place, target) if put else None,
            candidates=tuple(item.sourced_id for item in target.candidates),
            outcomes=of_work if work.graded else place.prepared.outcomes,
            blocked=blocking is not None,
            results=results,
            offers=tuple(map(self._offer, target.candidates)),
        )

    def _left_classroom(self, target: Target, section: Section) -> tuple[Outcome, ...]:
        """What is said of grades that stay because Classroom shows nothing of their students (rule 4)."""
        students = self.absent.get(target.sourced_id, set()) & section.students
        count = sum(self._there(target.sourced_id, student) for student in students)
        return (Outcome.of(Code.STUDENTS_NOT_IN_CLASSROOM, count=count),) if count else ()

    def _offer(self, item: LineItem) -> Offer:
        held = [
            (student, held_value(result))
            for (line_item, student), results in self.sis_results.items()
            if line_item == item.sourced_id
            for result in results
        ]
        return Offer(
            sourced_id=item.sourced_id,
            title=item.title,
            due=item.due_date,
            maximum=item.result_value_max,
            grades=tuple(OfferedGrade(student_sourced_id=one, value=value) for one, value in held if value),
        )

    def _place(self, work: CourseWork, section: Section) -> Place:
        key = (work.id, section.class_sourced_id)
        title, choice = (
            self.titles[section.class_sourced_id][work.id],
            self.classroom.choices.get(work.id, NOTHING),
        )
        return Place(
            side=self.classroom.side,
            work=replace(work, course_id=self.classroom.course_id),
            class_sourced_id=section.class_sourced_id,
            school_sourced_id=section.school_sourced_id,
            listed={item.sourced_id: item for item in section.line_items},
            taken=section.taken | {sourced_id for sourced_id, owner in self.claims.items() if owner != key},
            gradebook=section.gradebook,
            choice=choice,
            prepared=prepare(work, title, section.gradebook, choice),
            unread=section.unread.line_items,
        )

    def _result(self, place: Place, target: Target, submission: StudentSubmission) -> ResultPlan:
        student = self.classroom.students[submission.user_id]
        known = self.known_results.get((target.sourced_id, student))
        found = self.sis_results.get((target.sourced_id, student), [])
        sourced_id, held = _existing(target, student, known, found)
        sis = held_value(held)
        why = self._not_exportable(place.work, submission)
        if self.unread.grade(target.sourced_id, student) and (why is None or known is not None):
            return self._line(submission, place.class_sourced_id, Outcome.of(Code.RESULT_UNREADABLE))
        if why is not None:
            if known is not None and sis is not None:
                left = self.stands.left(target.sourced_id, student, sis)
                why = Outcome.of(Code.LEFT_AS_CHOSEN if left else Code.WITHDRAWAL_WAITS)
            return replace(self._line(submission, place.class_sourced_id, why), sis=sis, held=held)
        if sourced_id is None:
            outcome = Outcome.of(Code.RESULT_AMBIGUOUS, count=len(found))
            line = self._line(submission, place.class_sourced_id, outcome)
            return replace(line, several=tuple(map(value_of, found)))
        prediction = predict(
            place.gradebook.rules,
            submission.assigned_grade,
            place.work.max_points,
            EXEMPT if self._excused(submission) else GRADED,
        )
        line = replace(
            self._line(submission, place.class_sourced_id),
            sourced_id=sourced_id,
            created=held is None or _ours(target, student, known, sourced_id),
            now=prediction.sent,
            predicted=prediction.value,
            sis=sis,
            held=held,
            losses=tuple(loss for loss in prediction.losses if not loss.blocks),
        )
        return self._judged(line, target, prediction, None if target.step is Step.CREATE else known)

    def _judged(
        self, line: ResultPlan, target: Target, prediction: Prediction, known: KnownResult | None
    ) -> ResultPlan:
        refusal = next((loss for loss in prediction.losses if loss.blocks), None)
        if refusal is not None:
            return replace(line, verdict=Verdict.SKIPPED, outcome=refusal)
        verdict = decide(
            prediction.value,
            known.last_sent if known else None,
            line.sis,
            ever_sent=known is not None,
        )
        settled = settle(
            verdict,
            prediction.value,
            line.sis,
            self.answers.policy,
            attended=self.answers.attended,
            answer=self._answer(line, target, prediction.value),
        )
        if settled.outcome is not None and settled.outcome.code is Code.DRIFTED_KEPT:
            verdict = Verdict.KEPT
        return replace(line, verdict=verdict, send=settled.send, outcome=settled.outcome)

    def _answer(self, line: ResultPlan, target: Target, now: Value) -> DriftPolicy | None:
        """A person's answer for a grade, if it still is about what the SIS holds."""
        student = line.student_sourced_id or ""
        if self.answers.overwrite.get((line.course_work_id, student)) == shown(line.sis):
            return DriftPolicy.OVERWRITE
        return DriftPolicy.KEEP if self.stands.kept(target.sourced_id, student, line.sis, now) else None


def _existing(
    target: Target, student: str, known: KnownResult | None, found: list[Result]
) -> tuple[str | None, Result | None]:
    """Return the id to use and the SIS's record; an existing result is used whatever its id. None: several."""
    derived = result_id(target.sourced_id, student)
    if not found:
        return (known.sourced_id if known else derived), None
    by_id = {result.sourced_id: result for result in found}
    ours = known.sourced_id if known and known.sourced_id in by_id else derived
    if ours in by_id:
        return ours, by_id[ours]
    return (found[0].sourced_id, found[0]) if len(found) == 1 else (None, None)


def _ours(target: Target, student: str, known: KnownResult | None, sourced_id: str) -> bool:
    """Whether a result that is there is known to be ours; an id that the SIS gave it says nothing of that."""
    remembered = known is not None and known.created and known.sourced_id == sourced_id
    return remembered or sourced_id == result_id(target.sourced_id, student)


def _blocked(line: ResultPlan, blocking: Outcome | None) -> ResultPlan:
    """Stop what would be sent to a line item that may not be; what is equal already stays so."""
    if blocking is None or not line.send:
        return line
    return replace(line, send=False, verdict=verdict_of(blocking), outcome=blocking)
