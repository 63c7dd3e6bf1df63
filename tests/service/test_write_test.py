"""The write test writes one line item and one result, reads them back, deletes them, and leaves nothing untold."""

from contextlib import suppress

import pytest

from classbridge.bridge.outcome import Code, catalogue
from classbridge.cli.main_job import RunFailedError
from classbridge.service import audit, connections, runs, write_test
from classbridge.service.errors import RefusedError
from classbridge.service.views import ProofLine, RunView
from tests.installation import Installation
from tests.postgres import Cluster
from tests.service.conftest import Install, sis_state


def connected(install: Install, personality: str = "generic@1.2", url: str = "") -> tuple[Installation, str]:
    made = install(personality, url=url)
    made.up_to("connect")
    return made, connections.home(made.ctx, made.admin).connections[0].id


def try_writing(made: Installation, connection_id: str, chosen: str = "") -> tuple[RunView, ProofLine]:
    """Test writing in the demo section; the run and the proof of writing."""
    section = chosen or made.stage.made_up.demo_sections[0]
    run_id = write_test.start(made.ctx, made.admin, connection_id, section)
    with suppress(RunFailedError):
        made.wait(run_id, actor=made.admin)
    view = connections.view(made.ctx, made.admin, connection_id)
    return runs.view(made.ctx, made.admin, run_id), view.proof[-1]


def code(line: ProofLine) -> str:
    return line.said.code if line.said else ""


REST = ("infinite-campus", "skyward-sms", "skyward-qmlativ", "aspen", "stlink", "powerschool")


@pytest.mark.parametrize(
    "personality",
    ["generic@1.2", "generic@1.1", *(pytest.param(name, marks=pytest.mark.exhaustive) for name in REST)],
)
def test_what_is_written_is_read_back_and_deleted(install: Install, personality: str) -> None:
    made, connection_id = connected(install, personality)
    before = sis_state(made)
    run, line = try_writing(made, connection_id)
    after = sis_state(made)
    assert (run.state, line.name, line.state, code(line)) == ("done", "write", "passed", Code.WRITE_TESTED)
    assert (after["line_items"], after["results"]) == (before["line_items"], before["results"])
    moved = {name: after["writes"][name] - before["writes"][name] for name in after["writes"]}
    assert moved == {"put_line_item": 1, "put_result": 1, "delete_result": 1, "delete_line_item": 1}


def test_it_works_on_postgresql_and_is_in_the_audit_log(install: Install, postgres: Cluster) -> None:
    made, connection_id = connected(install, url=postgres.new_database())
    _, line = try_writing(made, connection_id)
    assert code(line) == Code.WRITE_TESTED
    event = audit.events(made.ctx, made.admin, None).items[0]
    assert (event.action, event.subject) == ("connection.write_test", connection_id)
    assert event.params == {"class_id": made.stage.made_up.demo_sections[0]}


@pytest.mark.parametrize(("personality", "fault"), [("generic@1.2", "keep-deleted-line-items"), ("blackbaud", "")])
def test_what_the_sis_does_not_delete_is_told_with_its_title_and_owner(
    install: Install, personality: str, fault: str
) -> None:
    made, connection_id = connected(install, personality)
    if fault:
        with made.stage.sis.control() as control:
            control.switch_on(fault)
    run, line = try_writing(made, connection_id)
    assert (run.state, line.state, code(line)) == ("done", "passed", Code.WRITE_TEST_LEFTOVER)
    assert line.said is not None
    assert line.said.params == {"title": "classbridge write test"}
    assert catalogue[Code.WRITE_TEST_LEFTOVER].owner == "sis_admin"


def test_a_sis_that_drops_what_it_takes_fails_the_test(install: Install) -> None:
    made, connection_id = connected(install)
    with made.stage.sis.control() as control:
        control.switch_on("drop-write")
    run, line = try_writing(made, connection_id)
    assert (run.state, line.state) == ("failed", "failed")
    assert code(line) in (Code.WRITE_TEST_NOT_KEPT, Code.SIS_REFUSED)


def test_a_right_that_is_missing_is_named_and_nothing_is_written(install: Install) -> None:
    made, connection_id = connected(install)
    with made.stage.sis.control() as control:
        control.switch_on("no-write-licence")
    before = sis_state(made)
    run, line = try_writing(made, connection_id)
    assert (run.state, line.state, code(line)) == ("failed", "failed", Code.SIS_WRITE_NOT_LICENSED)
    assert sis_state(made)["line_items"] == before["line_items"]


def test_a_class_that_is_unknown_or_missing_is_refused_before_anything_is_asked(install: Install) -> None:
    made, connection_id = connected(install)
    offered = write_test.classes(made.ctx, made.admin, connection_id)
    assert made.stage.made_up.demo_sections[0] in [one.sourced_id for one in offered]
    for chosen, wanted in (("", Code.FIELD_MISSING), ("no such class", Code.CLASS_UNKNOWN)):
        with pytest.raises(RefusedError) as raised:
            write_test.start(made.ctx, made.admin, connection_id, chosen)
        assert raised.value.said.code == wanted


def test_only_an_admin_may_and_only_while_connected(install: Install) -> None:
    made, connection_id = connected(install)
    section = made.stage.made_up.demo_sections[0]
    with pytest.raises(RefusedError) as raised:
        write_test.start(made.ctx, made.teacher, connection_id, section)
    assert raised.value.said.code == Code.ADMIN_ONLY
    connections.disconnect(made.ctx, made.admin, connection_id)
    with pytest.raises(RefusedError) as raised:
        write_test.start(made.ctx, made.admin, connection_id, section)
    assert raised.value.said.code == Code.NOT_CONNECTED
