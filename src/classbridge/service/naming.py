"""Names for the ids in a run's plan and outcomes."""

from classbridge.service.placing import full_name
from classbridge.store import courses, links, rosters
from classbridge.store.rows import Rows
from classbridge.store.runs import Run


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
