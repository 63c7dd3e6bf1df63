"""What the list of classes and the grades page say of a class's last export, whatever ran since."""

from datetime import timedelta
from typing import Any

from classbridge.service import classes, grades
from classbridge.store import runs
from classbridge.store.runs import State
from tests.installation import Installation


class History:
    """Runs of the linked class, a minute apart, as jobs leave them."""

    def __init__(self, made: Installation) -> None:
        self.made, self.course_id = made, made.course_id
        self._minutes = 0
        made.wait(classes.refresh(made.ctx, made.teacher, self.course_id))

    def ran(self, kind: str = "export", state: State | None = "done", **progress: Any) -> str:
        """A run that ended so; None: it goes on."""
        self._minutes += 1
        at = self.made.ctx.now() + timedelta(minutes=self._minutes)
        with self.made.ctx.district(self.made.admin).write() as rows:
            more: dict[str, Any] = {"side": "sandbox", "course_id": self.course_id}
            run = runs.create(rows, kind=kind, at=at, request={}, **more)
            runs.progress(rows, run.id, **{"done": 0, **progress})
            if state is not None:
                runs.finish(rows, run.id, state, at=at, code="SIS_AUTH_FAILED" if state == "failed" else None)
        return run.id

    def shown(self) -> tuple[str, int, str | None, str | None]:
        """The chip, the problems, the last export and what goes on; alike in the list and on the page."""
        made = self.made
        row = classes.one(made.ctx, made.teacher, self.course_id)
        page = grades.page(made.ctx, made.teacher, self.course_id)
        assert (row.chip, row.last_export_at, row.last_export_run_id, row.running_run_id) == (
            page.chip,
            page.last_export_at,
            page.last_export_run_id,
            page.running_run_id,
        )
        return row.chip, row.problems, row.last_export_run_id, row.running_run_id

    def last_at(self) -> Any:
        return classes.one(self.made.ctx, self.made.teacher, self.course_id).last_export_at


def test_the_last_export_and_its_problems_stay_whatever_ran_since(linked: Installation) -> None:
    history = History(linked)
    assert history.shown() == ("changes_waiting", 0, None, None)
    export = history.ran(done=30, counts={"verified": 28, "failed": 2})
    for kind in ("import",) * 6 + ("refresh",) * 25:
        history.ran(kind)
    assert history.shown() == ("needs_attention", 2, export, None)
    going = history.ran(state=None)
    history.ran("refresh", state=None)
    assert history.shown() == ("running", 2, export, going)


def test_an_export_that_failed_as_a_whole_needs_somebody_and_is_not_the_last_made(
    linked: Installation,
) -> None:
    history = History(linked)
    history.ran(done=30, counts={"verified": 30})
    at = history.last_at()
    failed = history.ran(state="failed")
    assert (history.shown(), history.last_at()) == (("needs_attention", 1, failed, None), at)
    history.ran(state="cancelled")
    assert (history.shown(), history.last_at()) == (("needs_attention", 1, failed, None), at)
    stopped = history.ran(state="cancelled", done=12)
    assert (history.shown(), history.last_at() > at) == (("changes_waiting", 0, stopped, None), True)
