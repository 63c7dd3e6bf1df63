"""A whole installation for tests: real databases, a real worker, a SIS and a Classroom on loopback."""

import atexit
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from shutil import copyfile, rmtree
from tempfile import mkdtemp

from msgspec import Struct
from msgspec.structs import replace

from classbridge.bridge.policy import Actor
from classbridge.cli import house, main_job
from classbridge.cli.main_job import Outcome, Stage
from classbridge.jobs.worker import WorkerProcess, inline_worker
from classbridge.jobs.workflows import MODULE
from classbridge.sandbox import sis
from classbridge.sandbox.classroom.server import ClassroomServer
from classbridge.sandbox.district import District
from classbridge.sandbox.sis import SisServer
from classbridge.service import grades, runs
from classbridge.service.context import Context, open_context
from classbridge.service.views import ExportDetails, RunView
from classbridge.settings import Settings
from classbridge.store import classrooms, courses, links

TODAY = date(2026, 11, 23)
PASSWORD = "correct horse battery staple"


class Installation(Struct, frozen=True, kw_only=True):
    """An installation with one district, whose SIS and Classroom are the stage's."""

    settings: Settings
    ctx: Context
    stage: Stage[SisServer]

    @property
    def admin(self) -> Actor:
        """The district's admin."""
        return self.stage.admin

    @property
    def teacher(self) -> Actor:
        """The demo teacher, with one class in the SIS and Classroom alike and another to link."""
        return self.stage.teacher

    def main_job(self) -> Outcome:
        """Connect, link, import, export and read back."""
        return main_job.run(self.ctx, self.stage)

    def up_to(self, last: str) -> Outcome:
        """The main job's steps up to "connect", "link", "import" or "export"; a problem fails the test."""
        done = Outcome(vendor="", version=str(self.stage.sis.personality.version))
        for name in ("connect", "link", "import", "export"):
            getattr(main_job, f"_{name}")(self.ctx, self.stage, done)
            if name == last:
                break
        assert not done.problems, done.problems
        return done

    @property
    def course_id(self) -> str:
        """The linked class; of several, the first in the teacher's list."""
        with self.ctx.district(self.teacher).read() as rows:
            [side] = [one.side for one in classrooms.list_all(rows)]
            linked = {link.course_id for link in links.list_all(rows, side=side)}
            taught = courses.courses_of_teacher(rows, side, self.teacher.email)
            return next(course.id for course in taught if course.id in linked)

    def wait(self, run_id: str, *, actor: Actor | None = None) -> RunView:
        """Wait until a run is done or held; `RunFailedError` otherwise."""
        return main_job.wait(self.ctx, actor or self.teacher, run_id)

    def start_export(self, choices: grades.ExportChoices | None = None) -> str:
        """Preview and start an export of everything; the run."""
        preview = grades.preview(self.ctx, self.teacher, self.course_id)
        self.wait(preview)
        return grades.export(self.ctx, self.teacher, preview, choices or grades.ExportChoices())

    def export(self, choices: grades.ExportChoices | None = None) -> ExportDetails:
        """Export everything; what became of it."""
        run_id = self.start_export(choices)
        self.wait(run_id)
        return grades.details(self.ctx, self.teacher, run_id)

    def run(self, run_id: str) -> RunView:
        """A run as it stands."""
        return runs.view(self.ctx, self.teacher, run_id)


def settings_for(folder: Path, database_url: str = "") -> Settings:
    """Settings of an installation in a folder, which may ask loopback addresses."""
    return Settings(
        data_dir=folder,
        database_url=database_url,
        allowed_hosts=("127.0.0.1", "localhost"),
        log_level="ERROR",
        log_format="json",
    )


def migrate(settings: Settings) -> None:
    """Make the databases; SQLite's are copies of those that this process migrated first."""
    if settings.database_url or settings.jobs_database_url:
        house.migrate(settings)
        return
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    for file in _migrated().iterdir():
        if not (settings.data_dir / file.name).exists():
            copyfile(file, settings.data_dir / file.name)


@cache
def _migrated() -> Path:
    folder = Path(mkdtemp(prefix="classbridge-migrated-"))
    atexit.register(rmtree, folder)
    house.migrate(settings_for(folder))
    return folder


@contextmanager
def installation(
    settings: Settings,
    personality: str = "generic@1.2",
    *,
    students: int = 60,
    worker: str = "inline",
    sis_server: SisServer | None = None,
    classroom: ClassroomServer | None = None,
    stage: Stage[SisServer] | None = None,
) -> Iterator[Installation]:
    """Migrate, start everything and set the stage. `worker`: inline, process or none.

    A SIS and a Classroom that run already can be given, as after the loss of our database. A `stage` is one that
    was set before: the databases, copies of those that were there then, have its people.
    """
    migrate(settings)
    made_up = District.make(students=students, seed=1, today=TODAY)
    with ExitStack() as stack:
        ctx = stack.enter_context(open_context(settings))
        server = sis_server or stack.enter_context(
            SisServer.start(sis.load(personality), made_up.records(), teacher_email=made_up.teacher_email)
        )
        google = classroom or stack.enter_context(ClassroomServer.start(made_up))
        if worker == "inline":  # the last to start is the first to end: no run meets servers that are gone
            stack.enter_context(inline_worker(settings, [MODULE]))
        elif worker == "process":
            stack.enter_context(WorkerProcess(replace(settings, log_level="ERROR"), [MODULE]))
        if stage is None:
            stage = main_job.set_stage(ctx, server, google, made_up, PASSWORD)
        yield Installation(settings=settings, ctx=ctx, stage=replace(stage, sis=server, classroom=google))
