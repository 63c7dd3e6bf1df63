from typing import Any

import pytest

from classbridge.service import classes, runs
from classbridge.text.outcomes import explain
from tests.chaos.school import Ready, School, wait_for

GRADES = 120

WORDS = {
    "en": (
        "Export failed. The SIS can't be reached. Contact your IT administrator if you need help.",
        "Your grades are kept and will be sent when the SIS answers.",
    ),
    "sv": (
        "Exporten misslyckades. Det går inte att nå SIS. Kontakta IT-administratören om du behöver hjälp.",
        "Dina betyg är sparade och skickas när SIS svarar.",
    ),
}


def lose_the_sis(ready: Ready, fault: str = "outage") -> str:
    """Start an export and take the SIS away in the middle of it; the run, now waiting."""
    run_id = ready.made.start_export()
    ready.until(run_id, done=20)
    ready.made.stage.sis.board.switch_on(fault)
    ready.until(run_id, "waiting", "done", "failed")
    return run_id


def assert_the_teacher_reads_that_it_waits(ready: Ready, run_id: str) -> None:
    view = ready.made.run(run_id)
    assert view.state == "waiting"
    assert view.said is not None
    for language, words in WORDS.items():
        found = explain(view.said.code, view.said.params, language)
        assert (found.happened, found.meaning) == words


def assert_it_completes(ready: Ready, run_id: str) -> None:
    ready.until(run_id, "done", "failed", "held")
    ready.check_history(run_id)
    assert ready.in_sis() == ready.grades


def test_an_export_waits_for_a_sis_that_is_out_through_a_kill_too_and_completes_by_itself(
    on_both: School,
) -> None:
    with on_both.ready(GRADES) as ready:
        run_id = lose_the_sis(ready)
        assert_the_teacher_reads_that_it_waits(ready, run_id)
        assert ready.made.run(run_id).done < 2 * GRADES
        ready.kill()
        assert_the_teacher_reads_that_it_waits(ready, run_id)
        ready.made.stage.sis.board.switch_off()
        assert_it_completes(ready, run_id)


@pytest.mark.exhaustive
@pytest.mark.parametrize("fault", ["cut", "html-error"])
def test_cut_connections_and_a_broken_proxy_are_outages_too(on_sqlite: School, fault: str) -> None:
    with on_sqlite.ready(GRADES) as prepared:
        run_id = lose_the_sis(prepared, fault)
        assert_the_teacher_reads_that_it_waits(prepared, run_id)
        prepared.made.stage.sis.board.switch_off()
        assert_it_completes(prepared, run_id)


@pytest.mark.exhaustive
def test_an_answer_to_anyone_wakes_the_export_that_waits(on_sqlite: School) -> None:
    with on_sqlite.ready(GRADES, pauses=(600.0,)) as prepared:
        run_id = lose_the_sis(prepared)
        prepared.made.stage.sis.board.switch_off()
        prepared.made.wait(classes.refresh(prepared.made.ctx, prepared.made.teacher, prepared.made.course_id))
        assert_it_completes(prepared, run_id)


@pytest.mark.exhaustive
def test_an_export_that_waits_can_be_cancelled_and_sends_nothing_more(on_sqlite: School) -> None:
    with on_sqlite.ready(GRADES) as prepared:
        run_id = lose_the_sis(prepared)
        assert runs.cancel(prepared.made.ctx, prepared.made.teacher, run_id).state == "cancelled"
        wait_for(lambda: prepared.made.ctx.jobs.status(run_id).ended)  # type: ignore[union-attr] # it is there
        sent = prepared.in_sis()
        prepared.made.stage.sis.board.switch_off()
        assert prepared.made.export().run.state == "done"
        assert prepared.made.run(run_id).state == "cancelled"
        assert len(sent) < GRADES
        assert prepared.in_sis() == prepared.grades


@pytest.mark.exhaustive
def test_one_grade_that_the_sis_stumbles_over_fails_alone_and_stops_nothing(
    on_sqlite: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    with on_sqlite.ready(GRADES) as prepared:
        source = prepared.made.stage.sis.source
        unlucky: list[str] = []
        put = source.put

        def stumble(record: Any) -> bool:
            if hasattr(record, "score"):
                unlucky[:] = unlucky or [record.sourced_id]
                if record.sourced_id in unlucky:
                    raise RuntimeError
            return put(record)

        monkeypatch.setattr(source, "put", stumble)
        details = prepared.made.export()
    assert (details.verified, details.failed) == (GRADES - 1, 1)
    said = [line.said for one in details.assignments for line in one.lines if line.decision == "failed"]
    assert [one.code for one in said if one] == ["SIS_SERVER_ERROR"]


def test_a_preview_does_not_wait_but_says_what_is_wrong(on_sqlite: School) -> None:
    with on_sqlite.ready(10) as prepared:
        prepared.made.stage.sis.board.switch_on("outage")
        with pytest.raises(Exception, match="The SIS returned a server error"):
            prepared.made.start_export()
