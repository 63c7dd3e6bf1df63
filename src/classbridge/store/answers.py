"""What people said about grades, kept for later exports: values of the SIS that stand, and students' sections."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from msgspec import Struct
from sqlalchemy import and_, false, or_

from classbridge.store.rows import Rows, columns, record, values
from classbridge.store.tables import grade_answer, section_choice

Place = tuple[str, str]
"""A line item (by the SIS's id) and a student's sourcedId."""


class GradeAnswer(Struct, frozen=True, kw_only=True):
    """A value that stands. An empty `score_status`: the SIS has none.

    The grade in Classroom that it was kept against; without a `classroom_status` there was none.
    """

    connection_id: str
    line_item_id: str
    student_id: str
    score: Decimal | None
    score_status: str
    classroom_score: Decimal | None
    classroom_status: str | None
    by: str
    at: datetime


def let_stand(rows: Rows, answers: Iterable[GradeAnswer]) -> None:
    """Keep answers, in place of earlier ones about the same grade."""
    rows.upsert(grade_answer, [values(one) for one in answers])


def ask_again(rows: Rows, connection_id: str, places: Iterable[Place]) -> None:
    """Forget the answers about these grades."""
    table = grade_answer.c
    these = (and_(table.line_item_id == item, table.student_id == student) for item, student in places)
    rows.delete(grade_answer, table.connection_id == connection_id, or_(false(), *these))


def standing(rows: Rows, connection_id: str, line_item_ids: Iterable[str]) -> list[GradeAnswer]:
    """The answers about the grades of these line items."""
    table = grade_answer.c
    wanted = rows.select(grade_answer, *columns(grade_answer, GradeAnswer)).where(
        table.connection_id == connection_id, table.line_item_id.in_(list(line_item_ids))
    )
    return [record(GradeAnswer, row) for row in rows.all(wanted.order_by(*grade_answer.primary_key))]


class SectionChoice(Struct, frozen=True, kw_only=True):
    """The section that a student's grades go to, of those that the class is linked to."""

    side: str
    course_id: str
    connection_id: str
    student_id: str
    class_id: str
    by: str
    at: datetime


def choose_section(rows: Rows, choice: SectionChoice) -> None:
    """Keep a choice, in place of an earlier one for the student."""
    rows.upsert(section_choice, values(choice))


def sections(rows: Rows, side: str, course_id: str, connection_id: str) -> dict[str, str]:
    """The chosen section of each student for whom one was chosen, by sourcedId."""
    wanted = rows.select(section_choice, section_choice.c.student_id, section_choice.c.class_id)
    table = section_choice.c
    here = (table.side == side, table.course_id == course_id, table.connection_id == connection_id)
    return {row.student_id: row.class_id for row in rows.all(wanted.where(*here))}
