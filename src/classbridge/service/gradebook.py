"""One class's grades on both sides, from the snapshots: what pages show and count without asking anyone."""

from datetime import date
from decimal import Decimal
from functools import cached_property
from zoneinfo import ZoneInfo

from classbridge.bridge.equality import EXEMPT, GRADED, Value, predict, same_status
from classbridge.bridge.gradebook import GradebookRules
from classbridge.bridge.standing import Stands
from classbridge.jobs.export_facts import let_stand
from classbridge.service.placing import Place, places
from classbridge.service.views import GradeCell
from classbridge.sis.registry import profile
from classbridge.store import answers, connections, courses, excused, gradebooks, grades, links
from classbridge.store.courses import KeptCourseWork, KeptSubmission
from classbridge.store.grades import LineItemEntry, ResultEntry
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
    def sent(self) -> dict[tuple[str, str], ResultEntry]:
        """What we last sent by line item and student."""
        return {
            (entry.sourced_id, student_id): result
            for entry in self.entries.values()
            for student_id, result in grades.results_of(self._rows, entry.connection_id, entry.sourced_id).items()
        }

    @cached_property
    def held(self) -> dict[tuple[str, str], Decimal | None]:
        """What the SIS held at its last reading, by line item and student."""
        if not self.sections:
            return {}
        ids = [entry.sourced_id for entry in self.entries.values()]
        found = gradebooks.results(self._rows, self.sections[0].connection_id, ids)
        return {(one.line_item_id, one.student_id): one.score for one in found if one.status == "active"}

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

    def predicted(self, work: KeptCourseWork, user_id: str) -> Value | None:
        """What the SIS will hold when this grade is sent; None where there is nothing to send."""
        submission, is_excused = self.submissions.get((work.id, user_id)), (work.id, user_id) in self.excused
        if submission is None or (submission.assigned_grade is None and not is_excused):
            return None
        status = EXEMPT if is_excused else GRADED
        return predict(self.rules, submission.assigned_grade, work.max_points, status).value

    def pending(self, work: KeptCourseWork, user_id: str) -> bool:
        """Whether an export would have this grade to send: returned, placed, and not what the SIS should hold."""
        wanted, place = self.predicted(work, user_id), self.places.get(user_id)
        if wanted is None or not work.max_points or place is None:
            return False
        entry = self.entries.get((work.id, place.class_id or ""))
        known = self.sent.get((entry.sourced_id, place.student_id)) if entry else None
        if place.class_id is None or known is None:
            return place.class_id is not None
        return wanted.score != known.score or not same_status(wanted.status, known.score_status)

    def pending_of(self, work: KeptCourseWork) -> int:
        """How many grades of a piece of course work an export would have to send."""
        return sum(self.pending(work, user_id) for (work_id, user_id) in self.submissions if work_id == work.id)

    def pending_in_all(self) -> int:
        """The same for the whole class."""
        return sum(map(self.pending_of, self.works))

    def drifted(self, work: KeptCourseWork, user_id: str) -> bool:
        """Whether somebody changed this grade in the SIS since it was sent, and nobody let that stand."""
        key, wanted = self._key(work, user_id), self.predicted(work, user_id)
        if wanted is None or key not in self.held or not work.max_points:
            return False
        sis, known = self.held[key], self.sent.get(key)
        differs = sis != wanted.score and (known is not None or sis is not None)
        untouched = known is not None and known.score == sis
        value = None if sis is None else Value(sis, wanted.status)
        return differs and not untouched and not self.stands.kept(*key, value, wanted)

    def drifted_of(self, work: KeptCourseWork) -> int:
        """How many grades of a piece of course work differ so."""
        return sum(self.drifted(work, user_id) for (work_id, user_id) in self.submissions if work_id == work.id)

    def drifted_in_all(self) -> int:
        """The same for the whole class."""
        return sum(map(self.drifted_of, self.works))

    def _key(self, work: KeptCourseWork, user_id: str) -> tuple[str, str]:
        """The line item and student under which a grade stands in the SIS; empty where that is not known."""
        place = self.places.get(user_id)
        entry = self.entries.get((work.id, place.class_id or "")) if place else None
        return (entry.sourced_id, place.student_id) if entry and place else ("", "")

    def cell(self, work: KeptCourseWork, user_id: str) -> GradeCell:
        """One student's grade of one piece of course work, on both sides."""
        submission, key = self.submissions.get((work.id, user_id)), self._key(work, user_id)
        sis, known = self.held.get(key), self.sent.get(key)
        wanted = self.predicted(work, user_id)
        return GradeCell(
            state="excused" if (work.id, user_id) in self.excused else _state(submission),
            classroom=submission.assigned_grade if submission else None,
            sis=sis,
            differs=key in self.held and (wanted.score if wanted else None) != sis,
            verified_at=known.verified_at if known else None,
        )


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
