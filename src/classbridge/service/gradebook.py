"""One class's grades on both sides, from the snapshots: what pages show and count without asking anyone."""

from collections import Counter
from datetime import date
from decimal import Decimal
from functools import cached_property
from zoneinfo import ZoneInfo

from classbridge.bridge.equality import EXEMPT, GRADED, Value, equal, predict, same_status
from classbridge.bridge.gradebook import GradebookRules
from classbridge.bridge.standing import Stands
from classbridge.jobs.export_facts import let_stand
from classbridge.service.placing import Place, places
from classbridge.service.views import GradeCell
from classbridge.sis.registry import profile
from classbridge.store import answers, connections, courses, excused, gradebooks, grades, links
from classbridge.store.courses import KeptCourseWork, KeptSubmission
from classbridge.store.gradebooks import KeptResult
from classbridge.store.grades import LineItemEntry, SentGrade
from classbridge.store.links import Link
from classbridge.store.rows import Rows

UNSUBMITTED = frozenset({"NEW", "CREATED", "RECLAIMED_BY_STUDENT"})


class StoredGrades:
    """A linked class's stored grades; each part is read when it is first looked at."""

    def __init__(self, rows: Rows, side: str, course_id: str) -> None:
        self._rows, self._side, self._course_id = rows, side, course_id
        self.sections: list[Link] = links.of_course(rows, side, course_id)

    @cached_property
    def places(self) -> dict[str, Place]:
        """Where each matched student is in the SIS."""
        return places(self._rows, self._side, self._course_id, self.sections)

    @cached_property
    def works(self) -> list[KeptCourseWork]:
        """The published course work, newest first, as teachers look for it."""
        found = courses.course_work(self._rows, self._side, self._course_id)
        return [work for work in reversed(found) if work.state == "PUBLISHED"]

    @cached_property
    def submissions(self) -> dict[tuple[str, str], KeptSubmission]:
        """Submissions by course work and user id."""
        found = courses.submissions(self._rows, self._side, self._course_id)
        return {(one.course_work_id, one.user_id): one for one in found}

    @cached_property
    def rules(self) -> GradebookRules:
        """The rules of the SIS's gradebook."""
        if not self.sections:
            return GradebookRules()
        connection = connections.get(self._rows, self.sections[0].connection_id)
        used = profile(connection.vendor).with_overrides(connection.overrides)
        return used.edition(connection.version).gradebook

    @cached_property
    def entries(self) -> dict[tuple[str, str], LineItemEntry]:
        """The id map's line items by course work and section."""
        found = grades.line_items_of_course(self._rows, self._side, self._course_id)
        return {(entry.course_work_id, entry.class_id): entry for entry in found}

    @cached_property
    def sent(self) -> dict[tuple[str, str], SentGrade]:
        """What we last sent, by line item and student."""
        items: dict[str, list[str]] = {}
        for entry in self.entries.values():
            items.setdefault(entry.connection_id, []).append(entry.sourced_id)
        found = [one for key, ids in items.items() for one in grades.sent(self._rows, key, ids)]
        return {(one.line_item_id, one.student_id): one for one in found}

    @cached_property
    def held(self) -> dict[tuple[str, str], KeptResult]:
        """What the SIS held at its last reading, by line item and student."""
        if not self.sections:
            return {}
        ids = [entry.sourced_id for entry in self.entries.values()]
        found = gradebooks.results(self._rows, self.sections[0].connection_id, ids)
        return {(one.line_item_id, one.student_id): one for one in found if one.status == "active"}

    @cached_property
    def stands(self) -> Stands:
        """What people let stand in the SIS."""
        if not self.sections:
            return Stands()
        ids = [entry.sourced_id for entry in self.entries.values()]
        return Stands(map(let_stand, answers.standing(self._rows, self.sections[0].connection_id, ids)))

    @cached_property
    def excused(self) -> frozenset[tuple[str, str]]:
        """Course work and user ids that are marked as excused."""
        return excused.of_course(self._rows, self._side, self._course_id)

    @cached_property
    def keeps_excused(self) -> bool:
        """Whether the SIS keeps that somebody is excused."""
        return any(same_status(EXEMPT, kept) for kept in self.rules.score_statuses)

    @cached_property
    def _values(self) -> dict[tuple[Decimal | None, Decimal | None, str], Value]:
        """Predictions that were made already: a class has few different grades."""
        return {}

    def _predicted(self, work: KeptCourseWork, score: Decimal | None, *, is_excused: bool) -> Value | None:
        """What the SIS will hold when this grade is sent; None where there is nothing to send."""
        if score is None and not is_excused:
            return None
        key = (score, work.max_points, EXEMPT if is_excused else GRADED)
        if key not in self._values:
            self._values[key] = predict(self.rules, *key).value
        return self._values[key]

    @cached_property
    def waiting(self) -> dict[str, int]:
        """How many grades an export would have to send, by course work: returned or excused, placed, not sent."""
        by_id = {work.id: work for work in self.works if work.max_points}
        scores: dict[tuple[str, str], Decimal | None] = dict.fromkeys(self.excused)
        scores.update(courses.returned(self._rows, self._side, self._course_id))
        return Counter(
            key[0] for key, score in scores.items() if key[0] in by_id and self._waits(by_id[key[0]], key, score)
        )

    def waits(self, work: KeptCourseWork, user_id: str) -> bool:
        """Whether an export would send this grade."""
        submission = self.submissions.get((work.id, user_id))
        score = submission.assigned_grade if submission else None
        return bool(work.max_points) and self._waits(work, (work.id, user_id), score)

    def _waits(self, work: KeptCourseWork, key: tuple[str, str], score: Decimal | None) -> bool:
        place = self.places.get(key[1])
        if place is None or place.class_id is None:
            return False
        entry = self.entries.get((work.id, place.class_id))
        known = self.sent.get((entry.sourced_id, place.student_id)) if entry else None
        wanted = self._predicted(work, score, is_excused=key in self.excused)
        if known is None or wanted is None:
            return wanted is not None
        return wanted.score != known.score or not same_status(wanted.status, known.score_status)

    def pending_in_all(self) -> int:
        """How many grades of the class an export would have to send."""
        return sum(self.waiting.values())

    @cached_property
    def drifting(self) -> dict[str, int]:
        """How many grades somebody changed in the SIS since, and nobody let stand: by course work."""
        works = {work.id: work for work in self.works if work.max_points}
        items = {entry.sourced_id: entry for entry in self.entries.values()}
        users = {place.student_id: user_id for user_id, place in self.places.items()}
        found: Counter[str] = Counter()
        for (item_id, student_id), sis in self.held.items():
            entry, user_id = items.get(item_id), users.get(student_id, "")
            work = works.get(entry.course_work_id) if entry else None
            if work is not None and self._key(work, user_id) == (item_id, student_id):
                found[work.id] += self._drifted(work, user_id, sis)
        return +found

    def _drifted(self, work: KeptCourseWork, user_id: str, sis: KeptResult) -> bool:
        submission, key = self.submissions.get((work.id, user_id)), (sis.line_item_id, sis.student_id)
        score = submission.assigned_grade if submission else None
        wanted = self._predicted(work, score, is_excused=(work.id, user_id) in self.excused)
        known, empty = self.sent.get(key), sis.score is None and not _is_exempt(sis)
        if wanted is None or not self._differs(wanted, sis) or (empty and known is None):
            return False
        value = None if empty else Value(sis.score, sis.score_status or GRADED)
        untouched = (
            known is not None and value is not None and equal(Value(known.score, known.score_status), value)
        )
        return not untouched and not self.stands.kept(*key, value, wanted)

    def _key(self, work: KeptCourseWork, user_id: str) -> tuple[str, str]:
        """The line item and student under which a grade stands in the SIS; empty where that is not known."""
        place = self.places.get(user_id)
        entry = self.entries.get((work.id, place.class_id or "")) if place else None
        return (entry.sourced_id, place.student_id) if entry and place else ("", "")

    def cell(self, work: KeptCourseWork, user_id: str) -> GradeCell:
        """One student's grade of one piece of course work, on both sides."""
        submission, key = self.submissions.get((work.id, user_id)), self._key(work, user_id)
        sis, known = self.held.get(key), self.sent.get(key)
        is_excused = (work.id, user_id) in self.excused
        score = submission.assigned_grade if submission else None
        return GradeCell(
            state="excused" if is_excused else _state(submission),
            classroom=score,
            sis=sis.score if sis else None,
            differs=self._differs(self._predicted(work, score, is_excused=is_excused), sis),
            verified_at=known.verified_at if known else None,
            late=submission is not None and submission.late and submission.state not in UNSUBMITTED,
            above=score is not None and work.max_points is not None and score > work.max_points,
            sis_excused=_is_exempt(sis),
        )

    def _differs(self, wanted: Value | None, sis: KeptResult | None) -> bool:
        """Whether the SIS holds something else than it would after an export."""
        if sis is None:
            return False
        if wanted is None:
            return sis.score is not None
        same = not self.keeps_excused or same_status(wanted.status, EXEMPT) == _is_exempt(sis)
        return wanted.score != sis.score or not same


def _is_exempt(sis: KeptResult | None) -> bool:
    return sis is not None and same_status(sis.score_status or "", EXEMPT)


def due_day(work: KeptCourseWork, zone: ZoneInfo) -> date | None:
    """The local day on which the work is due; a date without a time is a plain calendar day."""
    if work.due_at is None:
        return None
    return work.due_at.astimezone(zone).date() if work.due_time_given else work.due_at.date()


def _state(submission: KeptSubmission | None) -> str:
    if submission is None:
        return "not_assigned"
    if submission.assigned_grade is not None:
        return "returned"
    if submission.has_draft_grade:
        return "graded"
    if submission.late:
        return "missing" if submission.state in UNSUBMITTED else "late"
    return "turned_in" if submission.state == "TURNED_IN" else "none"
