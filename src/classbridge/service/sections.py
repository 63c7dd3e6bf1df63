"""Which section a student's grades go to, where the student is in several that the class is linked to."""

from collections.abc import Iterable
from datetime import datetime

from classbridge.bridge.outcome import Code
from classbridge.bridge.policy import Actor
from classbridge.service import courses as course_service
from classbridge.service.context import note
from classbridge.service.errors import refuse
from classbridge.service.placing import places
from classbridge.store import answers
from classbridge.store.answers import SectionChoice
from classbridge.store.rows import Rows


def choose(rows: Rows, actor: Actor, course_id: str, chosen: Iterable[tuple[str, str]], at: datetime) -> None:
    """Keep the section of each student (Classroom user id and section), for later exports and the pages.

    Raises `RefusedError` where a student is not in that section.
    """
    side, sections = course_service.side(rows), course_service.sections(rows, course_id)
    known = places(rows, side, course_id, sections)
    for user_id, class_id in chosen:
        place = known.get(user_id)
        if place is None or class_id not in place.sections:
            raise refuse(Code.SECTION_NOT_FOUND)
        choice = SectionChoice(
            side=side,
            course_id=course_id,
            connection_id=sections[0].connection_id,
            student_id=place.student_id,
            class_id=class_id,
            by=actor.account_id,
            at=at,
        )
        answers.choose_section(rows, choice)
        note(rows, actor, "student.section", course_id, at, section=class_id)
