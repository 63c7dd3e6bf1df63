"""Whatever happened, the SIS ends up equal to Classroom, with nothing twice and nothing else touched."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from msgspec.structs import replace

from tests.chaos.school import school, worker_of
from tests.histories.school import Class, History
from tests.histories.steps import Step, histories
from tests.installation import settings_for
from tests.postgres import Cluster

MANY = 40
COMMON = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))
SHORT = [
    Step("grade", 0, 0, 3),
    Step("grade", 0, 1, 4),
    Step("grade", 0, 2, 0),
    Step("grade", 1, 2, 5),
    Step("export"),
    Step("drift", 0, 0, 1),
    Step("keep"),
    Step("export", value=1),
    Step("take_away", 0, 1),
    Step("move", 0, 2),
    Step("draft", 1, 0, 2),
    Step("excuse", 0, 0, 1),
    Step("excuse", 1, 1, 1),
    Step("rename", 0, value=3),
    Step("set_maximum", 0, value=1),
    Step("crash", value=2),
    Step("reconnect"),
    Step("export"),
    Step("grade", 0, 0, 2),
    Step("crash", value=1),
    Step("undo", value=1),
    Step("delete_work", 1),
    Step("export", value=2),
    Step("undo"),
]
"""A history with one of everything that people do."""


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Class]:
    with school(settings_for(tmp_path_factory.mktemp("histories"))) as made:
        yield Class(made)


@pytest.fixture(scope="module")
def on_postgresql(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Class]:
    with school(settings_for(tmp_path_factory.mktemp("histories"), postgres.new_database())) as made:
        yield Class(made)


def play(played: Class, steps: list[Step]) -> None:
    with worker_of(replace(played.made.settings, sis_pauses=(0.05,))) as worker:
        history = History(played, worker)
        for step in steps:
            history.play(step)
        history.end()


def test_after_one_of_everything_both_sides_are_equal(on_sqlite: Class) -> None:
    play(on_sqlite, SHORT)


@pytest.mark.exhaustive
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("place", ["on_sqlite", "on_postgresql"])
def test_after_many_random_histories_both_sides_are_equal(request: pytest.FixtureRequest, place: str) -> None:
    played: Class = request.getfixturevalue(place)
    # The guard against many withdrawals counts the class's other grades.
    with worker_of(played.made.settings):
        played.made.export()

    @settings(COMMON, max_examples=MANY)
    @given(histories)
    def check(steps: list[Step]) -> None:
        play(played, steps)

    check()
