"""A student's results in a line item: which of them is the one that is used."""

from collections.abc import Iterable, Sequence

from classbridge.oneroster.models import Result


def of_student(results: Iterable[Result], student: str | None) -> list[Result]:
    """Return the active results of one student."""
    return [one for one in results if one.active and one.student.sourced_id == student]


def used(found: Sequence[Result], sourced_id: str) -> Result | None:
    """Return the one of a student's results that is used: by its id, or the only one. None: none, or unclear."""
    by_id = next((one for one in found if one.sourced_id == sourced_id), None)
    return by_id or (found[0] if len(found) == 1 else None)
