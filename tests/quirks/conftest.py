from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from msgspec import Struct
from msgspec.structs import replace

from classbridge.cli import house, main_job
from classbridge.cli.main_job import Outcome, Stage
from classbridge.jobs.worker import inline_worker
from classbridge.jobs.workflows import MODULE
from classbridge.sandbox import sis
from classbridge.sandbox.classroom.server import ClassroomServer
from classbridge.sandbox.district import District
from classbridge.sandbox.sis import SisServer, quirks
from classbridge.sandbox.sis.quirks import Variant
from classbridge.service import classes, connections, grades, linking, runs
from classbridge.service.context import Context, open_context
from classbridge.service.errors import RefusedError
from classbridge.service.views import Said
from tests.installation import PASSWORD, TODAY, Installation, settings_for

DISTRICT = District.make(students=50, seed=1, today=TODAY)
RECORDS = list(DISTRICT.records())


class Bench(Struct, frozen=True, kw_only=True):
    """A house in which one district after another gets its SIS."""

    settings: Any
    ctx: Context

    @contextmanager
    def stage(self, name: str, *, answered: bool = True) -> Iterator[Installation]:
        """A plain SIS with a quirk; without `answered` its connection has not the settings that it asks for."""
        chosen = [quirks.choose(name)]
        personality = sis.load(f"generic@{chosen[0].variant.only or '1.2'}")
        habits = quirks.with_quirks(personality, chosen)
        with (
            SisServer.start(habits, RECORDS, teacher_email=DISTRICT.teacher_email) as server,
            ClassroomServer.start(DISTRICT) as classroom,
        ):
            stage = main_job.with_quirks(
                main_job.set_stage(self.ctx, server, classroom, DISTRICT, PASSWORD), chosen
            )
            if not answered:
                stage = replace(stage, settings={})
            yield Installation(settings=self.settings, ctx=self.ctx, stage=stage)


class Ended(Struct, frozen=True, kw_only=True):
    """How the main job went: what it did, the outcome that stopped it, and those of single grades not sent."""

    done: Outcome
    code: str
    lines: dict[str, int]


def ended(made: Installation) -> Ended:
    """Do the main job; a run that fails says with which outcome."""
    done = made.main_job()
    if done.connected and not done.classes_linked:
        return Ended(done=done, code=_refusal_to_link(made), lines={})
    failed = [run for run in _runs(made.ctx, made.stage) if run.state == "failed" and run.said]
    lines = Counter(said.code for said in _failed_lines(made))
    stopped = next((run.said.code for run in failed if run.said), "")
    if not done.grades_exported and len(lines) == 1:
        stopped, lines = stopped or next(iter(lines)), Counter()
    return Ended(done=done, code=stopped, lines=dict(lines))


def right(made: Installation, variant: Variant) -> bool:
    """Whether the main job ends as a quirk's row says, with every grade that it sends right."""
    how = ended(made)
    if (how.code, set(how.lines)) != (variant.ends, set(variant.lines)):
        return False
    all_read_back = how.done.grades_verified == how.done.grades_exported > 0
    return bool(variant.ends) or (all_read_back and len(how.done.problems) == sum(how.lines.values()))


def _refusal_to_link(made: Installation) -> str:
    """What the teacher is told who links their class by hand; empty where they may."""
    connection = connections.home(made.ctx, made.admin).connections[0].id
    course = classes.class_list(made.ctx, made.teacher).rows[0].course_id
    try:
        linking.link(made.ctx, made.teacher, course, [(connection, DISTRICT.demo_sections[0])])
    except RefusedError as refused:
        return str(refused.said.code)
    return ""


def _runs(ctx: Context, stage: Stage[SisServer]) -> list[Any]:
    return list(runs.page(ctx, stage.admin).items)


def _failed_lines(made: Installation) -> list[Said]:
    exports = [run for run in _runs(made.ctx, made.stage) if run.kind == "export" and run.state == "done"]
    if not exports:
        return []
    details = grades.details(made.ctx, made.teacher, exports[0].id)
    lines = [line for item in details.assignments for line in item.lines]
    return [line.said for line in lines if line.decision == "failed" and line.said]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A migrated installation with a worker."""
    settings = settings_for(tmp_path_factory.mktemp("quirks"))
    house.migrate(settings)
    with open_context(settings) as ctx, inline_worker(settings, [MODULE]):
        yield Bench(settings=settings, ctx=ctx)
