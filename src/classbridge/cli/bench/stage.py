"""An installation with a made-up SIS and Classroom on which the main job has run once, to measure on."""

import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from classbridge.cli import house, main_job
from classbridge.cli.main_job import Stage
from classbridge.sandbox import sis
from classbridge.sandbox.classroom.server import ClassroomServer
from classbridge.sandbox.district import District
from classbridge.sandbox.sis import SisServer
from classbridge.service.context import Context, open_context
from classbridge.settings import Settings

STUDENTS = 200
PERSONALITY = "generic@1.2"


def settings(folder: Path, port: int = 8300) -> Settings:
    """Settings of an installation in a folder, which may ask loopback addresses."""
    return Settings(
        data_dir=folder,
        port=port,
        allowed_hosts=("127.0.0.1",),
        log_level="ERROR",
        log_format="json",
    )


@contextmanager
def staged(worker: Any, password: str, port: int = 8300) -> Iterator[tuple[Context, Stage[SisServer]]]:
    """The stage after the main job; `worker(settings)` is a context in which jobs run."""
    with tempfile.TemporaryDirectory(prefix="classbridge-bench-") as folder, ExitStack() as stack:
        used = settings(Path(folder), port)
        house.migrate(used)
        ctx = stack.enter_context(open_context(used))
        running: AbstractContextManager[Any] = worker(used)
        stack.enter_context(running)
        made_up = District.make(students=STUDENTS, seed=1, today=datetime.now(UTC).date())
        server = stack.enter_context(
            SisServer.start(sis.load(PERSONALITY), made_up.records(), teacher_email=made_up.teacher_email)
        )
        classroom = stack.enter_context(ClassroomServer.start(made_up))
        stage = main_job.set_stage(ctx, server, classroom, made_up, password)
        done = main_job.run(ctx, stage)
        if done.problems:
            raise RuntimeError(f"The main job failed, so there is nothing to measure: {done.problems[0]}")
        yield ctx, stage
