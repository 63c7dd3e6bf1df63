"""An installation whose SIS has no API: its registrar exports packages and imports the grades."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from classbridge.cli import house, main_job
from classbridge.jobs.worker import inline_worker
from classbridge.jobs.workflows import MODULE
from classbridge.sandbox.classroom.server import ClassroomServer
from classbridge.sandbox.district import District
from classbridge.sandbox.registrar import Registrar
from classbridge.service.context import open_context
from tests.installation import PASSWORD, TODAY, settings_for
from tests.packages.office import Office
from tests.postgres import Cluster

STUDENTS = 60


@pytest.fixture(params=[pytest.param("sqlite", marks=pytest.mark.exhaustive), "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    url = ""
    if request.param == "postgresql":
        cluster: Cluster = request.getfixturevalue("postgres")
        url = cluster.new_database()
    settings = settings_for(tmp_path / "data", url)
    house.migrate(settings)
    made_up = District.make(students=STUDENTS, seed=1, today=TODAY)
    registrar = Registrar(made_up.records(), teacher_email=made_up.teacher_email)
    with (
        open_context(settings) as ctx,
        ClassroomServer.start(made_up) as classroom,
        inline_worker(settings, [MODULE]),
    ):
        yield Office(ctx, main_job.set_stage(ctx, registrar, classroom, made_up, PASSWORD), tmp_path)
