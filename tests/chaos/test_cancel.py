from classbridge.service import grades, runs
from tests.chaos.school import Ready, School

GRADES = 250
SENT = {"VERIFIED", "NOT_READ_BACK"}


def codes(ready: Ready, run_id: str) -> list[str]:
    """The outcome of every grade of an export; the class has students without one, too."""
    details = grades.details(ready.made.ctx, ready.made.teacher, run_id)
    found = [line.said.code for one in details.assignments for line in one.lines if line.said]
    return [code for code in found if code != "SKIPPED_NO_GRADE"]


def exports(ready: Ready) -> list[str]:
    """The class's exports, newest first."""
    found = runs.page(ready.made.ctx, ready.made.teacher, course_id=ready.made.course_id, limit=100).items
    return [run.id for run in found if run.kind == "export"]


def test_a_cancelled_export_stops_accounts_for_every_grade_and_a_later_one_completes_it(on_both: School) -> None:
    with on_both.ready(GRADES) as ready:
        run_id = ready.made.start_export()
        ready.until(run_id, done=60)
        assert runs.cancel(ready.made.ctx, ready.made.teacher, run_id).state == "cancelled"
        # The step at work ends with what it began, and says so; the next export of the class waits for it.
        rest = ready.made.export()
        found = codes(ready, run_id)
        assert set(found) <= {*SENT, "SKIPPED_CANCELLED"}
        assert len(found) == GRADES
        assert found.count("SKIPPED_CANCELLED") > 0
        assert ready.made.run(run_id).state == "cancelled"
        assert (rest.run.state, rest.sent + rest.unchanged, rest.failed) == ("done", GRADES, 0)
        assert rest.verified == found.count("SKIPPED_CANCELLED")
        assert ready.in_sis() == ready.grades
        ready.check_map()


def test_a_second_click_joins_the_export_under_way(on_both: School) -> None:
    with on_both.ready(GRADES) as ready:
        ctx, teacher = ready.made.ctx, ready.made.teacher
        earlier = exports(ready)
        previews = [grades.preview(ctx, teacher, ready.made.course_id) for _ in range(2)]
        for preview in previews:
            ready.made.wait(preview)
        first, second = (grades.export(ctx, teacher, preview, grades.ExportChoices()) for preview in previews)
        assert first == second
        ready.until(first, done=20)
        assert grades.export(ctx, teacher, previews[1], grades.ExportChoices()) == first
        ready.until(first, "done", "failed", "held")
        ready.check_history(first)
        assert ready.in_sis() == ready.grades
        assert exports(ready) == [first, *earlier]
        again = grades.export(ctx, teacher, previews[1], grades.ExportChoices())
        assert again != first
        ready.until(again, "done")
        assert grades.details(ctx, teacher, again).unchanged == GRADES
