"""What the preview of an export offers, and what it says where there is nothing to send."""

from typing import Any

import pytest
from msgspec.structs import replace

from classbridge.service.views import ExportAssignment, ExportLine, ExportPreview
from tests.web import values
from tests.web.conftest import TEACHER, SignIn

PAGE = "/exports/preview/r-preview-export"
UNCHANGED = values.line("Åsa Öberg", "unchanged", "SKIPPED_UNCHANGED")
HELD = values.line("Bo Berg", "held", "STUDENT_AMBIGUOUS_EMAIL")
NO_PLACE = values.line("Cia Cid", "skipped", "STUDENT_NOT_IN_SIS")
NO_GRADE = values.line("Dag Dal", "skipped", "SKIPPED_NO_GRADE")


def preview(*assignments: ExportAssignment, **more: Any) -> ExportPreview:
    """A preview with nothing to send."""
    counts: dict[str, int] = {}
    for item in assignments:
        for one in item.lines:
            counts[one.decision] = counts.get(one.decision, 0) + 1
    return ExportPreview(
        run_id="r-preview-export",
        course_id="1001",
        assignments=assignments,
        counts=counts,
        to_send=0,
        not_returned=0,
        notes=(),
        **more,
    )


def unplaced(*lines: ExportLine) -> ExportAssignment:
    return replace(values.assignment(0, lines), course_work_id="", title="", class_title="", blocked=True)


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        (preview(values.assignment(0, (UNCHANGED,))), "The SIS already holds every grade that can be exported."),
        (preview(values.assignment(0, (HELD,))), "Nothing can be exported yet."),
        (preview(unplaced(NO_PLACE)), "Nothing can be exported yet."),
        (
            preview(values.assignment(0, (UNCHANGED,)), unplaced(NO_PLACE)),
            "The SIS already holds the other grades.",
        ),
        (preview(values.assignment(0, (NO_GRADE,))), "There is no returned grade to export."),
        (preview(values.assignment(0, (UNCHANGED,)), to_update=1), "Update 1 assignment in the SIS"),
    ],
)
def test_nothing_is_said_to_be_in_the_sis_that_is_not_and_a_change_of_an_assignment_can_be_sent(
    signed_in: SignIn, answers: dict[str, Any], shown: Any, said: str
) -> None:
    answers["export_preview"] = shown
    text = signed_in(TEACHER).get(PAGE).text
    assert said in text
    assert ("already holds every grade" in text) == said.startswith("The SIS already holds every")
