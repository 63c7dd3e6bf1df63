"""What the list of runs says of each."""

from classbridge.service import runs
from tests.installation import Installation


def test_a_run_says_which_class_or_which_sis_it_was_about(linked: Installation) -> None:
    listed = runs.page(linked.ctx, linked.admin).items
    about = {run.kind: run.about for run in listed}
    assert about["sync"] == about["authorize"] == "Any OneRoster SIS"
    assert about["refresh"] == ""
    linked.start_export()
    preview = next(run for run in runs.page(linked.ctx, linked.admin).items if run.kind == "preview-export")
    assert preview.about.startswith("Biology 9")
