"""One linked class for all tests here: each sets course work of its own, or has an installation for itself."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from classbridge.sandbox import sis
from classbridge.sandbox.classroom.server import ClassroomServer
from classbridge.sandbox.district import District
from classbridge.sandbox.sis import SisServer
from classbridge.settings import Settings
from tests.installation import TODAY, installation, settings_for
from tests.outcomes.scene import Scene

STUDENTS = 60


def _settings(folder: Path, classroom: ClassroomServer) -> Settings:
    """Settings under which a run that waits looks again soon, and the sandbox's Classroom may be connected."""
    info = folder / "sandbox.json"
    info.write_text(json.dumps({"classroom": classroom.info()}))
    return replace(settings_for(folder / "data"), sis_pauses=(0.2,), sandbox_info=str(info))


@pytest.fixture(scope="package")
def _scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    made_up = District.make(students=STUDENTS, seed=1, today=TODAY)
    with (
        SisServer.start(sis.load("generic@1.2"), made_up.records(), teacher_email=made_up.teacher_email) as server,
        ClassroomServer.start(made_up) as classroom,
        installation(
            _settings(tmp_path_factory.mktemp("scene"), classroom),
            students=STUDENTS,
            sis_server=server,
            classroom=classroom,
        ) as made,
    ):
        made.up_to("link")
        yield Scene(made)


@pytest.fixture
def scene(_scene: Scene) -> Iterator[Scene]:
    """The linked class; without faults and with the profile's rules at the start and at the end."""
    yield _scene
    _scene.as_before()
