"""Which section a student's grades go to, where the student is in several that the class is linked to."""

from collections.abc import Iterable
from datetime import datetime

from classbridge.bridge.policy import Actor
from classbridge.service import courses as course_service
from classbridge.service.context import note
from classbridge.store import answers
from classbridge.store.answers import SectionChoice
from classbridge.store.rows import Rows


def keep(rows: Rows, actor: Actor, course_id: str, chosen: Iterable[tuple[str, str, str]], at: datetime) -> None:
    """Keep the section of each student, for later exports and the pages.

    A choice is the student's Classroom id and sourcedId, and the section's sourcedId.
    """
    side, linked = course_service.side(rows), course_service.sections(rows, course_id)
    for user_id, student_id, class_id in chosen:
        choice = SectionChoice(
            side=side,
            course_id=course_id,
            connection_id=linked[0].connection_id,
            student_id=student_id,
            class_id=class_id,
            by=actor.account_id,
            at=at,
        )
        answers.choose_section(rows, choice)
        note(rows, actor, "student.section", course_id, at, user=user_id, section=class_id)
