"""Names for the ids in a run's plan and outcomes."""

from collections.abc import Sequence

from classbridge.service.placing import full_name
from classbridge.store import courses, links, rosters
from classbridge.store.rows import Rows
from classbridge.store.runs import Outcome, Run


class Names:
    """The names of a run's assignments, people and sections, by their ids."""

    def __init__(self, rows: Rows, run: Run) -> None:
        side, course_id, connection_id = run.side or "", run.course_id or "", run.connection_id or ""
        sections = [link.class_id for link in links.of_course(rows, side, course_id)]
        works = courses.course_work(rows, side, course_id)
        self.titles = {one.id: one.title for one in works}
        self.links = {one.id: one.alternate_link for one in works}
        self.names = {one.user_id: full_name(one) for one in courses.members(rows, side, course_id)}
        self.classes = {one.sourced_id: one.title for one in rosters.classes(rows, connection_id, sections)}

    def name_students(self, rows: Rows, run: Run, without_account: Sequence[Outcome]) -> None:
        """Add the names that the SIS has for those who are in its sections only."""
        classes = sorted({one.class_id for one in without_account if one.class_id})
        if classes:
            people = rosters.people(rows, run.connection_id or "", classes, "student")
            self.names = {one.user_id: full_name(one) for one in people} | self.names
