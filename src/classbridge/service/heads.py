"""The heads of a grades page: each assignment with its counts, its last export and its grading period."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from classbridge.service.gradebook import StoredGrades, due_day
from classbridge.service.views import AssignmentHead, StudentRow
from classbridge.store import rosters
from classbridge.store.links import Link
from classbridge.store.rosters import KeptSession
from classbridge.store.rows import Rows


class Heads:
    """The heads of a class's assignments: what is counted is counted once for all."""

    def __init__(self, stored: StoredGrades, students: Sequence[StudentRow], zone: ZoneInfo) -> None:
        self.stored, self.zone = stored, zone
        self.returned: Counter[str] = Counter()
        self.not_returned: Counter[str] = Counter()
        for one in stored.submissions.values():
            self.returned[one.course_work_id] += one.assigned_grade is not None
            self.not_returned[one.course_work_id] += one.assigned_grade is None and one.has_draft_grade
        self.differing = [
            sum(cell.differs for cell in column) for column in zip(*(row.cells for row in students), strict=True)
        ] or [0] * len(stored.works)
        self.sent: dict[str, datetime] = {}
        for (work_id, _), entry in stored.entries.items():
            if entry.sent_at:
                self.sent[work_id] = max(entry.sent_at, self.sent.get(work_id, entry.sent_at))

    def all(self, *, exported: bool, periods: Sequence[KeptSession]) -> Iterator[AssignmentHead]:
        """The heads in the order of the columns; `exported`: whether an export of the class ever ended."""
        for work, differing in zip(self.stored.works, self.differing, strict=True):
            due_on = due_day(work, self.zone)
            yield AssignmentHead(
                course_work_id=work.id,
                title=work.title,
                max_points=work.max_points,
                due_on=due_on,
                link=work.alternate_link,
                returned=self.returned[work.id],
                not_returned=self.not_returned[work.id],
                to_export=self.stored.waiting.get(work.id, 0),
                last_export_at=self.sent.get(work.id) if exported else None,
                differing=differing,
                period=_period(due_on, periods),
            )


def _period(due_on: date | None, periods: Sequence[KeptSession]) -> str | None:
    """The shortest period of the SIS that has the day in it."""
    if due_on is None:
        return None
    around = [one for one in periods if one.start_date <= due_on <= one.end_date]
    found = min(around, key=lambda one: one.end_date - one.start_date, default=None)
    return found.title if found else None


def periods_of(rows: Rows, sections: Sequence[Link]) -> list[KeptSession]:
    """The terms and grading periods of the sections."""
    found = [
        one for link in sections for one in rosters.sessions_of_class(rows, link.connection_id, link.class_id)
    ]
    return [one for one in found if one.status == "active"]
