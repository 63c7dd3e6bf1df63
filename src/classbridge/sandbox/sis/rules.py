"""What a made-up SIS's gradebook asks of a line item or a result: one small function a rule.

Each takes the write and the gradebook's settings, and gives the record on, changed or not, or refuses it. A rule
that a personality does not have lets everything pass.
"""

import uuid
from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from msgspec import Struct

from classbridge.oneroster.models import AcademicSession, Category, Class, LineItem, Record, Ref, Result
from classbridge.oneroster.provider import Write
from classbridge.oneroster.provider.errors import invalid
from classbridge.oneroster.provider.options import Rule
from classbridge.oneroster.provider.selection import Is
from classbridge.oneroster.provider.source import Source
from classbridge.sandbox.sis.personality import Personality
from classbridge.sandbox.sis.state import SisSource


class Gradebook(Struct, frozen=True):
    """What the rules go by: the SIS's habits, the time zone in which its days begin, and what it holds."""

    habits: Personality
    zone: ZoneInfo
    source: SisSource


def title_length(write: Write, gradebook: Gradebook) -> Record:
    """A title that is too long is refused or cut."""
    record, longest = write.record, gradebook.habits.title_max
    if isinstance(record, LineItem) and longest is not None and len(record.title) > longest:
        if gradebook.habits.title_policy == "reject":
            raise invalid(f"The title is longer than {longest} characters.")
        record.title = record.title[:longest]
    return record


def category_given(write: Write, gradebook: Gradebook) -> Record:
    """A line item needs a category, or is filed under the default one."""
    record, habits = write.record, gradebook.habits
    if isinstance(record, LineItem) and record.category is None:
        if habits.category_required:
            raise invalid("The line item has no category.")
        if habits.default_category:
            record.category = _category(write.source, habits.default_category)
    return record


def category_reset(write: Write, gradebook: Gradebook) -> Record:
    """A line item that is put again is filed under the default category, whatever was sent."""
    record, habits = write.record, gradebook.habits
    if (
        habits.category_reset_on_put
        and isinstance(record, LineItem)
        and write.existing
        and habits.default_category
    ):
        record.category = _category(write.source, habits.default_category)
    return record


def category_title_length(write: Write, gradebook: Gradebook) -> Record:
    """A category's title has a limit of its own."""
    record, longest = write.record, gradebook.habits.category_title_max
    if isinstance(record, Category) and longest is not None and len(record.title) > longest:
        raise invalid(f"The title is longer than {longest} characters.")
    return record


def category_allowed(write: Write, gradebook: Gradebook) -> Record:
    """A placeholder is not a category."""
    record = write.record
    category = record.category if isinstance(record, LineItem) else None
    if category and category.sourced_id in gradebook.habits.category_forbidden:
        raise invalid("The category is a placeholder, not a category.")
    return record


def whole_points(write: Write, gradebook: Gradebook) -> Record:
    """The maximum points are a whole number."""
    record = write.record
    most = record.result_value_max if isinstance(record, LineItem) else None
    if gradebook.habits.whole_points and most is not None and most % 1:
        raise invalid("The maximum points must be a whole number.")
    return record


def due_date_open(write: Write, gradebook: Gradebook) -> Record:
    """The due date lies in a term of the class."""
    record = write.record
    if gradebook.habits.due_date_window == "reject" and isinstance(record, LineItem):
        if record.due_date is None:
            raise invalid("The line item has no due date.")
        if not _in_term(write.source, record, record.due_date.astimezone(gradebook.zone).date()):
            raise invalid("The due date is outside the terms of the class.")
    return record


def grading_period(write: Write, gradebook: Gradebook) -> Record:
    """A line item is in the grading period that its due date lies in, whatever was sent."""
    record = write.record
    if gradebook.habits.grading_period_by_due_date and isinstance(record, LineItem) and record.due_date:
        day = record.due_date.astimezone(gradebook.zone).date()
        periods = write.source.records("academicSession", (Is("type", "gradingPeriod"),))
        found = [
            one for one in periods if isinstance(one, AcademicSession) and one.start_date <= day <= one.end_date
        ]
        if found:
            record.grading_period = Ref(sourced_id=found[0].sourced_id, type="academicSession")
    return record


def duplicate_title(write: Write, gradebook: Gradebook) -> Record:
    """A class has no two line items of the same title and due date."""
    record = write.record
    if gradebook.habits.duplicate_title_due == "reject" and isinstance(record, LineItem):
        there = write.source.records("lineItem", (Is("class.sourcedId", record.class_.sourced_id),))
        others = [one for one in there if isinstance(one, LineItem) and one.sourced_id != record.sourced_id]
        if any((one.title, one.due_date) == (record.title, record.due_date) for one in others):
            raise invalid("The class has a line item with this title and due date already.")
    return record


def student_taken(write: Write, gradebook: Gradebook) -> Record:
    """Some students' results are refused: those whose results come first."""
    record, refused = write.record, gradebook.source.refused_students
    if isinstance(record, Result):
        student = record.student.sourced_id
        if len(refused) < gradebook.habits.refused_students:
            refused.add(student)
        if student in refused:
            raise invalid("The student has left the class.")
    return record


def score_status_known(write: Write, gradebook: Gradebook) -> Record:
    """The score status is one that the SIS takes."""
    record, taken = write.record, gradebook.habits.score_statuses
    if isinstance(record, Result) and taken and record.score_status not in taken:
        if gradebook.habits.other_statuses == "reject":
            raise invalid(f"The score status must be one of: {', '.join(taken)}.")
        record.score_status = "fully graded"
    return record


def submitted_score(write: Write, gradebook: Gradebook) -> Record:
    """Work that was handed in and has no score counts as 0."""
    record = write.record
    submitted = isinstance(record, Result) and record.score_status == "submitted" and record.score is None
    if gradebook.habits.submitted_is_zero and isinstance(record, Result) and submitted:
        record.score = Decimal(0)
    return record


def comment_length(write: Write, gradebook: Gradebook) -> Record:
    """A comment is cut where it is too long."""
    record, longest = write.record, gradebook.habits.comment_max
    if isinstance(record, Result) and record.comment and longest is not None:
        record.comment = record.comment[:longest]
    return record


def score_in_range(write: Write, gradebook: Gradebook) -> Record:
    """A score above the maximum is kept, clamped or refused."""
    record, policy = write.record, gradebook.habits.above_maximum
    if isinstance(record, Result) and record.score is not None and policy != "keep":
        item = write.source.record("lineItem", record.line_item.sourced_id)
        most = item.result_value_max if isinstance(item, LineItem) else None
        if most is not None and record.score > most:
            if policy == "reject":
                raise invalid("The score is above the maximum points.")
            record.score = most
    return record


def score_decimals(write: Write, gradebook: Gradebook) -> Record:
    """A score is kept with so many decimals."""
    record, decimals = write.record, gradebook.habits.score_decimals
    if isinstance(record, Result) and record.score is not None and decimals is not None:
        record.score = record.score.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return record


def own_id(write: Write, gradebook: Gradebook) -> Record:
    """A new record gets a sourcedId of the SIS's own."""
    record = write.record
    if gradebook.habits.assign_ids and write.existing is None and isinstance(record, LineItem | Result):
        own = f"own-{uuid.uuid4()}"
        gradebook.source.assigned[record.sourced_id] = own
        record.sourced_id = own
    return record


RULES: tuple[Callable[[Write, Gradebook], Record], ...] = (
    title_length,
    category_given,
    category_reset,
    category_title_length,
    category_allowed,
    whole_points,
    due_date_open,
    grading_period,
    duplicate_title,
    student_taken,
    submitted_score,
    score_status_known,
    score_in_range,
    score_decimals,
    comment_length,
    own_id,
)
"""Every rule, in the order in which they are asked."""


def rules_of(habits: Personality, zone: ZoneInfo, source: SisSource) -> tuple[Rule, ...]:
    """The rules as the provider calls them."""
    gradebook = Gradebook(habits, zone, source)
    return tuple(_bound(rule, gradebook) for rule in RULES)


def _bound(rule: Callable[[Write, Gradebook], Record], gradebook: Gradebook) -> Rule:
    return lambda write: rule(write, gradebook)


def _category(source: Source, title: str) -> Ref:
    found = [category for category in source.records("category") if isinstance(category, Category)]
    named = [category for category in found if category.title == title and not category.metadata]
    if not found:
        raise invalid("The line item has no category, and no default category is set.")
    return Ref(sourced_id=(named or found)[0].sourced_id, type="category")


def _in_term(source: Source, item: LineItem, day: date) -> bool:
    class_ = source.record("class", item.class_.sourced_id)
    if not isinstance(class_, Class):
        return False
    terms = (source.record("academicSession", term.sourced_id) for term in class_.terms)
    return any(isinstance(term, AcademicSession) and term.start_date <= day <= term.end_date for term in terms)
