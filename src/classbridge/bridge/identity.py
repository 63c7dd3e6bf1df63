"""Ids of what we write into a SIS, derived from the Classroom's and the SIS's ids alone.

The same work always gets the same id: after a restart, a reconnect, or the loss of our database. Nothing here may
ever change; the tests freeze the namespace, the encoding and golden vectors.
"""

import json
from uuid import UUID, uuid5

NAMESPACE = UUID("2577405c-2092-5cef-bd4c-c5cfeb1ded0f")


def line_item_id(
    side: str, course_id: str, course_work_id: str, class_sourced_id: str, generation: int = 0
) -> str:
    """Return the sourcedId of the line item of one piece of course work in one section.

    `side` names the Classroom ("google", or the stand-in's id). `generation` rises only when the item must be made
    anew in a SIS that keeps deleted ids reserved.
    """
    return _derive(side, course_id, course_work_id, class_sourced_id, generation)


def result_id(line_item_sourced_id: str, student_sourced_id: str) -> str:
    """Return the sourcedId of one student's result; the line item's id is the one the SIS holds."""
    return _derive(line_item_sourced_id, student_sourced_id)


def _derive(*parts: str | int) -> str:
    encoded = json.dumps(parts, ensure_ascii=True, separators=(",", ":"))
    return str(uuid5(NAMESPACE, encoded))
