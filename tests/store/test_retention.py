"""What is too old goes, a bounded number of rows at a time; what is still needed stays. On both databases."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from classbridge.oneroster.models import Enrollment, LineItem, Ref, Result, User
from classbridge.store import bulk, gradebooks, runs, snapshots
from classbridge.store.database import Database, District
from classbridge.store.exchanges import KeptExchange, keep
from classbridge.store.retention import Cutoffs, forget_some
from classbridge.store.rows import Rows
from classbridge.store.runs import Outcome
from classbridge.store.sisrows import TABLES, row_of
from classbridge.store.tables import connection, gc_member, sis_user
from tests.store.conftest import NOW

OLD = NOW - timedelta(days=500)
CUT = Cutoffs(runs=NOW - timedelta(days=400), snapshots=NOW - timedelta(days=120))


def forget(north: District, cutoffs: Cutoffs = CUT, limit: int = 1000) -> list[int]:
    """Clean up until nothing is left; how many rows each time."""
    done = []
    while True:
        with north.write() as rows:
            done.append(forget_some(rows, cutoffs, limit))
        if not done[-1]:
            return done


def ended_run(rows: Rows, at: datetime, outcomes: int = 3) -> str:
    run = runs.create(
        rows, kind="export", at=at, request={"only": [["w", "s", "u"]]}, side="google", course_id="k",
        connection_id="c", on_behalf_of="u1",
    )  # fmt: skip
    runs.save_plan(rows, run.id, {"grades": "u1"})
    found = [
        Outcome(subject=f"grade/w/s/u{one}", code="VERIFIED", at=at, user_id=f"u{one}") for one in range(outcomes)
    ]
    runs.record_outcomes(rows, run.id, found)
    runs.progress(rows, run.id, done=outcomes, total=outcomes, counts={"VERIFIED": outcomes})
    runs.finish(rows, run.id, "done", at=at, sis_words="said of u1")
    return run.id


def connect(rows: Rows, connection_id: str, **other: Any) -> None:
    fixed = {"vendor": "generic", "version": "1.2", "state": "connected", "created_at": OLD}
    rows.insert(connection, {"id": connection_id, **fixed, **other})


def test_of_old_runs_only_when_they_ran_how_they_ended_and_how_many_are_kept(
    north: District, south: District
) -> None:
    with north.write() as rows:
        old, new = ended_run(rows, OLD), ended_run(rows, NOW)
        going = runs.create(rows, kind="export", at=OLD, request={"kinds": []})
        runs.record_outcomes(rows, going.id, [Outcome(subject="x", code="VERIFIED", at=OLD)])
    with south.write() as rows:
        theirs = ended_run(rows, OLD)
    assert sum(forget(north)) == 4
    with north.read() as rows:
        assert runs.outcomes(rows, old) == []
        assert runs.plan(rows, old) is None
        kept = runs.get(rows, old)
        assert (kept.state, kept.counts, kept.request) == ("done", {"VERIFIED": 3}, {})
        assert (kept.sis_words, kept.on_behalf_of, kept.finished_at) == (None, None, OLD)
        assert len(runs.outcomes(rows, new)) == 3
        assert runs.plan(rows, new) is not None
        assert len(runs.outcomes(rows, going.id)) == 1
    with south.read() as rows:
        assert len(runs.outcomes(rows, theirs)) == 3
    assert forget(north) == [0]


@pytest.mark.parametrize("limit", [1, 2, 1000])
def test_each_time_no_more_rows_go_than_asked_and_the_next_time_goes_on(north: District, limit: int) -> None:
    with north.write() as rows:
        ended_run(rows, OLD, outcomes=5)
    done = forget(north, limit=limit)
    assert max(done) <= limit
    assert sum(done) == 6


def test_nothing_goes_where_everything_is_to_be_kept(north: District) -> None:
    with north.write() as rows:
        old = ended_run(rows, OLD)
    assert forget(north, Cutoffs(runs=None, snapshots=None)) == [0]
    with north.read() as rows:
        assert len(runs.outcomes(rows, old)) == 3


def test_old_requests_go(north: District) -> None:
    one = KeptExchange(at=OLD, method="GET", path="/users", status=200, milliseconds=3, error=None)
    with north.write() as rows:
        keep(rows, "c", [one, msgspec.structs.replace(one, at=NOW)])
    assert sum(forget(north)) == 1


def test_students_of_classes_that_were_not_read_again_go(north: District) -> None:
    fixed = {"side": "google", "role": "students", "given_name": "Bo", "family_name": "Berg"}
    with north.write() as rows:
        rows.insert(gc_member, {"course_id": "k1", "user_id": "1", "as_of": OLD, **fixed})
        rows.insert(gc_member, {"course_id": "k1", "user_id": "2", "as_of": OLD, **fixed, "role": "teachers"})
        rows.insert(gc_member, {"course_id": "k2", "user_id": "1", "as_of": NOW, **fixed})
        snapshots.mark(rows, "google", "members", "k1", OLD)
        snapshots.mark(rows, "google", "members", "k2", NOW)
    forget(north)
    with north.read() as rows:
        assert {(row.course_id, row.user_id) for row in rows.all(rows.select(gc_member))} == {
            ("k1", "2"),
            ("k2", "1"),
        }
        assert snapshots.read_at(rows, "google", "members", "k1") is None
        assert snapshots.read_at(rows, "google", "members", "k2") == NOW


def gradebook(rows: Rows, class_id: str, at: datetime) -> None:
    item = LineItem(sourced_id=f"i-{class_id}", title="Essay", class_=Ref(sourced_id=class_id))
    score = Result(
        sourced_id=f"r-{class_id}", line_item=Ref(sourced_id=item.sourced_id), student=Ref(sourced_id="bo"),
        score_status="fully graded",
    )  # fmt: skip
    gradebooks.replace_results(rows, "c", class_id, [item], [score], as_of=at, seen_in="read")


def test_a_gradebook_that_was_not_read_again_goes_whole_before_its_time_does(north: District) -> None:
    with north.write() as rows:
        connect(rows, "c")
        gradebook(rows, "s1", OLD)
        gradebook(rows, "s2", NOW)
    assert forget(north, limit=1) == [1, 1, 1, 0]
    with north.read() as rows:
        assert not gradebooks.results(rows, "c", ["i-s1"])
        assert gradebooks.read_at(rows, "c", "s1") is None
        assert len(gradebooks.results(rows, "c", ["i-s2"])) == 1
        assert gradebooks.read_at(rows, "c", "s2") == NOW


def load(database: Database, run_id: str, *ids: str, connection_id: str = "c") -> None:
    users = [User(sourced_id=one, given_name="Bo", family_name="Berg") for one in ids]
    places = [
        Enrollment(sourced_id=f"e-{one}", user=Ref(sourced_id=one), class_=Ref(sourced_id="s1"), role="student")
        for one in ids
    ]
    for kind, found in ((User, users), (Enrollment, places)):
        bulk.load(database, "north", connection_id, TABLES[kind], map(row_of, found), run_id)
        bulk.sweep(database, "north", connection_id, TABLES[kind], run_id, complete=True)


def people(north: District) -> set[str]:
    with north.read() as rows:
        return {f"{row.connection_id}/{row.sourced_id}" for row in rows.all(rows.select(sis_user))}


def test_people_whom_the_sis_stopped_sending_go_and_those_it_sends_stay(
    database: Database, north: District
) -> None:
    with north.write() as rows:
        connect(rows, "c")
        before, lately = (runs.create(rows, kind="sync", at=at, request={}).id for at in (OLD, NOW))
    load(database, before, "left", "here")
    load(database, lately, "here")
    assert people(north) == {"c/left", "c/here"}
    assert sum(forget(north)) == 2
    assert people(north) == {"c/here"}


def test_people_of_a_connection_that_ended_long_ago_go(database: Database, north: District) -> None:
    with north.write() as rows:
        connect(rows, "c", disconnected_at=OLD, state="disconnected")
        connect(rows, "d", disconnected_at=NOW, state="disconnected")
        connect(rows, "e")
        run_id = runs.create(rows, kind="sync", at=OLD, request={}).id
    for one in ("c", "d", "e"):
        load(database, run_id, "bo", connection_id=one)
    forget(north)
    assert people(north) == {"d/bo", "e/bo"}
