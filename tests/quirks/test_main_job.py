"""The main job with each quirk on: every grade right, or the outcome with which that SIS refuses by design."""

import pytest

from classbridge.sandbox.sis import quirks
from tests.quirks.conftest import Bench, right

SAMPLE = ("Q05:raw", "Q12:blind", "Q32:assigned")


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=() if n in SAMPLE else pytest.mark.exhaustive) for n in quirks.names()]
)
def test_the_main_job_is_right_or_ends_as_it_must(bench: Bench, name: str) -> None:
    with bench.stage(name) as made:
        assert right(made, quirks.choose(name).variant)
