"""The table in docs/grades.md is what the SIS of the sandbox hold after real exports."""

from pathlib import Path

import pytest

from classbridge.sandbox.sis import names
from tests.kinds.measuring import measure
from tests.kinds.page import cell, column

SAMPLE = "generic@1.2"


@pytest.mark.parametrize(
    "name", [pytest.param(one, marks=() if one == SAMPLE else pytest.mark.exhaustive) for one in names()]
)
def test_every_kind_of_grade_is_in_the_sis_as_the_page_says(name: str, tmp_path: Path) -> None:
    assert {kind: cell(held) for kind, held in measure(name, tmp_path).items()} == column(name)
