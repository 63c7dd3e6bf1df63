"""Every fault that can be planted in the sandbox is found, by the checks that are there for it."""

import pytest

from classbridge.oneroster.conformance import Limits, names
from classbridge.oneroster.models import Version
from classbridge.sandbox.sis import FAULTS, SisServer
from tests.conformance.conftest import failed, run, server_of
from tests.conformance.planted import PLANTED, Planted

QUICK = Limits(slow=0.2, longest_wait=0)
EACH = [(one, version) for one in PLANTED for version in one.versions]


def name(value: object) -> str:
    return value.fault if isinstance(value, Planted) else str(value)


def test_every_fault_of_the_sandbox_is_in_the_table() -> None:
    assert {one.fault for one in PLANTED} == {fault.name for fault in FAULTS}
    assert len(FAULTS) == len({fault.name for fault in FAULTS}) >= 60


def test_every_check_that_should_find_a_fault_is_there() -> None:
    known = {version: names(version, write=True) for version in Version}
    assert all(check in known[version] for one, version in EACH for check in one.found_by)


@pytest.mark.parametrize("planted", PLANTED, ids=name)
def test_a_fault_is_found_by_its_checks_which_pass_without_it(
    well: dict[Version, SisServer], planted: Planted
) -> None:
    sis = well[planted.versions[-1]]
    only = ["write"] if planted.writes else planted.found_by
    sis.board.switch_on(planted.fault, value=planted.value)
    report = run(server_of(sis), only, write=planted.writes, limits=QUICK)
    assert failed(report).keys() >= set(planted.found_by), failed(report)
    sis.board.switch_off()
    if not planted.writes:  # the full pass shows that these pass without a fault
        assert failed(run(server_of(sis), only)) == {}


@pytest.mark.exhaustive
@pytest.mark.parametrize(("planted", "version"), EACH, ids=name)
def test_a_fault_is_found_in_a_whole_run_of_either_version_and_leaves_nothing(
    well: dict[Version, SisServer], planted: Planted, version: Version
) -> None:
    sis = well[version]
    before = sis.source.state()
    sis.board.switch_on(planted.fault, value=planted.value)
    report = run(server_of(sis), write=True, limits=QUICK)
    sis.board.switch_off()
    assert failed(report).keys() >= set(planted.found_by), failed(report)
    if not report.left_behind:
        after = sis.source.state()
        assert (after["line_items"], after["results"]) == (before["line_items"], before["results"])
