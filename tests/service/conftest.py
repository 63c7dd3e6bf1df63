"""Installations for the rules: Classroom starts once a module, the SIS and our own side anew for every test."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from shutil import copytree
from typing import Any
from urllib.parse import urlsplit

import pytest
from msgspec import Struct
from msgspec.structs import replace

from classbridge.cli.main_job import Stage
from classbridge.sandbox import sis
from classbridge.sandbox.classroom.server import ClassroomServer
from classbridge.sandbox.district import District
from classbridge.sandbox.sis import SisServer
from classbridge.sandbox.sis.server import Credentials
from classbridge.sandbox.sis.state import Grade
from classbridge.service import classes, grades
from classbridge.service.views import ExportDetails, ExportLine, ExportPreview
from classbridge.store import rosters
from tests.installation import TODAY, Installation, installation, settings_for

STUDENTS = 60
Install = Callable[..., Installation]


@pytest.fixture(scope="module")
def made_up() -> District:
    return District.make(students=STUDENTS, seed=1, today=TODAY)


@pytest.fixture(scope="module")
def one_classroom(made_up: District) -> Iterator[ClassroomServer]:
    with ClassroomServer.start(made_up) as server:
        yield server


@pytest.fixture
def classroom(one_classroom: ClassroomServer) -> ClassroomServer:
    """The Classroom, as it was at the start."""
    one_classroom.reset()
    return one_classroom


class Linked(Struct, frozen=True):
    """An installation as it was when its classes were linked: our folder, the stage, and the SIS's address."""

    folder: Path
    stage: Stage[SisServer]
    port: int
    credentials: Credentials


@pytest.fixture(scope="module")
def linked_once(
    tmp_path_factory: pytest.TempPathFactory, made_up: District, one_classroom: ClassroomServer
) -> Linked:
    """Connected and linked on SQLite, with a generic OneRoster 1.2 SIS; nothing imported or exported."""
    folder = tmp_path_factory.mktemp("linked")
    one_classroom.reset()
    with (
        start_sis(made_up) as server,
        installation(settings_for(folder), students=STUDENTS, sis_server=server, classroom=one_classroom) as made,
    ):
        made.up_to("link")
        port = urlsplit(server.origin).port or 0
        return Linked(folder, made.stage, port, server.credentials)


def start_sis(made_up: District, personality: str = "generic@1.2", **more: Any) -> SisServer:
    """The SIS as it is at the start."""
    return SisServer.start(sis.load(personality), made_up.records(), teacher_email=made_up.teacher_email, **more)


@pytest.fixture
def install(tmp_path: Path, made_up: District, classroom: ClassroomServer) -> Iterator[Install]:
    """Make an installation. Another one ends the first; given its SIS, it is as after the loss of our database."""
    with ExitStack() as servers, ExitStack() as ours:
        made = 0

        def one(
            personality: str = "generic@1.2",
            *,
            url: str = "",
            server: SisServer | None = None,
            smtp: str = "",
            like: Linked | None = None,
        ) -> Installation:
            nonlocal made
            made += 1
            ours.close()
            more = {"port": like.port, "credentials": like.credentials} if like else {}
            server = server or servers.enter_context(start_sis(made_up, personality, **more))
            settings = settings_for(tmp_path / str(made), url)
            if smtp:
                settings = replace(settings, smtp_url=smtp, mail_from="classbridge@district.example")
            if like:
                copytree(like.folder, settings.data_dir)
            else:
                settings.data_dir.mkdir()
            running = installation(
                settings,
                personality,
                students=STUDENTS,
                sis_server=server,
                classroom=classroom,
                stage=like.stage if like else None,
            )
            return ours.enter_context(running)

        yield one


@pytest.fixture
def linked(install: Install, linked_once: Linked, classroom: ClassroomServer) -> Installation:
    """An installation of its own, as `linked_once` left it."""
    classroom.reset()
    return install(like=linked_once)


class Gradebook:
    """One piece of graded course work of the linked class, on both sides."""

    def __init__(self, made: Installation, title: str) -> None:
        self.made = made
        row = made.stage.classroom.state.courses[made.course_id]
        self.work = next(work for work in row.work.values() if title in work.resource["title"])
        self.id = str(self.work.resource["id"])
        self.title = str(self.work.resource["title"])
        self.section = made.stage.made_up.demo_sections[0]
        row_ = next(row for row in classes.class_list(made.ctx, made.teacher).rows if row.sis_classes)
        self.connection_id = row_.sis_classes[0].connection_id

    def preview(self) -> ExportPreview:
        """Preview an export of this work only."""
        return self.previewed(self.previewing())

    def previewing(self) -> str:
        """The run of a finished preview of this work only."""
        run_id = grades.preview(self.made.ctx, self.made.teacher, self.made.course_id, [self.id])
        self.made.wait(run_id)
        return run_id

    def previewed(self, run_id: str) -> ExportPreview:
        """What a finished preview shows."""
        found = grades.previewed(self.made.ctx, self.made.teacher, run_id)
        assert found is not None
        return found

    def export(self, **choices: Any) -> ExportDetails:
        """Export this work only; what became of it."""
        run_id = grades.export(
            self.made.ctx, self.made.teacher, self.previewing(), grades.ExportChoices(**choices)
        )
        self.made.wait(run_id)
        return grades.details(self.made.ctx, self.made.teacher, run_id)

    def held(self) -> list[Grade]:
        """What the SIS holds of it, in its own words."""
        with self.made.stage.sis.control() as control:
            return [grade for grade in control.grades(self.section) if grade.title.startswith(self.title[:12])]

    def graded(self) -> dict[str, Decimal]:
        """Classroom's returned grades by the student's address."""
        accounts = self.made.stage.classroom.state.accounts
        return {
            accounts[one["userId"]].email.casefold(): Decimal(str(one["assignedGrade"]))
            for one in self.work.submissions.values()
            if one.get("assignedGrade") is not None
        }

    def grade(self, email: str, points: float) -> None:
        """Return another grade to a student in Classroom."""
        with self.made.stage.classroom.control() as control:
            control.do("grade", course_id=self.made.course_id, work_id=self.id, user=email, points=points)


def lines(preview: ExportPreview | ExportDetails, decision: str) -> list[ExportLine]:
    """The lines of a preview, or of an export's details, with this decision."""
    return [line for item in preview.assignments for line in item.lines if line.decision == decision]


def sis_state(made: Installation) -> dict[str, Any]:
    """What the SIS counts of itself."""
    with made.stage.sis.control() as control:
        return control.state()


def matched(book: Gradebook) -> dict[str, Decimal]:
    """Classroom's returned grades of those who are in the section under the same address."""
    with book.made.ctx.district(book.made.teacher).read() as rows:
        people = rosters.people(rows, book.connection_id, [book.section], "student")
    known = Counter(person.email.casefold() for person in people if person.active and person.email)
    return {email: score for email, score in book.graded().items() if known[email] == 1}


@pytest.fixture
def essay(linked: Installation) -> Gradebook:
    """The essay of the linked class."""
    return Gradebook(linked, "Cell division essay")
