"""What a SIS's gradebook asks of a line item and a result, and what it does to what it is sent.

A SIS profile fills these rules from its facts; pre-flight, prediction and verification read them.
"""

from typing import Literal

from msgspec import Struct, field


class GradebookRules(Struct, frozen=True, kw_only=True):
    """The rules of one SIS's gradebook. Defaults are the standard's: nothing limited, nothing lost."""

    category: Literal["optional", "required", "default"] = "optional"
    """`default`: the SIS files work without a category under a default of its own."""
    categories_forbidden: tuple[str, ...] = ()
    """sourcedIds that are placeholders, never to be sent."""
    class_categories: bool = True
    """Whether `/classes/{id}/categories` exists; without it only `/categories` is asked for (Q25)."""
    due_date_required: bool = False
    due_date_in_term: bool = False
    """Whether a due date outside the class's terms is refused."""
    sends_grading_period: bool = False
    """Whether a line item names its grading period (Q26)."""
    title_max: int | None = None
    """Longest title in characters; longer ones are shortened by us before sending."""
    whole_points: bool = False
    """Whether the maximum points must be a whole number."""
    unique_title: bool = False
    """Whether a second line item of the class with the same title and due date is refused."""
    score_statuses: tuple[str, ...] = field(default=("exempt", "fully graded"))
    """The score statuses that survive; others are not sent."""
    score_decimals: int | None = None
    """Decimals that the SIS keeps; None keeps all."""
    above_maximum: Literal["keep", "clamp", "refuse"] = "keep"
    delete_line_items: bool = True
    delete_results: bool = True
    assigns_ids: bool = False
    """Whether the SIS replaces our sourcedIds by its own."""
    sees_foreign_line_items: bool = True
    """Whether line items that teachers or other tools made are listed."""
