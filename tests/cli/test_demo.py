import re

import pytest

from classbridge.sandbox.registrar import NAME
from classbridge.sandbox.sis import names
from tests.cli.conftest import Installation

GENERIC = ("demo", "--check", "--json", "--vendor", "generic@1.2", "--students", "60")
SAMPLE = ("infinite-campus@1.2",)
"""Tried every time, beside the generic ones; the others with the exhaustive tests."""


def test_the_demo_exports_and_reads_back_every_grade(fresh: Installation) -> None:
    done = fresh.ok("demo", "--check", "--json", "--vendor", "generic", "--students", "60").data
    assert done["ok"]
    assert [(one["vendor"], one["version"]) for one in done["sis"]] == [("generic", "1.1"), ("generic", "1.2")]
    for one in done["sis"]:
        assert one["connected"]
        assert one["problems"] == []
        assert one["grades_verified"] == one["grades_exported"] > 100


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=() if n in SAMPLE else pytest.mark.exhaustive) for n in (*names(), NAME)],
)
def test_each_sis_holds_every_grade_that_the_demo_sent_under_its_own_rules(fresh: Installation, name: str) -> None:
    done = fresh.ok("demo", "--check", "--json", "--vendor", name, "--students", "50").data
    [one] = done["sis"]
    assert (done["ok"], f"{one['vendor']}@{one['version']}", one["problems"]) == (True, name, [])
    assert one["grades_verified"] == one["grades_exported"] > 100


def test_a_grade_that_the_sis_lost_is_found_and_named(fresh: Installation) -> None:
    answer = fresh.run(*GENERIC, "--fault", "generic:drop-write:1")
    assert answer.code == 1
    (one,) = answer.data["sis"]
    assert not answer.data["ok"]
    assert one["grades_exported"] - one["grades_verified"] in (0, 1)
    assert re.match(r"[0-9A-Z]{4}-\d{6} .+, .+: The SIS holds", one["problems"][0]), one["problems"]


def test_a_sis_or_a_fault_that_does_not_exist_is_wrong_usage(fresh: Installation) -> None:
    assert fresh.run("demo", "--check", "--vendor", "no-such-sis").code == 2
    assert fresh.run("demo", "--check", "--fault", "generic:no-such-fault").code == 2
