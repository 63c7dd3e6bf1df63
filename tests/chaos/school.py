"""A class with as many grades as a test wants, a worker that can be killed, and what must hold afterwards."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from itertools import count, islice
from math import ceil
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from classbridge.jobs.worker import WorkerProcess
from classbridge.jobs.workflows import MODULE
from classbridge.sandbox.classroom.hand import Hand
from classbridge.service import grades
from classbridge.service.views import RunView
from classbridge.settings import Settings
from classbridge.store import grades as stored_grades
from classbridge.store import links, rosters
from tests.installation import Installation, installation

T = TypeVar("T")

POINTS = 100
PAUSES = (0.4,)
"""Seconds between the tries of a SIS that is away: tests have no minutes to wait."""


class Grade(Struct, frozen=True):
    """One grade of the class: by the assignment's code and the student's address."""

    code: str
    email: str


class Ready(Struct, frozen=True, kw_only=True):
    """An installation whose linked class has these grades to export and no others."""

    made: Installation
    worker: WorkerProcess
    grades: dict[Grade, Decimal]

    def kill(self) -> None:
        """Kill the worker without a warning, and wait for the next one."""
        pid = wait_for(lambda: self.worker.pid)
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: self.worker.pid not in (None, pid))

    def until(self, run_id: str, *states: str, done: int = 0, seconds: float = 60.0) -> RunView:
        """Wait until a run is in one of these states, or has done so much."""

        def reached() -> RunView | None:
            found = self.made.run(run_id)
            return found if found.state in states or (not states and found.done >= done) else None

        return wait_for(reached, seconds)

    def in_sis(self) -> dict[Grade, Decimal | None]:
        """The class's grades as the SIS holds them; fails where it holds one twice."""
        with self.made.stage.sis.control() as control:
            assert control.state()["duplicates"] == 0
            held = control.grades(self.made.stage.made_up.demo_sections[0])
        found = {Grade(one.title.split()[0], one.student_email or ""): one.score for one in held}
        ours = {grade.code for grade in self.grades}
        return {grade: score for grade, score in found.items() if grade.code in ours}

    def check_history(self, run_id: str) -> None:
        """The run is done, every grade verified, and the result map holds each one once, proved."""
        details = grades.details(self.made.ctx, self.made.teacher, run_id)
        assert details.run.state == "done"
        assert (details.run.done, details.run.total) == (2 * len(self.grades), 2 * len(self.grades))
        assert (details.sent, details.verified, details.failed) == (len(self.grades), len(self.grades), 0)
        assert details.run.counts["verified"] == len(self.grades)
        self.check_map()

    def check_map(self) -> None:
        """Every grade of the class is remembered with its place in the SIS, sent by us and proved."""
        with self.made.ctx.district(self.made.admin).read() as rows:
            entries = stored_grades.line_items_of_course(rows, "sandbox", self.made.course_id)
            results = [
                result
                for entry in entries
                if entry.title.split()[0] in {grade.code for grade in self.grades}
                for result in stored_grades.results_of(rows, entry.connection_id, entry.sourced_id).values()
            ]
        assert len(results) == len(self.grades)
        assert all(result.ours and result.verified_at for result in results)


def wait_for(condition: Callable[[], T | None], seconds: float = 60.0) -> T:
    """Ask until there is an answer."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "What was waited for did not happen."
        time.sleep(0.01)
    return found


class School:
    """An installation whose class is linked and imported: made once, exported from many times."""

    def __init__(self, made: Installation) -> None:
        self.made = made
        self._codes = count()
        with worker_of(made.settings):
            made.up_to("import")

    @contextmanager
    def ready(self, wanted: int, *, pauses: tuple[float, ...] = PAUSES) -> Iterator[Ready]:
        """Give the class so many grades, in new assignments that take the place of all earlier ones."""
        self.made.stage.sis.board.switch_off()
        graded = _graded(self.made, wanted, self._codes)
        with worker_of(replace(self.made.settings, sis_pauses=pauses)) as worker:
            yield Ready(made=self.made, worker=worker, grades=graded)
        self.made.stage.sis.board.switch_off()


@contextmanager
def school(settings: Settings) -> Iterator[School]:
    """Connect, link and import a class."""
    with installation(settings, worker="none") as made:
        yield School(made)


def worker_of(settings: Settings) -> WorkerProcess:
    """A worker in a process of its own, started again at once when it is killed."""
    return WorkerProcess(settings, [MODULE], first_backoff=0.01)


def _graded(made: Installation, wanted: int, codes: Iterator[int]) -> dict[Grade, Decimal]:
    """Delete the class's own work, and give each student of the SIS's section a grade in as much as is needed."""
    classroom = made.stage.classroom
    hand = Hand(classroom.state, classroom.tokens)
    course_id = made.course_id
    for work in hand.course(course_id)["courseWork"]:
        hand.delete_work(course_id, work["id"])
    students = _exportable(made)
    given: dict[Grade, Decimal] = {}
    for number in islice(codes, ceil(wanted / len(students))):
        code = f"K{number:04d}-chaos"
        due = {"year": 2026, "month": 10, "day": 1 + number % 28}
        work = hand.add_work(course_id, f"{code} Quiz", maxPoints=POINTS, dueDate=due)
        for place, (user_id, email) in enumerate(students[: wanted - len(given)]):
            points = (7 * number + 3 * place) % (POINTS + 1)
            hand.grade(course_id, work["id"], user_id, points)
            given[Grade(code, email)] = Decimal(points)
    return given


def _exportable(made: Installation) -> list[tuple[str, str]]:
    """The students who are the same person on both sides beyond doubt: Classroom's id, the SIS's address."""
    classroom = made.stage.classroom.state
    with made.ctx.district(made.admin).read() as rows:
        link = links.of_course(rows, "sandbox", made.course_id)[0]
        there = rosters.students(rows, link.connection_id, link.class_id)
    addresses = Counter((person.email or "").casefold() for person in there)
    members = classroom.courses[made.course_id].students
    accounts = {classroom.accounts[user_id].email.casefold(): user_id for user_id in members}
    return [
        (accounts[person.email.casefold()], person.email)
        for person in there
        if person.email and person.email.casefold() in accounts and addresses[person.email.casefold()] == 1
    ]
