"""Every outcome is provoked by a test with real parts, which `provoked.toml` names."""

import tomllib
from pathlib import Path

import pytest

from classbridge.bridge.outcome import Code
from tests.outcomes.naming import ROOT, codes_of, left_out, module

TABLE = tomllib.loads(Path(__file__).with_name("provoked.toml").read_text("utf-8"))
CODES = sorted(code.value for code in Code)
REAL = frozenset(
    ("chaos", "cli", "histories", "kinds", "main_job", "outcomes", "packages", "quirks", "service", "web")
)
"""The folders whose tests run the product with real parts; the others construct outcomes by themselves."""


@pytest.mark.parametrize("code", CODES)
def test_a_test_with_real_parts_provokes_the_code(code: str) -> None:
    assert code in TABLE, (
        f"Nobody says how {code} comes about. Write a test that brings it about through the sandbox, and name it "
        f'in tests/outcomes/provoked.toml: {code} = "tests/…/test_….py::test_…".'
    )
    file, _, name = TABLE[code].partition("::")
    path = ROOT / file
    assert path.is_file(), f"{code} is said to be provoked in {file}, which does not exist."
    assert Path(file).parts[1] in REAL, (
        f"{file} tests {code} apart from the product; one of {sorted(REAL)} is wanted."
    )
    test = module(path).test(name)
    assert test is not None, f"{file} has no test {name}, which is said to provoke {code}."
    assert not left_out(test), f"{TABLE[code]} does not run with every change, so it proves nothing about {code}."
    assert code in codes_of(path, name), f"{TABLE[code]} does not name {code}, which it is said to provoke."


def test_the_table_names_no_code_that_does_not_exist() -> None:
    assert sorted(TABLE.keys() - set(CODES)) == []
