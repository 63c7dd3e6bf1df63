"""The main job with each quirk on: every grade right, or the outcome with which that SIS refuses by design."""

import pytest

from classbridge.sandbox.sis import quirks
from tests.quirks.conftest import Bench, ended

SAMPLE = ("Q05:raw", "Q12:blind", "Q32:assigned")


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=() if n in SAMPLE else pytest.mark.exhaustive) for n in quirks.names()]
)
def test_the_main_job_is_right_or_ends_as_it_must(bench: Bench, name: str) -> None:
    variant = quirks.choose(name).variant
    with bench.stage("generic@1.1" if variant.only == "1.1" else "generic@1.2", name) as made:
        how = ended(made)
    assert (how.code, set(how.lines)) == (variant.ends, set(variant.lines)), how.done.problems
    if not variant.ends:
        assert how.done.grades_verified == how.done.grades_exported > 0
        assert len(how.done.problems) == sum(how.lines.values()), how.done.problems
