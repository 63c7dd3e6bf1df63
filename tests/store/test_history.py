from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from classbridge.store import audit, runs
from classbridge.store.audit import Event
from classbridge.store.cursors import CursorError
from classbridge.store.database import District
from classbridge.store.rows import Rows
from classbridge.store.runs import Outcome
from classbridge.store.tables import audit_event
from tests.store.conftest import NOW


def _run(rows: Rows, minutes: int = 0, **values: Any) -> str:
    made = runs.create(
        rows, kind="export", at=NOW + timedelta(minutes=minutes), request={"works": ["w"]}, **values
    )
    return made.id


def test_a_run_goes_from_queued_to_done(north: District) -> None:
    with north.write() as rows:
        made = _run(rows, connection_id="c", side="google", course_id="k", requested_by="anna")
        assert runs.get(rows, made).state == "queued"
        assert runs.start(rows, made, NOW)
        assert runs.start(rows, made, NOW + timedelta(hours=1))
        runs.progress(rows, made, done=3, total=10, counts={"sent": 3})
        runs.wait(rows, made, "sis_unreachable", {"host": "sis.example"})
        assert (runs.get(rows, made).state, runs.get(rows, made).code) == ("waiting", "sis_unreachable")
        runs.start(rows, made, NOW + timedelta(hours=2))
        runs.progress(rows, made, done=10)
        runs.finish(rows, made, "done", at=NOW + timedelta(hours=3), code="verified", params={"grades": 10})
        kept = runs.get(rows, made)
    assert (kept.state, kept.code, kept.params) == ("done", "verified", {"grades": 10})
    assert (kept.done, kept.total, kept.counts) == (10, 10, {"sent": 3})
    assert (kept.started_at, kept.finished_at) == (NOW, NOW + timedelta(hours=3))
    assert kept.request == {"works": ["w"]}
    assert kept.finished


def test_a_finished_run_neither_starts_waits_nor_is_cancelled(north: District) -> None:
    with north.write() as rows:
        made = _run(rows)
        runs.finish(rows, made, "done", at=NOW)
        assert not runs.start(rows, made, NOW)
        runs.wait(rows, made, "sis_unreachable", {})
        assert runs.get(rows, made).state == "done"


def test_the_first_end_of_a_run_stays(north: District) -> None:
    with north.write() as rows:
        made = _run(rows)
        assert runs.finish(rows, made, "cancelled", at=NOW, code="RUN_CANCELLED")
        assert not runs.finish(rows, made, "done", at=NOW + timedelta(hours=1))
        runs.resume(rows, made)
        kept = runs.get(rows, made)
    assert (kept.state, kept.code, kept.finished_at) == ("cancelled", "RUN_CANCELLED", NOW)


def test_a_waiting_run_waits_until_it_is_answered(north: District) -> None:
    with north.write() as rows:
        made = _run(rows, connection_id="c")
        runs.start(rows, made, NOW)
        runs.wait(rows, made, "sis_unreachable", {"host": "sis.example"})
        assert runs.start(rows, made, NOW)
        assert (runs.get(rows, made).state, runs.get(rows, made).code) == ("waiting", "sis_unreachable")
        assert runs.waiting(rows, "c") == [made]
        runs.resume(rows, made)
        kept = runs.get(rows, made)
        assert runs.waiting(rows, "c") == []
    assert (kept.state, kept.code, kept.params) == ("running", None, None)


def test_a_held_run_can_be_started_again(north: District) -> None:
    with north.write() as rows:
        made = _run(rows)
        runs.finish(rows, made, "held", at=NOW, code="too_many_removals")
        assert runs.start(rows, made, NOW)
        kept = runs.get(rows, made)
    assert (kept.state, kept.code, kept.finished_at) == ("running", None, None)


def test_a_plan_is_kept_as_json_with_exact_scores(north: District) -> None:
    with north.write() as rows:
        made = _run(rows)
        assert runs.plan(rows, made) is None
        runs.save_plan(rows, made, {"grades": [{"score": "99.95", "name": "Åsa"}]})
        assert runs.plan(rows, made) == {"grades": [{"score": "99.95", "name": "Åsa"}]}


def test_runs_are_paged_newest_first_without_gaps_or_repeats(north: District, south: District) -> None:
    with south.write() as rows:
        _run(rows)
    with north.write() as rows:
        made = [_run(rows, minutes) for minutes in (0, 0, 0, 1, 1, 2, 3)]
        found: list[str] = []
        cursor = None
        for _ in range(4):
            page = runs.page(rows, cursor=cursor, limit=2)
            found += [run.id for run in page.items]
            cursor = page.next
    assert cursor is None
    assert sorted(found) == sorted(made)
    assert found[:2] == [made[6], made[5]]
    assert set(found[4:]) == set(made[:3])


def test_runs_are_chosen_by_course_kind_and_state(north: District) -> None:
    with north.write() as rows:
        ours = _run(rows, side="google", course_id="k", connection_id="c")
        other = _run(rows, 1, side="google", course_id="other", connection_id="d")
        runs.finish(rows, other, "failed", at=NOW)
        assert [run.id for run in runs.page(rows, side="google", course_id="k").items] == [ours]
        assert [run.id for run in runs.page(rows, states=["failed"], kinds=["export"]).items] == [other]
        assert runs.page(rows, kinds=["import"]).items == []
        assert [run.id for run in runs.unfinished(rows)] == [ours]
        assert runs.unfinished(rows, connection_id="d") == []


def test_a_page_that_is_exactly_full_has_no_next(north: District) -> None:
    with north.write() as rows:
        _run(rows)
        assert runs.page(rows, limit=1).next is None


@pytest.mark.parametrize("cursor", ["", "x", "bm90IGpzb24=", "WzEsMl0=", "é"])
def test_a_cursor_that_is_not_ours_is_refused(north: District, cursor: str) -> None:
    with north.read() as rows, pytest.raises(CursorError):
        runs.page(rows, cursor=cursor)


def _outcome(subject: str, code: str = "sent", **values: Any) -> Outcome:
    return Outcome(subject=subject, code=code, at=NOW, **values)


def test_a_repeated_step_records_its_outcomes_once(north: District) -> None:
    with north.write() as rows:
        made, other = _run(rows), _run(rows)
        for _ in range(2):
            runs.record_outcomes(rows, made, [_outcome("grade/w/1"), _outcome("grade/w/2", "failed")])
        runs.record_outcomes(rows, made, [_outcome("grade/w/2", sis_words="Try later")])
        runs.record_outcomes(rows, made, [])
        runs.record_outcomes(rows, other, [_outcome("grade/w/1", "failed")])
        assert runs.outcome_counts(rows, made) == {"sent": 2}
        assert [one.sis_words for one in runs.outcomes(rows, made)] == [None, "Try later"]


def test_outcomes_are_chosen_by_code_work_and_student(north: District) -> None:
    with north.write() as rows:
        made = _run(rows)
        runs.record_outcomes(
            rows,
            made,
            [
                _outcome("a", course_work_id="w1", student_id="s1"),
                _outcome("b", "failed", course_work_id="w1", student_id="s2"),
                _outcome("c", "failed", course_work_id="w2", student_id="s1"),
            ],
        )

        def subjects(**chosen: Any) -> list[str]:
            return [one.subject for one in runs.outcomes(rows, made, **chosen)]

        assert subjects() == ["a", "b", "c"]
        assert subjects(codes=["failed"]) == ["b", "c"]
        assert subjects(course_work_id="w1") == ["a", "b"]
        assert subjects(student_id="s1") == ["a", "c"]
        assert subjects(after="a", limit=1) == ["b"]


def test_the_audit_log_is_read_newest_first(north: District, south: District) -> None:
    events = [
        Event(at=NOW + timedelta(minutes=n), action=f"act{n % 2}", subject="connection/c", params={"n": n})
        for n in range(5)
    ]
    with north.write() as rows:
        for event in events:
            audit.append(rows, event)
        first = audit.page(rows, limit=3)
        second = audit.page(rows, limit=3, cursor=first.next)
        assert [*first.items, *second.items] == events[::-1]
        assert second.next is None
        assert [event.params for event in audit.page(rows, action="act1").items] == [{"n": 3}, {"n": 1}]
        assert audit.page(rows, subject="other").items == []
    with south.read() as rows:
        assert audit.page(rows).items == []


def test_the_database_itself_refuses_to_change_an_event(north: District) -> None:
    with north.write() as rows:
        audit.append(rows, Event(at=NOW, action="connected", subject="connection/c"))

    def rewrite() -> None:
        with north.write() as rows:
            rows.update(audit_event, {"action": "nothing"})

    with pytest.raises(DBAPIError, match="audit events are never changed"):
        rewrite()
    with north.read() as rows:
        assert [event.action for event in audit.page(rows).items] == ["connected"]
