"""What a made-up SIS's gradebook asks of a line item or a result: one small function a rule.

Each takes the write and the gradebook's settings, and gives the record on, changed or not, or refuses it. A rule
that a personality does not have lets everything pass.
"""

from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from msgspec import Struct

from classbridge.oneroster.models import AcademicSession, Category, Class, LineItem, Record, Ref, Result
from classbridge.oneroster.provider import Write
from classbridge.oneroster.provider.errors import invalid
from classbridge.oneroster.provider.options import Rule
from classbridge.oneroster.provider.source import Source
from classbridge.sandbox.sis.personality import Personality


class Gradebook(Struct, frozen=True):
    """What the rules go by: the SIS's habits, and the time zone in which its days begin."""

    habits: Personality
    zone: ZoneInfo


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


def score_status_known(write: Write, gradebook: Gradebook) -> Record:
    """The score status is one that the SIS takes."""
    record, taken = write.record, gradebook.habits.score_statuses
    if isinstance(record, Result) and taken and record.score_status not in taken:
        raise invalid(f"The score status must be one of: {', '.join(taken)}.")
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


RULES: tuple[Callable[[Write, Gradebook], Record], ...] = (
    title_length,
    category_given,
    category_allowed,
    whole_points,
    due_date_open,
    score_status_known,
    score_in_range,
    score_decimals,
)
"""Every rule, in the order in which they are asked."""


def rules_of(habits: Personality, zone: ZoneInfo) -> tuple[Rule, ...]:
    """The rules as the provider calls them."""
    gradebook = Gradebook(habits, zone)
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
