from datetime import timedelta
from typing import Any

from classbridge.classroom.models import Course
from classbridge.store import class_runs, courses, runs
from classbridge.store.database import District
from classbridge.store.rows import Rows
from classbridge.store.runs import State
from tests.store.conftest import NOW

ALL = ("a", "b", "c")


def _ran(rows: Rows, minutes: int, course_id: str, state: State | None = "done", **values: Any) -> str:
    at = NOW + timedelta(minutes=minutes)
    more = {"kind": "export", "side": "google", **values}
    done = more.pop("done", 0)
    made = runs.create(rows, at=at, request={}, course_id=course_id, **more)
    runs.progress(rows, made.id, done=done)
    if state is not None:
        runs.finish(rows, made.id, state, at=at)
    return made.id


def _taught(rows: Rows) -> None:
    for course_id in ALL:
        courses.save_course(rows, "google", Course(id=course_id, name=course_id, owner_id="o"), NOW)


def _ids(found: dict[str, runs.Run]) -> dict[str, str]:
    return {course_id: run.id for course_id, run in found.items()}


def test_of_each_class_the_newest_export_is_found_that_has_something_to_tell(
    north: District, south: District
) -> None:
    with south.write() as rows:
        _taught(rows)
        _ran(rows, 9, "a")
    with north.write() as rows:
        _taught(rows)
        _ran(rows, 0, "a")
        done = _ran(rows, 1, "a")
        failed = _ran(rows, 2, "a", "failed")
        _ran(rows, 3, "a", "cancelled")
        _ran(rows, 4, "a", kind="import")
        _ran(rows, 5, "a", side="elsewhere")
        _ran(rows, 6, "a", None)
        stopped = _ran(rows, 0, "b", "cancelled", done=3)
        told, made = (f(rows, "google", ALL) for f in (class_runs.last_exports, class_runs.last_made_exports))
        assert class_runs.last_exports(rows, "google", ()) == {}
    assert _ids(told) == {"a": failed, "b": stopped}
    assert _ids(made) == {"a": done, "b": stopped}


def test_of_each_class_the_newest_run_is_found_that_goes_on(north: District) -> None:
    with north.write() as rows:
        _ran(rows, 0, "a", None)
        newer = _ran(rows, 1, "a", None, kind="undo")
        _ran(rows, 2, "a", None, kind="refresh")
        _ran(rows, 3, "b")
        found = class_runs.going(rows, "google", ALL, ("export", "undo"))
    assert _ids(found) == {"a": newer}
